"""Where the packaged files say something: the way from a statement back to file, line and column.

Files are looked into when they are asked about. What has no name in RDF, such as the inner part of
an axiom, is told and found by the axiom in which it stands.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from ihubkg import axioms, infer, positions
from ihubkg.axioms import Facts, Node
from ihubkg.formats import TURTLE
from ihubkg.infer import Step
from ihubkg.marks import Index, Mark, Text
from ihubkg.model import DL_VIEW, Model
from ihubkg.report import Location
from ihubkg.terms import BASE, ONTOLOGY, shorten


class Places:
    """The files of a model, read when they are first asked about."""

    def __init__(self, model: Model) -> None:
        self._root = model.root
        paths = [path for _, path in model.sources()]
        self._paths = [*paths, model.root / "ontology" / DL_VIEW]
        self._texts: dict[Path, str] = {}
        self._indices: dict[Path, Index] = {}
        self._model = model

    @cached_property
    def _facts(self) -> Facts:
        """The ontology, the DL view with it, as axioms are told."""
        model = self._model
        node = ox.NamedNode(ONTOLOGY)
        stated = (quad.triple for quad in model.quads() if quad.graph_name == node)
        return axioms.index([*stated, *model.module("dl")])

    def find(self, node: Node, others: Sequence[Node | None] = ()) -> Location | None:
        """Return where `node` is described, at a statement that names one of `others` if any is.

        An unnamed node is looked for by the axiom that it stands in.
        """
        if isinstance(node, ox.BlankNode):
            return self._unnamed(node)
        wanted = {one for one in others if one is not None}
        best: tuple[int, Path, Mark] | None = None
        for path in self._mentioning(node):
            for entry in self._index(path).find(node):
                named = (entry.object in wanted, entry.predicate in wanted)
                weight = 2 * named[0] + named[1]
                mark = entry.at_object if named[0] else entry.at_predicate
                if best is None or weight > best[0]:
                    best = (weight, path, mark if weight else entry.at_subject)
        return self._location(best[1], best[2]) if best else self._used(node)

    def _used(self, node: Node) -> Location | None:
        """Return where something is first used that is described nowhere."""
        for path in self._mentioning(node):
            for entry in self._index(path).entries:
                for one, mark in (
                    (entry.predicate, entry.at_predicate),
                    (entry.object, entry.at_object),
                ):
                    if one == node:
                        return self._location(path, mark)
        return None

    def of(self, triple: ox.Triple) -> Location | None:
        """Return where `triple` is stated."""
        if isinstance(triple.subject, ox.BlankNode):
            return self._unnamed(triple.subject)
        for path in self._mentioning(triple.subject):
            found = next(
                self._index(path).find(triple.subject, triple.predicate, triple.object), None
            )
            if found:
                return self._location(path, found.at_object)
        return self.find(triple.subject, [triple.predicate])

    def why(self, step: Step) -> tuple[str, ...]:
        """Return the statements and the axioms that a consequence rests on, each with its place."""
        told: dict[str, None] = {}
        for one in step.walk():
            if one.rule is None and not infer.is_imagined(one.triple.subject):
                told[f"{self._at(one.triple)}{infer.sentence(one.triple, self.told)}"] = None
        for one in step.walk():
            for triple in one.axioms():
                told[f"{self._at(triple)}{axioms.axiom(self._facts, triple)}"] = None
        return tuple(told)

    def told(self, node: Node) -> str:
        """Return a node as it is written in a message."""
        if isinstance(node, ox.NamedNode):
            return shorten(node.value).removeprefix(BASE)
        if isinstance(node, ox.BlankNode):
            return axioms.around(self._facts, node)
        if isinstance(node, ox.Literal):
            return f'"{node.value}"' + (f"@{node.language}" if node.language else "")
        return str(node)

    def _at(self, triple: ox.Triple) -> str:
        place = self.of(triple)
        return f"{place.place}: " if place else ""

    def _unnamed(self, node: ox.BlankNode) -> Location | None:
        """Return the place of the axiom that `node` stands in."""
        inner, owner, name = axioms.climb(self._facts, node)
        if owner is not None:
            return self.find(owner, [ox.NamedNode(name)])
        said = {
            (name, value)
            for name, values in self._facts.get(inner, {}).items()
            for value in values
            if isinstance(value, ox.NamedNode) and not name.startswith("^")
        }
        for path in self._paths:
            if path.parent.name == "ontology":
                for name, value in sorted(said, key=str):
                    for entry in self._index(path).find(None, ox.NamedNode(name), value):
                        if isinstance(entry.subject, ox.BlankNode):
                            return self._location(path, entry.at_object)
        return None

    def _mentioning(self, node: Node) -> Iterator[Path]:
        """Yield the files whose text names `node`, those of the curated graph first."""
        iri = node.value if isinstance(node, ox.NamedNode) else ""
        short = shorten(iri)
        for path in sorted(self._paths, key=lambda path: "curated" not in path.parts):
            if iri and (iri in self._text(path) or (short != iri and short in self._text(path))):
                yield path

    def _location(self, path: Path, mark: Mark) -> Location:
        source = path.relative_to(self._root).as_posix()
        return Text(self._text(path)).location(mark, source)

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        return self._texts[path]

    def _index(self, path: Path) -> Index:
        if path not in self._indices:
            self._indices[path] = positions.index(self._text(path), TURTLE, base=BASE)
        return self._indices[path]
