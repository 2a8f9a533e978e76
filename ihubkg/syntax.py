"""What the engine finds wrong with a query, in words, with its place and what would be right."""

import re
from difflib import get_close_matches
from itertools import pairwise
from typing import NoReturn

from ihubkg import tokens
from ihubkg.errors import BadQuery
from ihubkg.terms import PREFIXES

SEE = "https://www.w3.org/TR/sparql11-query/"

_WORDS = """
    A ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT
    CONSTRUCT CONTAINS COPY COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT
    DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG
    HASLANGDIR HAVING HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE
    ISURI LANG LANGDIR LANGMATCHES LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE
    NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND
    SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER
    STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE
    TO TRIPLE TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES VERSION WHERE WITH YEAR
"""
WORDS = frozenset(_WORDS.split())
"""The keywords and functions of SPARQL 1.1 and 1.2."""

_NAME = re.compile(r'^[A-Z_]{2,}$|^"[^"]{1,4}"$')


def syntax(error: SyntaxError, text: str) -> NoReturn:
    """Raise the engine's syntax error about `text` in our words, with place and nearest form."""
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", str(error), re.DOTALL)
    if found is None:
        raise BadQuery(plain(str(error)), see=SEE) from error
    line, column = int(found[1]), int(found[2])
    at = _unknown_word(text) or (line, column, _hint(found[3], text, line, column))
    message = f"Syntax error at line {at[0]}, column {at[1]}: {at[2]}"
    raise BadQuery(message, at[0], at[1], SEE) from error


def _unknown_word(text: str) -> tuple[int, int, str] | None:
    """Return place and nearest form of the first word that is none of SPARQL's, if there is one.

    Engines tell where they gave up, which is often far behind the misspelt word.
    """
    try:
        words = [token for token in tokens.scan(text) if token.kind is tokens.Kind.WORD]
    except BadQuery:
        return None
    for word in words:
        if word.text.upper() not in WORDS:
            near = get_close_matches(word.text.upper(), sorted(WORDS), 1, 0.7)
            meant = f"; did you mean {near[0]}?" if near else "."
            return word.line, word.column, f"“{word.text}” is no word of SPARQL{meant}"
    return None


def _hint(listed: str, text: str, line: int, column: int) -> str:
    """Return what the engine expected, without the character classes of its grammar."""
    parts = [part.strip() for part in re.split(r", (?=[A-Z\"\[])", listed)]
    prose = [part for part in parts if " " in part and part[0].isalpha()]
    if prose:
        return plain(prose[0]) + (_undeclared(text) if prose[0] == "Prefix not found" else "")
    lines = text.split("\n")
    if line > len(lines) or not "".join([lines[line - 1][column - 1 :], *lines[line:]]).strip():
        missing = " A “}” may be missing." if '"}"' in listed else ""
        return f"the text ends before it is complete, or goes on behind its end.{missing}"
    names = [name.strip('"') for name in parts if _NAME.match(name)]
    shown = f"expected {' or '.join(names[:8])}" if names else "this cannot stand here"
    return f"{shown}{' or …' if len(names) > 8 else ''}."


def _undeclared(text: str) -> str:
    """Return which prefix is missing, and its declaration where we know it."""
    found = tokens.scan(text)
    names = [token.text.partition(":")[0] for token in found if token.kind is tokens.Kind.NAME]
    declared = {
        name.text.partition(":")[0] for word, name in pairwise(found) if word.says("PREFIX")
    }
    missing = next((name for name in names if name not in declared), None)
    if missing is None:
        return ""
    known = PREFIXES.get(missing)
    return f" Declare it: PREFIX {missing}: <{known or '…'}>"


def plain(message: str) -> str:
    """Return an engine's message as one line that ends with a stop."""
    text = " ".join(message.split())[:300]
    return text if text.endswith(".") else f"{text}."
