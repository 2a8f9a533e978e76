"""The whole graph against the shapes, set at a time: the batch engine behind one interface.

pyshacl checks what someone sends; a graph of millions of statements is for shacl-rust, which is
pinned and cross-checked against pyshacl (https://github.com/ensaremirerol/shacl-rust). The queries
of the shapes are not run once for each thing, as SHACL describes it and every engine does: each is
asked once of the whole graph, and its rows are kept for the things that its shape is about. That
means the same (https://www.w3.org/TR/shacl/#sparql-constraints) and costs a hundredth.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox
import rdflib
import shacl_rust
from rdflib.namespace import SH

from ihubkg.context import Context
from ihubkg.errors import IhubError
from ihubkg.graphs import to_oxigraph
from ihubkg.model import Model
from ihubkg.report import Problem, Report, Term
from ihubkg.shapes import Shapes, name_of
from ihubkg.terms import PREFIXES
from ihubkg.tokens import Kind, Token, scan
from ihubkg.validate import Base, Classes, private_patterns

TWIN = "--spelt-out"
"""What the IRI of a shape ends with that stands for a qualified one."""

_LANGUAGE = tuple(PREFIXES[prefix] for prefix in ("rdf", "rdfs", "owl"))
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")


def validate_all(
    context: Context,
    *,
    model: Model,
    profile: str = "published",
    kept: int = 10_000,
    step: Callable[[str], None] = lambda _: None,
) -> Report:
    """Return the problems of all that `context` states, at most `kept` of them, without places.

    `step` is told what is being done, for whoever watches. Takes about 600 bytes of memory a
    statement, and as much room for temporary files as the graph has as N-Triples.

    Raises:
        IhubError: the graph holds terms of RDF 1.2, which the engine does not read.
    """
    shapes = Shapes(model.shapes, profile)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        step("Reading the graph")
        with data.open("wb") as out:
            for store, graph in context.layers:
                store.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=graph)
            ox.serialize(to_oxigraph(model.ontology), out, ox.RdfFormat.N_TRIPLES)
        step("Checking fields and values")
        strangers = _strangers(context, model)
        try:
            problems = [*_by_engine(data, Path(folder) / "shapes.nt", shapes, strangers)]
        except ValueError as error:
            raise IhubError(_unreadable(context, error)) from error
        step("Reading the graph for the queries")
        whole = ox.Store()
        whole.bulk_load(path=str(data), format=ox.RdfFormat.N_TRIPLES)
    whole.bulk_extend(Base(model.ontology, shapes.graph).quads)
    queries = Queries(whole, shapes, Classes(model.ontology), strangers)
    for rule in rules(shapes):
        step(f"Checking {name_of(str(rule.shape))}")
        problems += queries.problems(rule)
    return Report.of(problems).first(kept)


def _unreadable(context: Context, error: ValueError) -> str:
    """Return a sentence on why the engine did not read the graph: the first statement to blame."""
    for quad in context.find(None, None, None):
        value = quad.object
        if isinstance(value, ox.Triple) or getattr(value, "direction", None) is not None:
            return (
                f"{quad.subject} has a value of RDF 1.2 as {quad.predicate}, "
                "which cannot be checked here: remove it first."
            )
    return f"The engine cannot read the graph: {error}"


def _strangers(context: Context, model: Model) -> frozenset[str]:
    """Return the fields in use that the ontology does not have.

    What has nothing but such fields must not escape the shapes of all subjects.
    """
    asked = model.views["fields-in-use"]
    used = {
        row["field"].value
        for store, graph in context.layers
        for row in cast("ox.QuerySolutions", store.query(asked, default_graph=graph))
    }
    return frozenset(
        field
        for field in used
        if not field.startswith(_LANGUAGE)
        and (rdflib.URIRef(field), None, None) not in model.ontology
    )


def _by_engine(
    data: Path, asked: Path, shapes: Shapes, strangers: Iterable[str]
) -> Iterator[Problem]:
    """Yield the problems that shacl-rust finds: of all constraints but queries."""
    without_queries = _spelt_out(shapes.graph)
    without_queries.remove((None, SH.sparql, None))
    for shape in shapes.subject_targets:
        for field in strangers:
            without_queries.add((shape, SH.targetSubjectsOf, rdflib.URIRef(field)))
    asked.write_bytes(without_queries.serialize(format="nt", encoding="utf-8"))
    found = shacl_rust.validate_file(
        str(data),
        str(asked),
        data_format="nt",
        shapes_format="nt",
        experimental_index=True,
    )
    texts = Texts(shapes)
    for result in found["results"]:
        yield texts.problem(_found(result, shapes))


@dataclass(frozen=True)
class Found:
    """What an engine found, in our terms; `path` as a report names it."""

    shape: str
    constraint: str
    focus: Term | None
    path: str | None
    value: Term | None


class Texts:
    """What is said of each shape, looked up once; texts of private data are left out."""

    def __init__(self, shapes: Shapes) -> None:
        self._private = private_patterns(shapes.graph)
        self.severity = lru_cache(None)(shapes.severity)
        self._texts = lru_cache(None)(shapes.texts)

    def _is_private(self, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._private)

    def problem(self, found: Found) -> Problem:
        """Return a problem in our words."""
        value = found.value
        if isinstance(value, ox.Literal | ox.NamedNode) and self._is_private(value.value):
            value = None
        return Problem(
            self.severity(found.shape),
            found.shape,
            found.constraint,
            found.focus,
            found.path,
            value,
            self._texts(found.shape, SH.message),
            self._texts(found.shape, SH.name),
        )


@dataclass(frozen=True)
class Rule:
    """A query of a shape: each of its rows is a problem of what `$this` stands for."""

    shape: rdflib.URIRef
    path: str | None
    classes: frozenset[str]
    fields: frozenset[str]
    query: str


def rules(shapes: Shapes) -> Iterator[Rule]:
    """Yield the queries of `shapes` with what they are about, sorted by shape.

    A property shape is about what the node shapes that hold it are about.
    """
    graph = shapes.graph
    declared = "".join(
        f"PREFIX {graph.value(one, SH.prefix)}: <{graph.value(one, SH.namespace)}>\n"
        for one in sorted(graph.objects(None, SH.declare), key=str)
    )
    for shape in sorted({s for s in graph.subjects(SH.sparql) if isinstance(s, rdflib.URIRef)}):
        holders = [shape, *graph.subjects(SH.property, shape)]
        path = graph.value(shape, SH.path)
        for constraint in graph.objects(shape, SH.sparql):
            yield Rule(
                shape,
                None if path is None else _named(path, shapes),
                frozenset(str(c) for s in holders for c in graph.objects(s, SH.targetClass)),
                frozenset(str(p) for s in holders for p in graph.objects(s, SH.targetSubjectsOf)),
                declared + set_at_a_time(str(graph.value(constraint, SH.select))),
            )


def _named(path: rdflib.term.Node, shapes: Shapes) -> str:
    return str(path) if isinstance(path, rdflib.URIRef) else shapes.expression(path)


class Queries:
    """The queries of the shapes, each asked once of the graph in `store`."""

    def __init__(
        self, store: ox.Store, shapes: Shapes, classes: Classes, strangers: frozenset[str]
    ) -> None:
        self._store = store
        self._strangers = strangers
        self._texts = Texts(shapes)
        self._kinds = lru_cache(1_000_000)(self._kinds_of)
        self._classes = classes

    def problems(self, rule: Rule) -> Iterator[Problem]:
        """Yield a problem for each row about a thing at which the shape aims."""
        rows: Any = self._store.query(rule.query)
        names = {variable.value for variable in rows.variables}
        for row in rows:
            focus = row["this"]
            if not self._is_about(rule, focus):
                continue
            path = row["path"].value if "path" in names and row["path"] is not None else rule.path
            value = row["value"] if "value" in names else focus if rule.path is None else None
            yield self._texts.problem(Found(str(rule.shape), "SPARQL", focus, path, value))

    def _is_about(self, rule: Rule, focus: Term) -> bool:
        if isinstance(focus, ox.Literal):
            return False
        if rule.classes and not rule.classes.isdisjoint(self._kinds(focus)):
            return True
        return any(
            next(self._store.quads_for_pattern(focus, ox.NamedNode(field), None), None)
            for field in (*rule.fields, *(self._strangers if rule.fields else ()))
        )

    def _kinds_of(self, focus: ox.NamedNode | ox.BlankNode) -> frozenset[str]:
        found = self._store.quads_for_pattern(focus, _TYPE, None)
        kinds = {quad.object.value for quad in found if isinstance(quad.object, ox.NamedNode)}
        return frozenset(above for kind in kinds for above in self._classes.above(kind))


def set_at_a_time(select: str) -> str:
    """Return a query for one `$this` as a query for all, written so that it is quick.

    `FILTER NOT EXISTS` with several patterns is answered anew for every row; where nothing but
    `$this` ties it to the rest, it is put as `MINUS` behind all else, which is answered once. Both
    mean the same for variables that both sides always bind.

    >>> set_at_a_time("SELECT $this { $this :a ?b . FILTER NOT EXISTS { $this :c ?d . ?d :e 1 } }")
    'SELECT $this { $this :a ?b . MINUS { $this :c ?d . ?d :e 1 } }'
    """
    tokens = scan(select)
    moved: list[str] = []
    kept, at = "", 0
    for first, opening, closing in _absences(tokens):
        if _is_apart(tokens, opening, closing):
            kept += select[at : tokens[first].start]
            at = tokens[closing].end
            moved.append(select[tokens[opening].start : at])
    if not moved or not tokens[-1].says("}"):
        return select
    end = tokens[-1].start
    rest = (kept + select[at:end]).rstrip()
    return " ".join([rest, *(f"MINUS {group}" for group in moved), select[end:]])


def _absences(tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """Yield where `FILTER NOT EXISTS` stands in the outermost group, with its two braces."""
    depth, opened = 0, -1
    for number, token in enumerate(tokens):
        if token.says("{"):
            depth += 1
            words = [t.text.upper() for t in tokens[max(number - 3, 0) : number]]
            if depth == 2 and words == ["FILTER", "NOT", "EXISTS"]:
                opened = number
        elif token.says("}"):
            depth -= 1
            if depth == 1 and opened >= 0:
                yield opened - 3, opened, number
                opened = -1


def _is_apart(tokens: Sequence[Token], opening: int, closing: int) -> bool:
    """Tell whether a group has several patterns, no group in it, and shares `$this` alone."""
    inside = tokens[opening + 1 : closing]
    if any(token.says("{", "OPTIONAL", "BIND") for token in inside):
        return False
    patterns = 1 + sum(token.says(".", "/") for token in inside[:-1])
    outside = (*tokens[:opening], *tokens[closing:])
    filtered, plain = _variables(inside)
    return patterns > 1 and plain & _variables(outside)[1] == {"this"} and filtered <= plain


def _variables(tokens: Sequence[Token]) -> tuple[set[str], set[str]]:
    """Return the names of the variables inside brackets, and of those outside."""
    bracketed, plain = set[str](), set[str]()
    depth = 0
    for token in tokens:
        depth += token.says("(") - token.says(")")
        if token.kind is Kind.VARIABLE:
            (bracketed if depth else plain).add(token.text[1:])
    return bracketed, plain


def _spelt_out(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return `shapes` with "at least one value is such" said as "not every value is not such".

    shacl-rust 0.2.12 finds that no literal conforms to a `sh:qualifiedValueShape`, whatever it
    asks; `sh:not` it takes as the recommendation says.
    """
    spelt = rdflib.Graph()
    for triple in shapes:
        spelt.add(triple)
    for shape, wanted in shapes.subject_objects(SH.qualifiedValueShape):
        least = shapes.value(shape, SH.qualifiedMinCount)
        if least != rdflib.Literal(1):
            continue
        twin, inner = rdflib.URIRef(f"{shape}{TWIN}"), rdflib.BNode()
        spelt.remove((shape, SH.qualifiedValueShape, None))
        spelt.remove((shape, SH.qualifiedMinCount, None))
        spelt.add((twin, rdflib.RDF.type, SH.NodeShape))
        for holder in shapes.subjects(SH.property, shape):
            for target in shapes.objects(holder, SH.targetClass):
                spelt.add((twin, SH.targetClass, target))
        spelt.add((twin, SH["not"], inner))
        spelt.add((inner, rdflib.RDF.type, SH.PropertyShape))
        for path in shapes.objects(shape, SH.path):
            spelt.add((inner, SH.path, path))
        spelt.add((inner, SH["not"], wanted))
    return spelt


def _found(result: Any, shapes: Shapes) -> Found:  # noqa: ANN401 the engine's dictionary
    shape = str(result["sourceShape"]).strip("<>")
    component = str(result["sourceConstraintComponent"]).strip("<>").removeprefix(PREFIXES["sh"])
    component = component.removeprefix("sh:").removesuffix("ConstraintComponent")
    path, value = result.get("resultPath"), result.get("value")
    if shape.endswith(TWIN):
        shape, component, value = shape.removesuffix(TWIN), "QualifiedMinCount", None
    if path is not None or component == "QualifiedMinCount":
        named = shapes.graph.value(rdflib.URIRef(shape), SH.path)
        path = str(path).strip("<>") if named is None else _named(named, shapes)
    return Found(shape, component, _term(result.get("focusNode")), path, _term(value))


def _term(text: object) -> Term | None:
    """Read a term as N-Triples writes it."""
    if text is None:
        return None
    line = f"<urn:s> <urn:p> {text} ."
    quad: ox.Quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
    return None if isinstance(quad.object, ox.Triple) else quad.object
