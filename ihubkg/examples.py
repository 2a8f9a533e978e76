"""Examples of the ontology's terms, taken from the packaged data: what is shown is what is there.

For a class a thing of that very class, for a property a thing that has it; of several the one whose
description shows most of our own properties without being long. Every build shows the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg import turtle
from ihubkg.model import Model
from ihubkg.terms import BASE, CURATED, INTERPRETED, PREFIXES, VOCAB, expand

LINES = 16
"""Statements beyond which a description is too long to be read as an example."""

_OURS = PREFIXES["ihub"]
_TYPE = expand("rdf:type")
_LABEL = expand("skos:prefLabel")


@dataclass(frozen=True)
class Example:
    """A thing and its description in Turtle; `follows` tells that it is inferred, not stated."""

    thing: str
    label: str
    text: str
    follows: bool = False

    @property
    def turtle(self) -> str:
        """The description without the prefixes before it, its IRIs relative to the base."""
        return self.text.partition("\n\n")[2].rstrip().replace(f"<{BASE}", "<")


class Examples:
    """The example of each term that the data use."""

    def __init__(self, described: Mapping[str, Sequence[ox.Triple]]) -> None:
        self._described = described
        self._best: dict[str, str] = {}
        self._made: dict[str, Example] = {}
        for iri in sorted(described, key=lambda iri: (_rank(described[iri]), iri)):
            for term in _used(described[iri]):
                self._best.setdefault(term, iri)

    @classmethod
    def of(cls, model: Model, inferred: Iterable[ox.Quad] = ()) -> "Examples":
        """Return the examples in the packaged data and schemes.

        A term that nothing stated uses gets its example from `inferred`, one statement.
        """
        graphs = {ox.NamedNode(name) for name in (CURATED, INTERPRETED, VOCAB)}
        described: dict[str, list[ox.Triple]] = defaultdict(list)
        for quad in model.quads():
            if quad.graph_name in graphs and isinstance(quad.subject, ox.NamedNode):
                described[quad.subject.value].append(quad.triple)
        found = cls(described)
        for triple in sorted((quad.triple for quad in inferred), key=str):
            for term in _used([triple]) - found._best.keys() - found._made.keys():
                found._follow(term, triple)
        return found

    def _follow(self, term: str, triple: ox.Triple) -> None:
        """Keep a statement that follows as the example of a term."""
        if isinstance(triple.subject, ox.NamedNode):
            thing = triple.subject.value
            label = _label(self._described.get(thing, ())) or thing
            text = turtle.canonical([triple])
            self._made[term] = Example(thing, label, text, follows=True)

    def of_term(self, iri: str) -> Example | None:
        """Return the example of a term; None where no data use it."""
        if iri not in self._made and iri in self._best:
            thing = self._best[iri]
            triples = self._described[thing]
            text = turtle.canonical(_excerpt(triples, iri))
            self._made[iri] = Example(thing, _label(triples) or thing, text)
        return self._made.get(iri)


def _rank(triples: Sequence[ox.Triple]) -> tuple[bool, bool, int, int]:
    """Return what orders descriptions, the best example first."""
    ours = {one.predicate.value for one in triples if one.predicate.value.startswith(_OURS)}
    typed = any(one.predicate.value == _TYPE for one in triples)
    return (len(triples) > LINES, not typed, -len(ours), len(triples))


def _used(triples: Iterable[ox.Triple]) -> set[str]:
    """Return our classes and properties in a description."""
    found: set[str] = set()
    for one in triples:
        found.add(one.predicate.value)
        if one.predicate.value == _TYPE and isinstance(one.object, ox.NamedNode):
            found.add(one.object.value)
    return {iri for iri in found if iri.startswith(_OURS)}


def _excerpt(triples: Sequence[ox.Triple], iri: str) -> list[ox.Triple]:
    """Return a short description whole; of a long one kind, name and what it says by the term."""
    if len(triples) <= LINES:
        return list(triples)
    kept = [
        one
        for one in triples
        if one.predicate.value == _TYPE
        or (one.predicate.value == _LABEL and getattr(one.object, "language", None) == "en")
    ]
    rest = sorted((one for one in triples if one not in kept), key=lambda one: _weight(one, iri))
    return kept + rest[: LINES - len(kept)]


def _weight(triple: ox.Triple, iri: str) -> tuple[bool, bool, str]:
    """Return what orders the statements of a long description, the most telling first."""
    name = triple.predicate.value
    return (name != iri, not name.startswith(_OURS), str(triple))


def _label(triples: Iterable[ox.Triple]) -> str:
    return next(
        (
            one.object.value
            for one in triples
            if one.predicate.value == _LABEL
            and isinstance(one.object, ox.Literal)
            and one.object.language == "en"
        ),
        "",
    )
