"""The shapes as texts and fields: what a report says about them, and what a form asks for.

Engines return shapes by IRI; every sentence that people read is looked up here, in all its
languages, because engines drop language tags and mix messages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH, SKOS

from ihubkg.report import SEVERITIES, Severity
from ihubkg.terms import BASE, PREFIXES, shorten

SUBMISSION = rdflib.URIRef(f"{BASE}shapes/submission")
"""The part of the shapes that holds for submissions alone."""

PROFILES = ("published", "submission")
"""What is asked of data: of what is published, or of what an editor hands in."""

_PREFIX = f"{BASE}shapes#"
_IN_SCHEME = SKOS.inScheme


@dataclass(frozen=True, slots=True)
class Field:
    """A property shape as a form or a table asks for it; IRIs are strings."""

    shape: str
    path: str | None
    expression: str
    severity: Severity
    order: int
    group: str | None
    minimum: int
    maximum: int | None
    kinds: tuple[str, ...]
    scheme: str | None
    datatypes: tuple[str, ...]


class Shapes:
    """The shapes graph of one profile; build it once and keep it."""

    def __init__(self, graph: rdflib.Graph, profile: str = "published") -> None:
        if profile not in PROFILES:
            raise ValueError(f"unknown profile {profile!r}")
        self.profile = profile
        self.graph = graph if profile == "submission" else _without_submission(graph)

    def texts(self, shape: str, kind: rdflib.URIRef) -> Mapping[str, str]:
        """Return the texts of one kind (`SH.message`, `SH.name`, …) of `shape` by language."""
        return {
            text.language or "en": str(text)
            for text in self.graph.objects(rdflib.URIRef(shape), kind)
            if isinstance(text, rdflib.Literal)
        }

    def severity(self, shape: str) -> Severity:
        """Return how grave it is not to conform to `shape`."""
        value = self.graph.value(rdflib.URIRef(shape), SH.severity)
        name = str(value).removeprefix(PREFIXES["sh"]) if value is not None else "Violation"
        return next((known for known in SEVERITIES if known == name), "Violation")

    @cached_property
    def targets(self) -> Mapping[str, tuple[rdflib.URIRef, ...]]:
        """The node shapes by the class (its IRI) at whose instances they aim."""
        found: dict[str, list[rdflib.URIRef]] = {}
        for shape, target in self.graph.subject_objects(SH.targetClass):
            if isinstance(shape, rdflib.URIRef):
                found.setdefault(str(target), []).append(shape)
        return {name: tuple(sorted(shapes)) for name, shapes in found.items()}

    @cached_property
    def subject_targets(self) -> Mapping[rdflib.URIRef, frozenset[str]]:
        """The predicates by the node shape that aims at the subjects which have them."""
        found: dict[rdflib.URIRef, set[str]] = {}
        for shape, predicate in self.graph.subject_objects(SH.targetSubjectsOf):
            if isinstance(shape, rdflib.URIRef):
                found.setdefault(shape, set()).add(str(predicate))
        return {shape: frozenset(predicates) for shape, predicates in found.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The English names of the fields that all things may have, by their IRIs."""
        found: dict[str, tuple[int, str]] = {}
        for shape, path in self.graph.subject_objects(SH.path):
            if not isinstance(shape, rdflib.URIRef) or not isinstance(path, rdflib.URIRef):
                continue
            if name_of(str(shape)).startswith("Entity-"):
                named = (self._order(shape), self.texts(str(shape), SH.name).get("en", ""))
                found[str(path)] = min(named, found.get(str(path), named))
        return {path: name for path, (_, name) in found.items()}

    def properties(self, shape: rdflib.URIRef) -> tuple[rdflib.URIRef, ...]:
        """Return the property shapes of a node shape, in the order of its form."""
        found = (p for p in self.graph.objects(shape, SH.property) if isinstance(p, rdflib.URIRef))
        return tuple(sorted(found, key=lambda p: (self._order(p), str(p))))

    def fields(self, classes: tuple[str, ...]) -> tuple[Field, ...]:
        """Return the fields of things of `classes`: a class and those above it, nearest first."""
        shapes = [shape for name in classes for shape in self.targets.get(name, ())]
        return tuple(self.field(p) for shape in shapes for p in self.properties(shape))

    def field(self, shape: rdflib.URIRef) -> Field:
        """Return the property shape `shape` as a field."""
        path = self.graph.value(shape, SH.path)
        maximum = self.graph.value(shape, SH.maxCount)
        minimum = self.graph.value(shape, SH.minCount)
        minimum = minimum or self.graph.value(shape, SH.qualifiedMinCount)
        group = self.graph.value(shape, SH.group)
        return Field(
            shape=str(shape),
            path=str(path) if isinstance(path, rdflib.URIRef) else None,
            expression=self.expression(path),
            severity=self.severity(str(shape)),
            order=self._order(shape),
            group=None if group is None else str(group),
            minimum=int(minimum.value) if isinstance(minimum, rdflib.Literal) else 0,
            maximum=int(maximum.value) if isinstance(maximum, rdflib.Literal) else None,
            kinds=tuple(sorted(str(kind) for kind in self.graph.objects(shape, SH["class"]))),
            scheme=self.scheme(shape),
            datatypes=tuple(self._datatypes(shape)),
        )

    def scheme(self, shape: rdflib.URIRef) -> str | None:
        """Return the concept scheme that the values of `shape` come from, if it names one."""
        for node in self.graph.objects(shape, SH.node):
            for inner in self.graph.objects(node, SH.property):
                if self.graph.value(inner, SH.path) == _IN_SCHEME:
                    return str(self.graph.value(inner, SH.hasValue))
        return None

    def expression(self, path: rdflib.term.Node | None) -> str:
        """Return a property path as SPARQL writes it, with our prefixes.

        https://www.w3.org/TR/shacl/#property-paths
        """
        match path:
            case None:
                return ""
            case rdflib.URIRef():
                return shorten(str(path))
        inverse = self.graph.value(path, SH.inversePath)
        if inverse is not None:
            return f"^{self.expression(inverse)}"
        either = self.graph.value(path, SH.alternativePath)
        if either is not None:
            return "|".join(self.expression(step) for step in Collection(self.graph, either))
        steps = [self.expression(step) for step in Collection(self.graph, path)]
        return "/".join(f"({step})" if "|" in step else step for step in steps)

    def _datatypes(self, shape: rdflib.URIRef) -> Iterator[str]:
        """Yield the datatypes that values may have, the most exact date first."""
        for datatype in self.graph.objects(shape, SH.datatype):
            yield str(datatype)
        for either in self.graph.objects(shape, SH["or"]):
            for member in Collection(self.graph, either):
                yield from self._datatypes(rdflib.URIRef(str(member)))

    def _order(self, shape: rdflib.URIRef) -> int:
        value = self.graph.value(shape, SH.order)
        return int(value.value) if isinstance(value, rdflib.Literal) else 0


def name_of(shape: str) -> str:
    """Return the name of a shape of ours, such as `Method-methodFormat`, or its IRI.

    >>> name_of("https://w3id.org/ihub4schools/shapes#Method-methodFormat")
    'Method-methodFormat'
    """
    return shape.removeprefix(_PREFIX)


def _without_submission(graph: rdflib.Graph) -> rdflib.Graph:
    """Return a copy of `graph` without the shapes that hold for submissions alone."""
    dropped = set(graph.subjects(RDFS.isDefinedBy, SUBMISSION))
    dropped |= {
        inner
        for shape in dropped
        for inner in graph.objects(shape, SH.property)
        if (inner, RDF.type, SH.PropertyShape) in graph
    }
    copy = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        copy.bind(prefix, namespace)
    for triple in graph:
        if triple[0] not in dropped:
            copy.add(triple)
    return copy
