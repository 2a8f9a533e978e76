"""What a query asks, part by part, with the rows that are left behind each: run in workers.

A query is taken apart as its author wrote it. The parts of its outermost group are joined one
after the other, filters last, and counted up to a limit; so one sees where rows come from, where
they multiply and where the last one goes.
"""

import time
from typing import Any

import pyoxigraph as ox

from ihubkg import files
from ihubkg.errors import BadQuery
from ihubkg.evaluate import Question, dataset
from ihubkg.parts import Part, enclose, parts
from ihubkg.question import Query
from ihubkg.reader import Reader
from ihubkg.syntax import SEE, plain, syntax

COUNTED = 1000
"""Rows up to which a part is counted; `queries/index/count.rq` has it as its LIMIT."""


def explain(reader: Reader, asked: Question, seconds: float) -> dict[str, Any]:
    """Return the parts of a query, each with the rows of its dataset that are left behind it.

    `seconds` is when counting stops: the parts behind have no figure then. A group that is itself
    a whole query is not taken apart further.

    Raises:
        BadQuery: the engine cannot read it.
    """
    store, options = dataset(reader, asked)
    text = asked.text
    try:
        store.query(text, base_iri=asked.base, **options)  # rows that nobody takes are not made
    except SyntaxError as error:
        syntax(error, text)
    except (RuntimeError, ValueError, OSError) as error:
        raise BadQuery(plain(str(error)), see=SEE) from error
    query = Query.read(text)
    template = (files.root() / "queries" / "index" / "count.rq").read_text(encoding="utf-8")
    end = time.monotonic() + seconds
    found: list[dict[str, Any]] = []
    joined: list[str] = []
    said: str | None = None
    for part in _in_turn(query):
        pattern = part.frame.fill({})
        joined.append(pattern)
        rows = None
        if time.monotonic() < end:
            counted = enclose(template, _prologue(query), " .\n".join(joined))
            rows = _count(store, counted, asked.base, options)
        found.append(
            {
                "kind": part.kind,
                "what": part.words if part.words != said else None,
                "pattern": " ".join(pattern.split()),
                "rows": rows,
                "more": rows == COUNTED,
            }
        )
        said = part.words
        if rows == 0:
            end = 0.0  # nothing comes behind nothing
    return {"form": asked.form, "parts": found}


def _prologue(query: Query) -> str:
    """Return the text of the prefixes and the base."""
    found = query.tokens
    end = 0
    for number, token in enumerate(found):
        if token.says("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            end = number
            break
    return query.between(found[0].start, found[end].start)


def _in_turn(query: Query) -> list[Part]:
    """Return the parts, filters last: wherever they stand, they hold for the whole group."""
    try:
        opened, closed = query.body
    except BadQuery:  # a DESCRIBE
        return []
    if query.tokens[opened + 1].says("SELECT"):
        tokens = tuple(query.tokens[opened : closed + 1])
        frame = query.frame(tokens[0].start, tokens[-1].end)
        return [Part("query", tokens, None, frame)]
    return sorted(parts(query), key=lambda part: part.is_filter)


def _count(store: ox.Store, text: str, base: str | None, options: dict[str, Any]) -> int | None:
    """Return the rows of a part; None where it cannot stand alone."""
    try:
        found = store.query(text, base_iri=base, **options)
        if not isinstance(found, ox.QuerySolutions):
            return None
        value = next(found)["rows"]
    except (SyntaxError, RuntimeError, ValueError, OSError):
        return None
    return int(value.value) if isinstance(value, ox.Literal) else None
