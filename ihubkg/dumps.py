"""Dumps of the store: the whole and each graph, compressed, with checksums; the same bytes for
the same dataset version.

A folder of dumps appears whole or not at all: it is written beside its place and renamed.
"""

import gzip
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import zstandard

from ihubkg import terms
from ihubkg.formats import JSONLD, NQUADS, NTRIPLES, TRIG, TURTLE, Format
from ihubkg.store import DEFAULT, Store

STEM = "ihubkg"
"""How the dumps of the whole dataset are called."""

SUMS = "SHA256SUMS"
"""The checksums of a folder of dumps, as `sha256sum --check` reads them."""

NICE = 5
"""How much dumps that a process of its own makes stand back."""

_LIST = "dumps.json"
_KINDS = {
    NQUADS: ox.RdfFormat.N_QUADS,
    TRIG: ox.RdfFormat.TRIG,
    JSONLD: ox.RdfFormat.JSON_LD,
    TURTLE: ox.RdfFormat.TURTLE,
    NTRIPLES: ox.RdfFormat.N_TRIPLES,
}

COMPRESSIONS = {
    "gz": "application/gzip",
    "zst": "application/zstd",
}
"""Suffix and media type of each compression."""


@dataclass(frozen=True)
class Dump:
    """One file: its name, the format inside, how it is compressed, what it holds, how large."""

    name: str
    format: str
    compression: str
    graph: str | None
    statements: int
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        """The media type of what is inside."""
        return next(fmt.media_type for fmt in _KINDS if fmt.name == self.format)


def write(
    store: Store, folder: Path, *, done: Callable[[str], None] = lambda name: None
) -> tuple[Dump, ...]:
    """Write all dumps of `store` into the new folder `folder` and return what was written.

    Whole datasets as N-Quads, TriG and JSON-LD, the public dataset merged as Turtle, each graph as
    N-Triples; `done` is called with the name of each file.
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    dumps = [
        dump
        for name, fmt, graph, count, data in _contents(store)
        for dump in _compressed(partial, name, fmt, graph, count, data, done)
    ]
    sums = "".join(f"{dump.sha256}  {dump.name}\n" for dump in dumps)
    (partial / SUMS).write_text(sums, encoding="ascii")
    listed = json.dumps([asdict(dump) for dump in dumps], indent=1)
    (partial / _LIST).write_text(listed, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return tuple(dumps)


def read(folder: Path) -> tuple[Dump, ...] | None:
    """Return what the folder of dumps `folder` holds, or None where there is none."""
    listed = folder / _LIST
    if not listed.is_file():
        return None
    return tuple(Dump(**entry) for entry in json.loads(listed.read_text(encoding="utf-8")))


def slug(graph: str) -> str:
    """Return the part of a dump's name that says which graph it is.

    >>> slug("https://w3id.org/ihub4schools/graph/source/slate")
    'graph-source-slate'
    """
    if graph == DEFAULT:
        return DEFAULT
    return graph.removeprefix(terms.BASE).replace("/", "-").replace(":", "-").replace("#", "-")


def _contents(store: Store) -> Iterator[tuple[str, Format, str | None, int, bytes]]:
    quads = sorted(_canonical(store.raw), key=str)
    merged = _merged(quads)
    yield STEM, NQUADS, None, len(quads), _lines(quads)
    yield STEM, TRIG, None, len(quads), _serialised(quads, TRIG)
    yield STEM, JSONLD, None, len(quads), _serialised(quads, JSONLD)
    yield STEM, TURTLE, None, len(merged), _serialised(merged, TURTLE)
    for graph in (*store.graphs(), DEFAULT):
        name: ox.NamedNode | ox.DefaultGraph = (
            ox.DefaultGraph() if graph == DEFAULT else ox.NamedNode(graph)
        )
        triples = [quad.triple for quad in quads if quad.graph_name == name]
        if triples:
            yield f"{STEM}-{slug(graph)}", NTRIPLES, graph, len(triples), _lines(triples)


def _canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    """Name blank nodes by what is said of them (RDFC-1.0): equal stores give equal files."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _merged(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    public = {*(ox.NamedNode(name) for name in terms.PUBLIC_GRAPHS), ox.DefaultGraph()}
    return sorted({quad.triple for quad in quads if quad.graph_name in public}, key=str)


def _lines(statements: Iterable[ox.Quad | ox.Triple]) -> bytes:
    return "".join(f"{statement} .\n" for statement in statements).encode()


def _serialised(statements: Sequence[ox.Quad] | Sequence[ox.Triple], fmt: Format) -> bytes:
    out = BytesIO()
    ox.serialize(statements, out, _KINDS[fmt], prefixes=dict(terms.PREFIXES))
    return out.getvalue()


def _compressed(
    folder: Path,
    name: str,
    fmt: Format,
    graph: str | None,
    count: int,
    data: bytes,
    done: Callable[[str], None],
) -> Iterator[Dump]:
    for suffix in COMPRESSIONS:
        packed = (
            gzip.compress(data, mtime=0)
            if suffix == "gz"
            else zstandard.ZstdCompressor(level=9).compress(data)
        )
        path = folder / f"{name}.{fmt.suffix}.{suffix}"
        path.write_bytes(packed)
        digest = hashlib.sha256(packed).hexdigest()
        yield Dump(path.name, fmt.name, suffix, graph, count, len(packed), digest)
        done(path.name)


def _main(copy: str, folder: str) -> None:
    """Write the dumps of the pyoxigraph store at `copy`, yielding to whoever has work to do."""
    os.nice(NICE)
    write(Store(ox.Store.read_only(copy)), Path(folder))


if __name__ == "__main__":
    _main(*sys.argv[1:])
