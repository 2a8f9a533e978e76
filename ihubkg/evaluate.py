"""A query on a reader's copy, and its answer as bytes: whole, cut with a flag, or as it comes.

Runs in workers only. A cut answer is always well formed: rows are dropped whole, and what closes
the document is written again.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any, cast
from urllib.parse import urljoin

import orjson
import pyoxigraph as ox

from ihubkg.errors import BadQuery, IhubError, LimitExceeded
from ihubkg.question import Query
from ihubkg.reader import DEFAULT, Reader, merged
from ihubkg.syntax import SEE, plain, syntax
from ihubkg.terms import BASE, PREFIXES

CUT = f"{BASE}problem/cut"
"""What an answer that was cut links to, where its format has room for it."""

STREAM_AFTER = 1024 * 1024
"""Bytes held back before an answer that may be long is sent as it comes."""

INCOMING = 1000
"""Most triples that a description holds of those that point to a thing."""

_LABELS = tuple(
    ox.NamedNode(PREFIXES[p] + n) for p, n in (("skos", "prefLabel"), ("rdfs", "label"))
)
_ROWS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_LEAST = {"json": b"{", "xml": b"<result>", "csv": b"\n", "tsv": b"\n"}
_PREFIX = {
    "turtle": re.compile(rb"@prefix ([\w-]*): <[^>]*> \.\n"),
    "trig": re.compile(rb"@prefix ([\w-]*): <[^>]*> \.\n"),
    "rdfxml": re.compile(rb' xmlns:(?!rdf=)([\w-]+)="[^"]*"'),
}
_CSV_ROW = re.compile(rb'(?:[^"\n]++|"(?:[^"]|"")*+")*+\n')


@dataclass(frozen=True, slots=True)
class Question:
    """What to run and how far; `capped` is the text with one row more than `rows` as its LIMIT."""

    text: str
    capped: str | None
    format: str
    form: str = "SELECT"
    base: str | None = None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    rows: int | None = None
    size: int | None = None
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, or its last part; `cut` says what it was cut at, "" if it is whole."""

    kind: str
    body: bytes
    cut: str = ""
    rows: int | None = None


Send = Callable[[bytes], None]


class _FullError(Exception):
    """The answer is longer than it may be."""


class _Spool:
    """Collects what an engine writes; sends it on once it is long, if it may."""

    def __init__(self, question: Question, send: Send) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.sent = False
        self._limit = question.size
        self._stream = question.stream
        self._send = send
        self._held = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self._held += len(data)
        self.parts.append(data)
        if self._limit is not None and self.size > self._limit:
            raise _FullError
        if self._stream and (self._held > STREAM_AFTER or (self.sent and self._held > 65536)):
            self._send(b"".join(self.parts))
            self.parts.clear()
            self._held = 0
            self.sent = True
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what is held is sent by size."""

    def body(self) -> bytes:
        return b"".join(self.parts)


def run(reader: Reader, question: Question, send: Send) -> Outcome:
    """Answer `question`; parts of a long answer go to `send` first, where it allows that.

    Raises:
        BadQuery: the engine cannot read or run it.
        LimitExceeded: the answer grew over its limit after a part of it was sent.
    """
    try:
        results = _query(reader, question)
        if isinstance(results, ox.QueryBoolean):
            fmt = _ROWS[question.format if question.format in _ROWS else "json"]
            return Outcome("boolean", results.serialize(format=fmt) or b"", rows=1)
        if isinstance(results, ox.QuerySolutions):
            outcome = _rows(results, question, send)
        else:
            outcome = _graph(reader, question, results, send)
        return (
            replace(outcome, body=marked(outcome.body, question.format)) if outcome.cut else outcome
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise BadQuery(plain(str(error)), see=SEE) from error


def marked(body: bytes, fmt: str) -> bytes:
    """Return a cut answer that says so itself, where its format has room for it.

    Heads of results may hold links: https://www.w3.org/TR/sparql11-results-json/#select-link
    """
    match fmt:
        case "json":
            return body.replace(b'{"head":{', f'{{"head":{{"link":["{CUT}"],'.encode(), 1)
        case "xml":
            return body.replace(b"</head>", f'<link href="{CUT}"/></head>'.encode(), 1)
        case "turtle" | "trig" | "ntriples" | "nquads":
            return f"# {CUT}\n".encode() + body
        case _:
            return body


def _query(
    reader: Reader, question: Question
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    store, options = dataset(reader, question)
    try:
        return store.query(question.capped or question.text, base_iri=question.base, **options)
    except SyntaxError as error:
        if question.capped is None:
            syntax(error, question.text)
    try:  # the cap may have broken it, or moved the place of the error: the text itself decides
        return store.query(question.text, base_iri=question.base, **options)
    except SyntaxError as error:
        syntax(error, question.text)


def dataset(reader: Reader, question: Question) -> tuple[ox.Store, dict[str, Any]]:
    """Return the store to ask and the options that give the dataset of a query.

    What the protocol names counts, else what the query names, else everything public; see
    https://www.w3.org/TR/sparql11-protocol/#dataset.
    """
    if question.default is None and question.named is None:
        default, named = _named(question.text, question.base or "")
        if not default and not named:
            return reader.store, {}
    else:
        default, named = question.default or (), question.named or ()
    options: dict[str, Any] = {"named_graphs": [ox.NamedNode(name) for name in named]}
    if len(default) <= 1:
        options["default_graph"] = [ox.NamedNode(name) for name in default]
        return reader.store, options
    options["default_graph"] = [DEFAULT]
    return merged(reader.graph, default, named), options


def _named(text: str, base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the graphs that a query names with FROM, where there may be several."""
    if "FROM" not in text.upper():
        return (), ()
    try:
        default, named = Query.read(text).dataset
        return tuple(urljoin(base, n) for n in default), tuple(urljoin(base, n) for n in named)
    except (BadQuery, ValueError):  # the engine says what is wrong
        return (), ()


