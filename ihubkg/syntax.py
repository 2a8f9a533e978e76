"""What the engine finds wrong with a query, in words, with its place and what would be right."""

import re
from difflib import get_close_matches
from typing import NoReturn

from ihubkg.errors import BadQuery

SEE = "https://www.w3.org/TR/sparql11-query/"

_NAME = re.compile(r'^[A-Z_]{2,}$|^"[^"]{1,4}"$')


def syntax(error: SyntaxError, text: str) -> NoReturn:
    """Raise the engine's syntax error about `text` in our words, with place and nearest form."""
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", str(error), re.DOTALL)
    if found is None:
        raise BadQuery(plain(str(error)), see=SEE) from error
    line, column = int(found[1]), int(found[2])
    lines = text.split("\n")
    rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]]) if line <= len(lines) else ""
    hint = _hint(found[3], rest)
    raise BadQuery(
        f"Syntax error at line {line}, column {column}{hint}.", line, column, SEE
    ) from error


def _hint(listed: str, rest: str) -> str:
    """Return what to do: from what the engine expected, and from what stands there."""
    parts = re.split(r", (?=[A-Z\"\[])", listed)
    prose = [part for part in parts if " " in part and part[0].isalpha()]
    if prose:
        return f": {plain(prose[0]).rstrip('.')}"
    if not rest.strip():
        missing = " A “}” may be missing." if '"}"' in listed else ""
        return f": the text ends before it is complete.{missing}".rstrip(".")
    names = [part.strip() for part in parts if _NAME.match(part.strip())]
    words = [name for name in names if name.isidentifier()]
    there = re.match(r"[A-Za-z]+", rest)
    if there and (near := get_close_matches(there[0].upper(), words, 1, 0.6)):
        return f": “{there[0]}” is not known here; did you mean {near[0]}?".rstrip("?")
    shown = [name.strip('"') for name in (*words, *(n for n in names if n not in words))][:8]
    return f": expected {' or '.join(shown)}" + (" or …" if len(names) > 8 else "") if shown else ""


def plain(message: str) -> str:
    """Return an engine's message as one line that ends with a stop."""
    text = " ".join(message.split())[:300]
    return text if text.endswith(".") else f"{text}."
