"""The packaged files, read: what exists, what is required, what is known, what can be asked.

Folders decide graphs: `ontology/*.ttl` → `graph/ontology`, `ontology/voc/` → `graph/vocab`,
`data/curated/` and `data/interpreted/` → the graph of that name, `data/source/<s>.ttl` →
`graph/source/<s>`, `data/prov.ttl` → `graph/prov`, `shapes/` → `graph/shapes`. The DL view
(`ihub-dl.ttl`) is for reasoners alone and stays out of the store.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TypeVar, cast

import pyoxigraph as ox
import rdflib

from ihubkg import files, question, turtle
from ihubkg.errors import IhubError, NotFound, ParseError
from ihubkg.graphs import to_rdflib
from ihubkg.question import Question
from ihubkg.terms import ONTOLOGY, PROV, SHAPES, VOCAB, graph

MODULE = "ihub-"
DL_VIEW = "ihub-dl.ttl"

Node = TypeVar("Node")


@dataclass(frozen=True)
class Model:
    """The files under `root`; each kind is read when it is first asked for, and only once."""

    root: Path

    @classmethod
    def load(cls, root: Path | None = None) -> "Model":
        """Return the model of the files under `root`, the packaged ones by default.

        Raises:
            IhubError: there are no such files.
        """
        top = files.root() if root is None else root
        if not (top / "ontology").is_dir():
            raise IhubError(f"{top} holds no ontology: install ihubkg again, or run its checkout.")
        return cls(top)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all packaged files."""
        return files.digest(self.root)

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the graphs that the packaged files fill, sorted."""
        return tuple(sorted({name for name, _ in self.sources()}))

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every packaged statement in its graph, file by file.

        Blank nodes get labels that depend on the file alone, so that two stores filled from the
        same files give the same bytes.

        Raises:
            ParseError: a file is not Turtle; the message begins with its path.
        """
        for name, path in self.sources():
            target = ox.NamedNode(name)
            for triple in self._triples(path):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, target)

    @cached_property
    def shapes(self) -> rdflib.Graph:
        """All shapes, as the graph that pyshacl reads. Shared: add nothing to it."""
        return to_rdflib(self._folder("shapes"))

    @cached_property
    def ontology(self) -> rdflib.Graph:
        """Ontology and schemes together, without the DL view. Shared: add nothing to it."""
        wanted = {ONTOLOGY, VOCAB}
        return to_rdflib(
            triple
            for name, path in self.sources()
            if name in wanted
            for triple in self._triples(path)
        )

    def module(self, name: str) -> list[ox.Triple]:
        """Return the statements of the ontology's module `name`, such as `method`.

        Raises:
            NotFound: there is no such module.
        """
        if name not in self.modules:
            raise NotFound(f"The ontology has no module {name}.", self.modules)
        return [*self._triples(self.root / "ontology" / f"{MODULE}{name}.ttl")]

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The names of the ontology's modules, sorted."""
        paths = (self.root / "ontology").glob(f"{MODULE}*.ttl")
        return tuple(sorted(path.stem.removeprefix(MODULE) for path in paths))

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """The named questions by name, sorted.

        Raises:
            HeaderError, BadQuery: a file is no question; the message begins with its path.
        """
        paths = sorted((self.root / "queries" / "questions").glob("*.rq"))
        named = ((path, path.relative_to(self.root).as_posix()) for path in paths)
        return MappingProxyType({path.stem: question.read(path, name) for path, name in named})

    @cached_property
    def views(self) -> Mapping[str, str]:
        """The queries that describe resources, by name."""
        return self._texts("views")

    @cached_property
    def hygiene(self) -> Mapping[str, str]:
        """The queries whose every row is a fault in the graph, by name."""
        return self._texts("hygiene")

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """The inference rules, by name."""
        return self._texts("rules")

    def sources(self) -> Iterator[tuple[str, Path]]:
        """Yield the graph and the path of every packaged Turtle file that the store holds."""
        for path in files.walk(self.root):
            name = _graph_of(PurePosixPath(path.relative_to(self.root).as_posix()))
            if name is not None:
                yield name, path

    def _folder(self, name: str) -> Iterator[ox.Triple]:
        for path in sorted((self.root / name).rglob("*.ttl")):
            yield from self._triples(path)

    def _triples(self, path: Path) -> Iterable[ox.Triple]:
        name = path.relative_to(self.root).as_posix()
        try:
            quads = [*ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
        except SyntaxError as error:
            place = f"{name}:{error.lineno or 1}:{error.offset or 1}"
            raise ParseError(
                f"{place}: {turtle.plain(error)}", error.lineno, error.offset
            ) from error
        return _steady(quads, name)

    def _texts(self, folder: str) -> Mapping[str, str]:
        paths = sorted((self.root / "queries" / folder).glob("*.rq"))
        return MappingProxyType({path.stem: path.read_text(encoding="utf-8") for path in paths})


def _graph_of(path: PurePosixPath) -> str | None:
    """Return the IRI of the graph that the packaged file `path` belongs to, if any."""
    match path.parts:
        case ("ontology", name) if name.endswith(".ttl"):
            return None if name == DL_VIEW else ONTOLOGY
        case ("ontology", "voc", _):
            return VOCAB
        case ("shapes", *_):
            return SHAPES
        case ("data", "prov.ttl"):
            return PROV
        case ("data", "source", *_):
            return graph(f"source/{path.stem}")
        case ("data", folder, *rest) if rest:
            return graph(folder)
        case ("data", _):
            return graph(path.stem)
    return None


def _steady(quads: list[ox.Quad], name: str) -> Iterable[ox.Triple]:
    """Return the triples with blank nodes labelled by file and canonical order (RDFC-1.0)."""
    if not any(
        isinstance(node, ox.BlankNode) for quad in quads for node in (quad.subject, quad.object)
    ):
        return (quad.triple for quad in quads)
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    stem = hashlib.sha256(name.encode()).hexdigest()[:8]

    def steady(node: Node) -> Node:
        if not isinstance(node, ox.BlankNode):
            return node
        return cast(Node, ox.BlankNode(f"f{stem}{node.value}"))

    return [
        ox.Triple(steady(quad.subject), quad.predicate, steady(quad.object)) for quad in dataset
    ]