def _rows(results: ox.QuerySolutions, question: Question, send: Send) -> Outcome:
    spool = _Spool(question, send)
    try:
        results.serialize(cast(IO[bytes], spool), format=_ROWS[question.format])
    except _FullError as error:
        if spool.sent:
            raise LimitExceeded("The answer is longer than its limit.", question.size) from error
        body = mend(spool.body()[: question.size], question.format)
        return Outcome("rows", body, "bytes")
    body = spool.body()
    limit = question.rows
    if spool.sent or limit is None or body.count(_LEAST[question.format]) <= limit:
        return Outcome("rows", body)
    shorter = first_rows(body, question.format, limit)
    return Outcome("rows", shorter, "rows" if shorter is not body else "", limit)


def first_rows(body: bytes, fmt: str, rows: int) -> bytes:
    """Return the first `rows` rows of a complete answer, or the answer itself if it has no more."""
    match fmt:
        case "json":
            answer = orjson.loads(body)
            found = answer["results"]["bindings"]
            if len(found) <= rows:
                return body
            answer["results"]["bindings"] = found[:rows]
            return orjson.dumps(answer)
        case "xml":
            ends = [row.end() for row in islice(re.finditer(rb"</result>", body), rows + 1)]
            closing = b"</results></sparql>"
        case "csv":
            ends = [row.end() for row in islice(_CSV_ROW.finditer(body), rows + 2)][1:]
            closing = b""
        case _:
            ends = [row.end() for row in islice(re.finditer(rb"\n", body), rows + 2)][1:]
            closing = b""
    return body if len(ends) <= rows else body[: ends[rows - 1]] + closing


def mend(partial: bytes, fmt: str) -> bytes:
    """Return the whole rows at the start of an answer that was cut anywhere, as a document."""
    match fmt:
        case "json":
            return _mend_json(partial)
        case "xml":
            end = partial.rfind(b"</result>")
            if end < 0:
                start = partial.find(b"<results>")
                return partial[: start + 9] + b"</results></sparql>"
            return partial[: end + 9] + b"</results></sparql>"
        case "csv":
            end = len(partial)
            while (end := partial.rfind(b"\n", 0, end)) >= 0:
                if partial.count(b'"', 0, end) % 2 == 0:
                    break
            return partial[: end + 1]
        case _:
            return partial[: partial.rfind(b"\n") + 1]


def _mend_json(partial: bytes) -> bytes:
    end = len(partial)
    while (end := partial.rfind(b"}},{", 0, end)) >= 0:
        candidate = partial[: end + 2] + b"]}}"
        try:  # inside a string the cut leaves it open, and this fails
            orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
        return candidate
    return partial[: partial.index(b'"bindings":[') + 12] + b"]}}"


