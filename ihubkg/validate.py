"""Data against the shapes: the only home of pyshacl.

The engine checks the constraints; which nodes they are about, what it sees of the graph, and every
sentence of the report are decided here. The data is checked on a slice (`ihubkg.context`), so the
cost depends on the data alone; the queries of the shapes run in pyoxigraph, with `$this` bound as
SHACL asks for it (https://www.w3.org/TR/shacl/#pre-binding), in a hundredth of rdflib's time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import pyoxigraph as ox
import rdflib
from pyshacl.errors import ReportableRuntimeError, ValidationFailure
from pyshacl.graph_abstraction import DataGraph
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.query import Result

from ihubkg.context import Context, Node, Plan, View
from ihubkg.errors import IhubError, LimitExceeded
from ihubkg.graphs import oxigraph_term, rdflib_term
from ihubkg.model import Model
from ihubkg.report import Problem, Report
from ihubkg.shapes import Shapes, name_of
from ihubkg.terms import PREFIXES
from ihubkg.terms import shape as shape_of

DEPTH = 30
"""How deep shapes may refer to shapes."""

FACTS = 200
"""Most values that one thing may have for one field: pairs of values are compared."""

NAMES = 40
"""Most names that one thing may have, each in its language."""

KEPT = 1000
"""Most problems of a report."""

MOST = 10 * KEPT
"""Most results among which the worst are looked for."""

AT_ONCE = 200
"""Things that are checked between two looks at the clock."""

_TYPE = ox.NamedNode(str(RDF.type))
_LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
_DECLARED = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_FORM = (SH.targetClass, SH.property, SH.path, SH.alternativePath, RDF.first, RDF.rest)
_SYSTEM = tuple(PREFIXES[prefix] for prefix in ("owl", "sh"))
_HIERARCHY = frozenset(
    PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf", "domain", "range")
)
_ALLOWED = frozenset(PREFIXES["owl"] + name for name in ("sameAs", "versionInfo", "deprecated"))


def validate(
    quads: Iterable[ox.Quad],
    *,
    model: Model,
    context: Context | None = None,
    profile: str = "published",
) -> Report:
    """Return what is wrong with the data `quads`, seen in `context` (the packaged graph)."""
    checker = Checker(model, profile=profile)
    return checker.check([*quads], Context.packaged(model) if context is None else context)


@dataclass(frozen=True)
class _Found:
    """A result of the engine, in its terms."""

    shape: str
    constraint: str
    focus: rdflib.term.Node
    path: rdflib.term.Node | None
    value: rdflib.term.Node | None


class Checker:
    """The shapes of one profile, made ready once: for a process that checks many files."""

    def __init__(self, model: Model, *, profile: str = "published") -> None:
        self.shapes = Shapes(model.shapes, profile)
        self.classes = Classes(model.ontology)
        self._plan = Plan(self.shapes)
        self._parts = {shape: self.shapes.properties(shape) for shape in self._targeted()}
        self.engine = ShapesGraph(self._graph_for_engine())
        self._known = {shape.node: shape for shape in self.engine.shapes}
        self._base = Base(model.ontology, self.shapes.graph)
        self._private = private_patterns(self.shapes.graph)
        self.is_private = lru_cache(maxsize=1024)(self._is_private)
        self.private_fields = frozenset(_private_fields(self.shapes))

    def warm(self) -> None:
        """Work out what each shape looks at, once for all files."""
        for shape in self._targeted():
            self._plan.needs(shape)

    def check(
        self,
        quads: Sequence[ox.Quad],
        context: Context,
        *,
        only: frozenset[Node] | None = None,
        is_late: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Return the problems of `quads`: what they say takes the place of what `context` says.

        With `only`, those of these things alone. Once `is_late` says so, no more is checked, and
        the report says that it is not whole.

        Raises:
            LimitExceeded: the data has more values for one field than can be compared, or is late
                before anything was checked.
        """
        refuse_floods(quads)
        view = View(quads, context, is_late)
        targets = self.targets(quads, view)
        if only is not None:
            targets = {shape: nodes & only for shape, nodes in targets.items() if nodes & only}
        for shape, nodes in targets.items():
            for some in _chunks(nodes):
                self._plan.fetch(view, shape, some)
        slice_ = Slice([*quads, *view.fetched], self._base, is_late)
        problems: list[Problem] = []
        try:
            for result in self._run(slice_, targets):
                problems.append(self.problem(result, view))
                if len(problems) > MOST:
                    raise LimitExceeded(_NOT_WHOLE, MOST)
        except LimitExceeded as error:
            message = {"en": error.message}
            problems.append(Problem("Violation", None, "Limit", message=message))
        return Report.of(problems).first(KEPT)

    def targets(
        self, quads: Iterable[ox.Quad], view: View
    ) -> Mapping[rdflib.URIRef, frozenset[Node]]:
        """Return the nodes that each node shape is about, among the subjects of `quads`."""
        found: dict[rdflib.URIRef, set[Node]] = {}
        subjects: set[Node] = {quad.subject for quad in quads}
        for subject in subjects:
            for quad in [*view.find(subject, None, None)]:
                if quad.predicate != _TYPE or not isinstance(quad.object, ox.NamedNode):
                    continue
                for kind in self.classes.above(quad.object.value):
                    for shape in self.shapes.targets.get(kind, ()):
                        found.setdefault(shape, set()).add(subject)
        for shape in self.shapes.subject_targets:  # a misspelt field must not hide its subject
            found.setdefault(shape, set()).update(subjects)
        return {shape: frozenset(found[shape]) for shape in sorted(found)}

    def _run(
        self, slice_: "Slice", targets: Mapping[rdflib.URIRef, frozenset[Node]]
    ) -> Iterator[_Found]:
        """Let the engine check; https://www.w3.org/TR/shacl/#validation."""
        data = DataGraph.from_rdflib_graph(slice_)
        executor = SHACLExecutor(max_validation_depth=DEPTH)
        for owner, nodes in targets.items():
            for some in _chunks(nodes):
                focus = [rdflib_term(node) for node in some]
                for name in (owner, *self._parts[owner]):
                    yield from self._results(name, executor, data, focus)

    def _results(
        self,
        name: rdflib.URIRef,
        executor: SHACLExecutor,
        data: DataGraph,
        focus: list[rdflib.term.Node],
    ) -> Iterator[_Found]:
        try:
            _, results = self._known[name].validate(executor, data, focus=focus)
        except (ReportableRuntimeError, ValidationFailure) as error:
            message = f"The shape {name_of(name)} cannot be checked: {error}"
            raise IhubError(message) from error
        for _, node, triples in results:
            yield _found(node, triples)

    def _targeted(self) -> set[rdflib.URIRef]:
        aimed = {shape for shapes in self.shapes.targets.values() for shape in shapes}
        return aimed | set(self.shapes.subject_targets)

    def _graph_for_engine(self) -> rdflib.Graph:
        """Return a copy of the shapes, to which the engine adds statements of its own.

        Shapes with targets stand there without their property shapes: those are given all focus
        nodes at once, which means the same and takes a tenth of the calls.
        """
        copy = rdflib.Graph(bind_namespaces="none")
        for prefix, namespace in self.shapes.graph.namespaces():
            copy.bind(prefix, namespace)
        for triple in self.shapes.graph:
            if triple[1] != SH.property or triple[0] not in self._parts:
                copy.add(triple)
        return copy

    def problem(self, found: _Found, view: View | None = None) -> Problem:
        """Return a result of the engine as a problem, in our words."""
        label = self._label(found.focus, view)
        value = None if found.value is None else oxigraph_term(found.value)
        if isinstance(value, ox.Literal | ox.NamedNode) and self.is_private(value.value):
            value = None
        return Problem(
            severity=self.shapes.severity(found.shape),
            shape=found.shape,
            constraint=found.constraint,
            focus=oxigraph_term(found.focus),
            path=self._path(found.path),
            value=value,
            message=self.shapes.texts(found.shape, SH.message),
            field=self.shapes.texts(found.shape, SH.name),
            label={} if any(map(self.is_private, label.values())) else label,
        )

    def _is_private(self, text: str) -> bool:
        """Tell whether a text holds what reports must not repeat."""
        return any(pattern.search(text) for pattern in self._private)

    def _path(self, path: rdflib.term.Node | None) -> str | None:
        if path is None:
            return None
        return str(path) if isinstance(path, rdflib.URIRef) else self.shapes.expression(path)

    def _label(self, node: rdflib.term.Node, view: View | None) -> dict[str, str]:
        if view is None or isinstance(node, rdflib.Literal):
            return {}
        return {
            quad.object.language or "en": quad.object.value
            for quad in view.find(oxigraph_term(node), _LABEL, None)
            if isinstance(quad.object, ox.Literal)
        }


