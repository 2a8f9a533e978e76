"""What a write would change, worked out in a worker on a private copy: quads removed, quads added.

The untrusted text, an update or a document, never reaches the process that owns the store: it gets
this difference as N-Quads and nothing else. So a ledger of changes can be replayed exactly, also
where an update drew random numbers or looked at the clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ihubkg import formats
from ihubkg.errors import BadQuery, IhubError, NotFound
from ihubkg.evaluate import GRAPHS, plain, syntax, tidy
from ihubkg.reader import DEFAULT, Reader
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
        names = {quad.graph_name for side in self.quads() for quad in side}
        return frozenset("" if name == DEFAULT else name.value for name in names)  # type: ignore[union-attr]


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


def lines(store: ox.Store) -> list[bytes]:
    """Return the quads of a store as lines of N-Quads."""
    return (store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines()


def update(reader: Reader, job: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Run the SPARQL update in `body` and return the change it makes.

    Raises:
        BadQuery: the engine cannot read or run it; nothing of it counts then.
    """
    text = body.decode()
    store = reader.raw()
    old = set(lines(store))
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
    change = Change(_lines(old - new), _lines(new - old))
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
    from ihubkg import parse

    start = 0
    for name, length in job["parts"]:
        fmt = formats.by_name(name)
        if fmt is None:
            raise IhubError(f"{name} is no format of graphs.")
        data = body[start : start + length]
        start += length
        for quad in parse.parse(data, fmt, base=job["base"], limits=parse.Limits()):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, target)


def _lines(quads: Iterable[ox.Quad]) -> tuple[bytes, ...]:
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return tuple(sorted(text.splitlines()))


def _read(lines: Iterable[bytes]) -> list[ox.Quad]:
    return list(ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_QUADS))