def _graph(reader: Reader, question: Question, triples: Iterable[ox.Triple], send: Send) -> Outcome:
    spool = _Spool(question, send)
    if question.form == "DESCRIBE" and question.default is None and question.named is None:
        triples = described(reader.store, triples)
    try:
        _write(triples, GRAPHS[question.format], spool)
    except _FullError as error:
        if spool.sent:
            raise LimitExceeded("The answer is longer than its limit.", question.size) from error
        return _shorter(reader, question)
    body = spool.body()
    return Outcome("graph", body if spool.sent else tidy(body, question.format))


def tidy(body: bytes, fmt: str) -> bytes:
    """Return a document without the prefixes it does not use.

    >>> tidy(b"@prefix a: <http://a/> .\\n@prefix b: <http://b/> .\\na:x b:y 1 .\\n", "turtle")
    b'@prefix a: <http://a/> .\\n@prefix b: <http://b/> .\\na:x b:y 1 .\\n'
    """
    pattern = _PREFIX.get(fmt)
    if pattern is None:
        return body
    end = 0
    if fmt == "rdfxml":
        end = body.find(b">", body.find(b"<rdf:RDF"))
    else:
        while found := pattern.match(body, end):
            end = found.end()
    rest = body[end:]
    return (
        pattern.sub(lambda found: found[0] if found[1] + b":" in rest else b"", body[:end]) + rest
    )


def _shorter(reader: Reader, question: Question) -> Outcome:
    """Make the answer again, from as many triples as fit."""
    size = question.size or 0
    lines = _Spool(replace(question, stream=False), lambda _: None)
    cut = ""
    try:
        _write(_triples(reader, question), ox.RdfFormat.N_TRIPLES, lines)
    except _FullError:
        cut = "bytes"
    size -= len(CUT) + 3  # room for the mark
    text = lines.body()[:size]
    triples = list(ox.parse(text[: text.rfind(b"\n") + 1], format=ox.RdfFormat.N_TRIPLES))
    body = b""
    while triples:
        written = ox.serialize(triples, format=GRAPHS[question.format], prefixes=dict(PREFIXES))
        body = tidy(written or b"", question.format)
        if len(body) <= size:
            break
        triples = triples[: int(len(triples) * min(0.9, size / len(body)))]
        cut = "bytes"
    return Outcome("graph", body if triples else b"", cut)


def _triples(reader: Reader, question: Question) -> Iterable[ox.Triple]:
    results = _query(reader, question)
    return results if isinstance(results, ox.QueryTriples) else ()


def _write(triples: Iterable[ox.Triple], fmt: ox.RdfFormat, spool: _Spool) -> None:
    out = cast(IO[bytes], spool)
    if isinstance(triples, ox.QueryTriples) and fmt == ox.RdfFormat.N_TRIPLES:
        triples.serialize(out, format=fmt)  # without a turn through Python for each triple
    else:
        ox.serialize(triples, out, format=fmt, prefixes=dict(PREFIXES))


def described(store: ox.Store, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield a useful description: what a thing says, what says something of it, and labels.

    The engine gives the triples whose subject is described, with their blank nodes.
    """
    seen = set(triples)
    yield from seen
    subjects = {triple.subject for triple in seen if isinstance(triple.subject, ox.NamedNode)}
    for subject in subjects:
        for quad in islice(store.quads_for_pattern(None, None, subject, DEFAULT), INCOMING):
            if quad.triple not in seen:
                seen.add(quad.triple)
                yield quad.triple
    mentioned = {
        node for triple in seen for node in (triple.subject, triple.predicate, triple.object)
    }
    for node in mentioned - subjects:
        if isinstance(node, ox.NamedNode):
            for label in _LABELS:
                for quad in store.quads_for_pattern(node, label, None, DEFAULT):
                    yield quad.triple


def failure(error: IhubError) -> dict[str, Any]:
    """Return what a worker's failure frame says of an error."""
    fields = {"message": error.message, "type": type(error).__name__}
    for name in ("line", "column", "see", "limit", "value"):
        value = getattr(error, name, None)
        if value is not None:
            fields[name] = value
    return fields