class Classes:
    """The classes of the ontology and what stands above each."""

    def __init__(self, ontology: rdflib.Graph) -> None:
        self._above: dict[str, tuple[str, ...]] = {}
        self._ontology = ontology

    def above(self, kind: str) -> tuple[str, ...]:
        """Return `kind` and every class above it, nearest first."""
        if kind not in self._above:
            found = self._ontology.transitive_objects(rdflib.URIRef(kind), RDFS.subClassOf)
            self._above[kind] = tuple(str(n) for n in found if isinstance(n, rdflib.URIRef))
        return self._above[kind]


class Base:
    """What every slice holds: for the engine the `hierarchy` of classes, for queries also which
    classes and fields there are, what is retired, and which fields the forms have.
    """

    def __init__(self, ontology: rdflib.Graph, shapes: rdflib.Graph) -> None:
        named = rdflib.URIRef
        self.hierarchy = [
            triple
            for triple in ontology.triples((None, RDFS.subClassOf, None))
            if isinstance(triple[0], named) and isinstance(triple[2], named)
        ]
        others = [
            *(t for kind in _DECLARED for t in ontology.triples((None, RDF.type, kind))),
            *ontology.triples((None, RDFS.domain, None)),
            *ontology.triples((None, OWL.deprecated, None)),
            *(t for p in _FORM for t in shapes.triples((None, p, None))),
        ]
        self.quads = [
            ox.Quad(*(oxigraph_term(node) for node in triple))  # type: ignore[arg-type]
            for triple in (*self.hierarchy, *others)
        ]


