"""SERVICE towards the endpoints that an operator allows, without a network where queries run.

The part of a query that goes elsewhere is asked first, as a query of its own, by the process that
has a network; its rows take its place as VALUES, in the worker. That is what the group means
(https://www.w3.org/TR/sparql11-federated-query/#algebraService): it is evaluated for itself and
then joined. So a far service is asked once for each SERVICE, never once a row.

>>> [part.query for part in services("SELECT * { ?s ?p ?o SERVICE <http://e/> { ?o a ?c } }")]
['SELECT * WHERE { ?o a ?c }']
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyoxigraph as ox

from ihubkg.errors import BadQuery, LimitExceeded, TooLarge, Unavailable
from ihubkg.question import Query, closing
from ihubkg.tokens import Kind, Term, write

SEE = "https://www.w3.org/TR/sparql11-federated-query/"
MOST_PARTS = 4
"""Parts of one query that go elsewhere."""


@dataclass(frozen=True)
class Service:
    """A part of a query that another endpoint answers: where it stands, and what is asked there.

    `silent` tells that without an answer it counts as met.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    query: str
    variables: tuple[str, ...]


def services(text: str) -> tuple[Service, ...]:
    """Return the parts of a query that passed the gate which go elsewhere, in their order.

    Raises:
        BadQuery: one stands inside another, or has no group.
        TooLarge: there are more than are taken.
    """
    if "SERVICE" not in text.upper():
        return ()
    query = Query.read(text)
    found: list[Service] = []
    for number, token in enumerate(query.tokens):
        if not token.says("SERVICE") or token.kind is not Kind.WORD:
            continue
        if found and token.start < found[-1].end:
            raise BadQuery(
                "SERVICE cannot stand inside another SERVICE here.", token.line, token.column, SEE
            )
        found.append(_service(query, number))
    if len(found) > MOST_PARTS:
        message = f"This query asks {len(found)} parts elsewhere; the limit is {MOST_PARTS}."
        raise TooLarge(message, MOST_PARTS, len(found))
    return tuple(found)


def inline(text: str, parts: Sequence[Service], answers: Sequence[bytes | None], rows: int) -> str:
    """Return the query with the rows that came in the place of its parts elsewhere.

    `answers` are SPARQL JSON, None where none came.

    Raises:
        Unavailable: an answer is none, or cannot be read, and its part is not SILENT.
        LimitExceeded: an answer has more than `rows` rows.
    """
    pieces: list[str] = []
    at = 0
    for part, answer in zip(parts, answers, strict=True):
        lines = "\n" * text.count("\n", part.start, part.end)  # errors keep their places
        pieces += [text[at : part.start], _values(part, answer, rows), lines]
        at = part.end
    return "".join((*pieces, text[at:]))


def _service(query: Query, number: int) -> Service:
    found = query.tokens
    token = found[number]
    try:
        silent = found[number + 1].says("SILENT")
        named = found[number + 1 + silent]
        opened = number + 2 + silent
        is_whole = named.kind is Kind.IRI and found[opened].says("{")
        closed = closing(found, opened) if is_whole else 0
    except (IndexError, StopIteration):
        closed = 0
    if not closed:
        message = "SERVICE takes an IRI and a group: SERVICE <…> { … }."
        raise BadQuery(message, token.line, token.column, SEE)
    group = query.text[found[opened].start : found[closed].end]
    inside = found[opened:closed]
    names = dict.fromkeys(one.text[1:] for one in inside if one.kind is Kind.VARIABLE)
    asked = f"{_prologue(query)}SELECT * WHERE {group}"
    return Service(token.start, found[closed].end, named.text[1:-1], silent, asked, tuple(names))


def _prologue(query: Query) -> str:
    first = next(one for one in query.tokens if one.says("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    return query.between(query.tokens[0].start, first.start)


def _values(part: Service, answer: bytes | None, rows: int) -> str:
    try:
        if answer is None:
            raise ValueError("no answer")
        return _rows(part, answer, rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if part.silent:
            return "VALUES () { () }"
        message = f"<{part.endpoint}> gave no answer that can be read as SPARQL JSON."
        raise Unavailable(message) from error


def _rows(part: Service, answer: bytes, rows: int) -> str:
    tree = orjson.loads(answer)
    found = tree["results"]["bindings"]
    if len(found) > rows:
        raise LimitExceeded(
            f"The part for <{part.endpoint}> has more than {rows:,} rows: ask for less there.",
            rows,
        )
    names = [name for name in tree["head"]["vars"] if name in part.variables]
    lines = (" ".join(_term(row.get(name)) for name in names) for row in found)
    head = " ".join(f"?{name}" for name in names)
    return f"VALUES ({head}) {{ {' '.join(f'({line})' for line in lines)} }}"


def _term(found: dict[str, Any] | None) -> str:
    """Return a term of SPARQL JSON as SPARQL; a blank node is known nowhere else.

    https://www.w3.org/TR/sparql11-results-json/#select-encode-terms
    """
    if found is None or found["type"] == "bnode":
        return "UNDEF"
    term: Term
    if found["type"] == "uri":
        term = ox.NamedNode(found["value"])
    elif language := found.get("xml:lang"):
        term = ox.Literal(found["value"], language=language)
    else:
        datatype = found.get("datatype")
        kind = ox.NamedNode(datatype) if datatype else None
        term = ox.Literal(found["value"], datatype=kind)
    return write(term)
