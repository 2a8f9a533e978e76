"""What a write would change, worked out in a worker on a private copy: quads removed, quads added.

The untrusted text, an update or a document, never reaches the process that owns the store: it gets
this difference as N-Quads and nothing else. So a ledger of changes can be replayed exactly, also
where an update drew random numbers or looked at the clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ihubkg import formats, parse, tokens
from ihubkg.errors import BadQuery, IhubError, NotFound
from ihubkg.evaluate import GRAPHS, tidy
from ihubkg.reader import DEFAULT, Reader
from ihubkg.syntax import plain, syntax
from ihubkg.terms import PREFIXES

SEE = "https://www.w3.org/TR/sparql11-update/"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two states of a store, as lines of N-Quads."""

    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)

    def quads(self) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return both sides as quads, read strictly; blank nodes keep their names."""
        return _read(self.removed), _read(self.added)

    def graphs(self) -> frozenset[str]:
        """Return the names of the graphs it touches; "" is the store's own default graph."""
        return frozenset({graph_of(line) for side in (self.removed, self.added) for line in side})


def graph_of(line: bytes) -> str:
    """Return the name of the graph in a line of N-Quads as we write them; "" where there is none.

    >>> graph_of(b'<http://e/s> <http://e/p> "a <b>"@en <http://e/g> .')
    'http://e/g'
    >>> graph_of(b'_:s <http://e/p> <http://e/o> .'), graph_of(b'_:s <http://e/p> "<a b>" .')
    ('', '')
    """
    _, _, rest = line.removesuffix(b".").rstrip().split(b" ", 2)
    before, space, last = rest.rpartition(b" ")
    is_iri = last.startswith(b"<") and last.endswith(b">") and b'"' not in last
    if not space or not is_iri:
        return ""
    name = last[1:-1].decode()
    return name if b"\\" not in last else _unescaped(last, before)


def _unescaped(graph: bytes, term: bytes) -> str:
    """Return the IRI of a graph that is written with escapes."""
    (quad,) = _read([b"<http://e/s> <http://e/p> " + term + b" " + graph + b" ."])
    return str(getattr(quad.graph_name, "value", ""))


def pack(change: Change) -> bytes:
    """Return the change as lines, `-` and `+` in front: what travels and what the ledger keeps."""
    lines = [b"-" + line for line in change.removed] + [b"+" + line for line in change.added]
    return b"\n".join(lines)


def unpack(text: bytes) -> Change:
    """Return the change that `pack` wrote."""
    lines = text.split(b"\n") if text else []
    return Change(
        tuple(line[1:] for line in lines if line.startswith(b"-")),
        tuple(line[1:] for line in lines if line.startswith(b"+")),
    )


def fold(changes: Iterable[Change]) -> Change:
    """Return the one change that several lead to, carried out in their order.

    >>> fold([Change(added=(b"a", b"b")), Change(removed=(b"a",), added=(b"c",))])
    Change(removed=(b'a',), added=(b'b', b'c'))
    """
    last: dict[bytes, bool] = {}
    for change in changes:
        last.update(dict.fromkeys(change.removed, False))
        last.update(dict.fromkeys(change.added, True))
    return Change(
        tuple(line for line, there in last.items() if not there),
        tuple(line for line, there in last.items() if there),
    )


def lines(store: ox.Store) -> list[bytes]:
    """Return the quads of a store as lines of N-Quads."""
    return (store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines()


def using(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """Return an update with the dataset of the protocol written into its operations.

    https://www.w3.org/TR/sparql11-protocol/#update-dataset

    >>> using("INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", ["http://e/g"], [])
    'INSERT { ?s ?p 1 } USING <http://e/g> WHERE { ?s ?p ?o }'
    """
    clause = "".join(f"USING <{name}> " for name in default)
    clause += "".join(f"USING NAMED <{name}> " for name in named)
    parts: list[str] = []
    start = depth = 0
    found = tokens.scan(text)
    for place, token in enumerate(found):
        depth += token.says("{") - token.says("}")
        if depth or not token.says("WHERE"):
            continue
        parts.append(text[start : token.start])
        start = token.start
        if place and found[place - 1].says("DELETE"):  # DELETE WHERE takes no USING
            parts.append(f"{_group(text, found[place + 1 :])} ")
        parts.append(clause)
    return "".join((*parts, text[start:]))


def _group(text: str, found: Sequence[tokens.Token]) -> str:
    """Return the group in braces that `found` begins with."""
    depth = 0
    for token in found:
        depth += token.says("{") - token.says("}")
        if depth == 0:
            return text[found[0].start : token.end]
    return "{"


def update(reader: Reader, job: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Run the SPARQL update in `body` and return the change it makes.

    Raises:
        BadQuery: the engine cannot read or run it; nothing of it counts then.
    """
    text = body.decode()
    if job.get("using") or job.get("using_named"):
        text = using(text, job.get("using") or (), job.get("using_named") or ())
    store = reader.raw()
    old = frozenset(lines(store))
    try:
        store.update(text, base_iri=job.get("base"))
    except SyntaxError as error:
        syntax(error, text)
    except (RuntimeError, ValueError, OSError) as error:
        raise BadQuery(plain(str(error)), see=SEE) from error
    new = set(lines(store))
    return {}, pack(Change(tuple(sorted(old - new)), tuple(sorted(new - old))))


def write(reader: Reader, job: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Work out a write of the Graph Store Protocol: `method` PUT, POST or DELETE on `graph`.

    `parts` gives name and length of each document in `body`.

    Raises:
        ParseError: a document cannot be read.
        NotFound: DELETE of a graph that is not there.
    """
    name, method = job["graph"], job["method"]
    target = DEFAULT if name is None else ox.NamedNode(name)
    old = set(reader.graph(name))
    if method == "DELETE" and name is not None and not old:
        raise NotFound(f"There is no graph {name}.")
    new: set[ox.Quad] = set(old) if method == "POST" else set()
    if method != "DELETE":
        new |= set(_documents(job, body, target))
    change = Change(quad_lines(old - new), quad_lines(new - old))
    return {"existed": bool(old)}, pack(change)


def read(reader: Reader, job: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the graph `graph` in `format`; None is the store's own default graph.

    Raises:
        NotFound: there is no such graph.
    """
    name = job["graph"]
    triples = [quad.triple for quad in reader.graph(name)]
    if name is not None and not triples:
        raise NotFound(f"There is no graph {name}.")
    body = ox.serialize(triples, format=GRAPHS[job["format"]], prefixes=dict(PREFIXES)) or b""
    return {}, tidy(body, job["format"])


def _documents(
    job: Mapping[str, Any], body: bytes, target: ox.NamedNode | ox.DefaultGraph
) -> Iterator[ox.Quad]:
    start = 0
    for name, length in job["parts"]:
        fmt = formats.by_name(name)
        if fmt is None:
            raise IhubError(f"{name} is no format of graphs.")
        data = body[start : start + length]
        start += length
        for quad in parse.parse(data, fmt, base=job["base"]):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, target)


def quad_lines(quads: Iterable[ox.Quad]) -> tuple[bytes, ...]:
    """Return quads as sorted lines of N-Quads."""
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return tuple(sorted(text.splitlines()))


def _read(lines: Iterable[bytes]) -> list[ox.Quad]:
    return list(ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_QUADS))