class Slice(rdflib.Graph):
    """The statements that a check sees, for the engine; queries run on a pyoxigraph copy."""

    def __init__(
        self,
        triples: Iterable[ox.Quad | ox.Triple],
        base: "Base | None" = None,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(bind_namespaces="none")
        self._is_late = is_late
        self._copy = ox.Store()
        quads = [] if base is None else [*base.quads]
        for t in triples:
            self.add((rdflib_term(t.subject), rdflib_term(t.predicate), rdflib_term(t.object)))
            quads.append(ox.Quad(t.subject, t.predicate, t.object))
        for triple in () if base is None else base.hierarchy:
            self.add(triple)
        self._copy.bulk_extend(quads)

    def query(  # type: ignore[override]
        self,
        query_object: str,
        processor: object = None,
        result: object = None,
        initNs: object = None,  # noqa: N803 rdflib's name
        initBindings: Mapping[str, rdflib.term.Node] | None = None,  # noqa: N803
        *_: object,
        **__: object,
    ) -> Result:
        """Answer a SELECT with `initBindings` put in the place of the variables themselves.

        Raises:
            LimitExceeded: it is late.
        """
        if self._is_late():
            raise LimitExceeded(_NOT_WHOLE)
        bound: dict[ox.Variable, Node] = {
            ox.Variable(name): oxigraph_term(node) for name, node in (initBindings or {}).items()
        }
        solutions: Any = self._copy.query(query_object, substitutions=bound)
        names = [variable.value for variable in solutions.variables]
        rows = Result("SELECT")
        rows.vars = [rdflib.Variable(name) for name in names]
        rows.bindings = [
            {
                rdflib.Variable(name): cast(rdflib.term.Identifier, rdflib_term(row[name]))
                for name in names
                if row[name] is not None
            }
            for row in solutions
        ]
        return rows


_NOT_WHOLE = "Not all of the file was checked: mend what is listed, or split the file."


def _chunks(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """Yield `nodes` in parts of one order, so that a late check can stop between them."""
    ordered = sorted(nodes, key=str)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def refuse_floods(quads: Iterable[ox.Quad]) -> None:
    """Refuse data that compares too many values with each other.

    Raises:
        LimitExceeded: one thing has more than `FACTS` values for one field, or `NAMES` names.
    """
    count: dict[tuple[object, object], int] = {}
    for quad in {*quads}:
        key = (quad.subject, quad.predicate)
        count[key] = count.get(key, 0) + 1
        most = NAMES if quad.predicate == _LABEL else FACTS
        if count[key] > most:
            name = quad.predicate.value
            raise LimitExceeded(
                f"{quad.subject} has more than {most} values of {name}: split the entry.", most
            )


def is_system(quad: ox.Quad) -> bool:
    """Tell whether a statement is about the ontology or the shapes, which data may not touch."""
    predicate = quad.predicate.value
    if predicate == str(RDF.type):
        return getattr(quad.object, "value", "").startswith(_SYSTEM)
    return predicate in _HIERARCHY or (predicate.startswith(_SYSTEM) and predicate not in _ALLOWED)


def _found(node: rdflib.term.Node, triples: Iterable[tuple[Any, Any, Any]]) -> _Found:
    values: dict[rdflib.term.Node, rdflib.term.Node] = {}
    for subject, predicate, value in triples:
        if subject == node:
            values[predicate] = value[1] if isinstance(value, tuple) else value
    component = str(values[SH.sourceConstraintComponent]).removeprefix(PREFIXES["sh"])
    return _Found(
        shape=str(values[SH.sourceShape]),
        constraint=component.removesuffix("ConstraintComponent"),
        focus=values[SH.focusNode],
        path=values.get(SH.resultPath),
        value=values.get(SH.value),
    )


_REGEX = re.compile(r'REGEX\(STR\(\?text\), "((?:[^"\\]|\\.)*)"(?:, "(i)")?\)')


def _private_fields(shapes: Shapes) -> Iterator[str]:
    """Yield the fields that hold private data, whatever their value is."""
    path = shapes.graph.value(rdflib.URIRef(shape_of("Entity-privateField")), SH.path)
    either = shapes.graph.value(path, SH.alternativePath)
    if either is not None:
        yield from map(str, Collection(shapes.graph, either))


def private_patterns(shapes: rdflib.Graph) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of private text, from the query of the shape that refuses it."""
    return tuple(
        re.compile(pattern, re.IGNORECASE if flag else 0)
        for select in shapes.objects(None, SH.select)
        for pattern, flag in _REGEX.findall(str(select))
        if "?text" in str(select)
    )
