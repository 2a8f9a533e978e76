r"""SPARQL text as tokens, and RDF terms as SPARQL text: what binding, linting and the gate rest on.

Tokens follow the terminals of https://www.w3.org/TR/sparql11-query/#sparqlGrammar, each the
longest that fits. Nothing here knows the grammar above them.

>>> [token.text for token in scan('VALUES ?x { UNDEF } # all')]
['VALUES', '?x', '{', 'UNDEF', '}']
>>> print(write(Literal('x" } #', language="en")))
"x\" } #"@en
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from ihubkg.errors import BadQuery

Term = NamedNode | Literal
"""What a parameter can stand for: an IRI or a literal, never a blank node."""

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

SEE = "https://www.w3.org/TR/sparql11-query/#sparqlGrammar"


class Kind(StrEnum):
    """The kinds of token."""

    IRI = "iri"
    NAME = "name"
    VARIABLE = "variable"
    BLANK = "blank"
    STRING = "string"
    LANGUAGE = "language"
    NUMBER = "number"
    WORD = "word"
    PUNCTUATION = "punctuation"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, text, offset in the query, and place counted from 1."""

    kind: Kind
    text: str
    start: int
    line: int
    column: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.text)

    def says(self, *words: str) -> bool:
        """Tell whether this is one of the keywords or signs `words`, given in upper case."""
        return self.kind in (Kind.WORD, Kind.PUNCTUATION) and self.text.upper() in words


_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_BASE = r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
_LETTER = (
    _BASE
    + r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD"
    + ("\U00010000-\U000effff")
)
_NAME = _LETTER + r"_0-9\u00B7\u0300-\u036F\u203F\u2040"
_ODD_LOCAL = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_CHARACTER = rf"{_ESCAPE}|\\[tbnrf\\\"']"

TERMINALS: Mapping[Kind, str] = {
    Kind.COMMENT: r"#[^\n\r]*+",
    Kind.IRI: rf"<[^<>\"{{}}|^`\\\x00-\x20]*+(?:(?:{_ESCAPE})[^<>\"{{}}|^`\\\x00-\x20]*+)*+>",
    Kind.STRING: (
        rf"'''[^'\\]*+(?:(?:{_CHARACTER}|'(?!''))[^'\\]*+)*+'''"
        rf'|"""[^"\\]*+(?:(?:{_CHARACTER}|"(?!""))[^"\\]*+)*+"""'
        rf"|'[^'\\\n\r]*+(?:(?:{_CHARACTER})[^'\\\n\r]*+)*+'"
        rf'|"[^"\\\n\r]*+(?:(?:{_CHARACTER})[^"\\\n\r]*+)*+"'
    ),
    Kind.VARIABLE: rf"[?$][{_NAME}]++",
    Kind.BLANK: rf"_:[{_LETTER}_0-9](?:[{_NAME}\-]++|\.++(?=[{_NAME}\-]))*+",
    Kind.NAME: (
        # The look ahead is bounded, or `a.a.a.…` would be read to its end once for every letter.
        rf"(?:(?=[{_NAME}.\-]{{1,99}}+:)[{_LETTER}](?:[{_NAME}\-]++|\.++(?=[{_NAME}\-]))*+)?"
        rf":(?:(?:[{_NAME}:]|{_ODD_LOCAL})(?:[{_NAME}:\-]++|{_ODD_LOCAL}|\.++(?=[{_NAME}:\-%\\]))*+)?"
    ),
    Kind.LANGUAGE: r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?",
    Kind.NUMBER: r"(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]++|[0-9]*\.[0-9]++|[0-9]++",
    Kind.WORD: r"[A-Za-z_][A-Za-z0-9_]*+",
    Kind.PUNCTUATION: (
        r"\^\^|&&|\|\||!=|<=|>=|<<\(|\)>>|<<|>>|\{\||\|\}|[{}()\[\].,;=<>!+\-*/|^?~]"
    ),
}
"""The terminals as patterns, in the order they are tried; possessive, so that time is linear."""

_LESS = re.compile("(?P<punctuation><=?)")
_ABSOLUTE = re.compile("<[A-Za-z][A-Za-z0-9+.-]*:")
_TERMINAL = re.compile(
    "|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in TERMINALS.items())
)
_SPACE = re.compile(r"[ \t\r\n]+")


def scan(text: str, *, comments: bool = False) -> tuple[Token, ...]:
    """Return the tokens of a SPARQL query or update; comments only when asked for.

    Raises BadQuery, with the place, where no token begins.
    """
    return tuple(token for token in _walk(text) if comments or token.kind is not Kind.COMMENT)


def _walk(text: str) -> Iterator[Token]:
    offset, line, line_start = 0, 1, 0
    last: Token | None = None
    while offset < len(text):
        if space := _SPACE.match(text, offset):
            breaks = text.count("\n", offset, space.end())
            if breaks:
                line, line_start = (
                    line + breaks,
                    text.rindex("\n", offset, space.end()) + 1,
                )
            offset = space.end()
            continue
        column = offset - line_start + 1
        found = (_LESS if _compares(text, offset, last) else _TERMINAL).match(text, offset)
        if found is None or found.lastgroup is None:
            raise BadQuery(_no_token(text, offset), line, column, SEE)
        last = Token(Kind(found.lastgroup), found.group(), offset, line, column)
        yield last
        breaks = found.group().count("\n")
        if breaks:
            line, line_start = line + breaks, text.rindex("\n", offset, found.end()) + 1
        offset = found.end()


def _compares(text: str, offset: int, last: Token | None) -> bool:
    """Tell whether `<` right behind an operand is a sign, as in `?a<3&&?b>4`, and no IRI."""
    return (
        text[offset] == "<"
        and last is not None
        and last.end == offset
        and (last.kind in (Kind.VARIABLE, Kind.NUMBER, Kind.STRING) or last.text == ")")
        and _ABSOLUTE.match(text, offset) is None
    )


def _no_token(text: str, offset: int) -> str:
    character = text[offset]
    if character in "\"'":
        return "a string opens here and is not closed"
    return f"{character!r} cannot stand here in SPARQL"


_CAREFUL = re.compile(r"[\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|(?<=\\)[uU]")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return _SHORT.get(character) or f"\\U{ord(character):08X}"


def write(term: Term) -> str:
    r"""Return `term` as SPARQL text that every parser reads as that very term.

    A backslash before `u` needs care: parsers that expand code point escapes before they read
    strings (https://www.w3.org/TR/sparql11-query/#codepointEscape) see `\u0022` also in
    `\\u0022` and would close the string; so the letter is itself written as an escape, with
    eight digits, since some take eight even after the small letter.
    """
    if isinstance(term, NamedNode):
        return str(term)
    quoted = f'"{_CAREFUL.sub(_escape, term.value)}"'
    if term.language:
        return f"{quoted}@{term.language}"
    datatype = term.datatype.value
    return quoted if datatype == XSD_STRING else f"{quoted}^^<{datatype}>"
