"""What data is checked against: the published graph, and the small part of it that matters.

A check must cost what the data costs, not what the graph costs. So the data is never joined to
the graph: the shapes say which statements about which neighbours they look at, and only those are
fetched, by index, into a *slice*.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from ihubkg.errors import LimitExceeded
from ihubkg.graphs import oxigraph_term
from ihubkg.model import Model
from ihubkg.shapes import Shapes
from ihubkg.terms import CURATED, INTERPRETED, ONTOLOGY, VOCAB

STATED = (CURATED, INTERPRETED, VOCAB, ONTOLOGY)
"""The graphs that say what is so, without what follows from it."""

FAN = 1000
"""Most statements fetched by one look-up; whoever has more neighbours is checked on these."""

LOOKS = 500
"""Look-ups between two looks at the clock."""

_RACE = (16, 128, FAN)

_TYPE = ox.NamedNode(str(RDF.type))
_INTERPRETED = ox.NamedNode(INTERPRETED)

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Step = rdflib.URIRef | Path


@dataclass(frozen=True)
class Context:
    """The published graph as `layers`: stores with the graph of each that counts."""

    layers: tuple[tuple[ox.Store, GraphName], ...] = ()

    @classmethod
    def packaged(cls, model: Model) -> "Context":
        """Return the context of the packaged graph, without inferences."""
        raw = ox.Store()
        stated = {ox.NamedNode(name) for name in STATED}
        raw.bulk_extend(quad for quad in model.quads() if quad.graph_name in stated)
        return cls.of(raw)

    @classmethod
    def of(cls, *stores: ox.Store) -> "Context":
        """Return the context of stores that hold the stated graphs by their names.

        Their default graphs count where a store has no such graph.
        """
        layers: list[tuple[ox.Store, GraphName]] = []
        for store in stores:
            named = [ox.NamedNode(name) for name in STATED]
            found = [name for name in named if store.contains_named_graph(name)]
            layers += [(store, name) for name in found] or [(store, ox.DefaultGraph())]
        return cls(tuple(layers))

    @classmethod
    def published(cls, store: ox.Store) -> "Context":
        """Return the context of a store as it publishes: its own default graph counts too.

        Not for stores whose default graph holds all others merged, inferences among them.
        """
        stated, own = cls.of(store).layers, (store, ox.DefaultGraph())
        return cls(stated if own in stated else (*stated, own))

    def find(
        self, subject: Node | None, predicate: ox.NamedNode | None, value: Node | None
    ) -> Iterator[ox.Quad]:
        """Yield the statements that match; what is None matches all."""
        if isinstance(subject, ox.Literal):
            return
        for store, graph in self.layers:
            yield from store.quads_for_pattern(subject, predicate, value, graph)


class View:
    """The data laid over its context.

    A thing that the data gives a kind is described anew: that takes the place of what stood,
    but for what was read into the sources (`graph/interpreted`), which stands apart. What the
    data says of other things is added to them.
    """

    def __init__(
        self,
        quads: Sequence[ox.Quad],
        context: Context,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        self.context = context
        self._is_late = is_late
        self._looks = 0
        self.own = ox.Store()
        self.own.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        self.replaced = frozenset(quad.subject for quad in quads if quad.predicate == _TYPE)
        self.fetched: set[ox.Triple] = set()

    def find(
        self, subject: Node | None, predicate: ox.NamedNode | None, value: Node | None
    ) -> Iterator[ox.Quad]:
        """Yield what matches, the data's own first, and keep what came from the context.

        Raises:
            LimitExceeded: it is late.
        """
        self._looks += 1
        if self._looks % LOOKS == 0 and self._is_late():
            raise LimitExceeded("There is too much in the file to check it in time: split it.")
        if isinstance(subject, ox.Literal):
            return
        yield from self.own.quads_for_pattern(subject, predicate, value)
        for quad in islice(self.context.find(subject, predicate, value), FAN):
            if quad.subject not in self.replaced or quad.graph_name == _INTERPRETED:
                self.fetched.add(quad.triple)
                yield quad


@dataclass(frozen=True)
class Walk:
    """Follow `path` from the focus nodes; `inner` is what is looked at where it leads."""

    path: Step
    inner: tuple["Need", ...] = ()


@dataclass(frozen=True)
class Match:
    """A triple pattern of a query; variables are rdflib's. `required` prunes what has no match."""

    subject: rdflib.term.Node
    path: rdflib.term.Node | Path
    value: rdflib.term.Node
    required: bool


@dataclass(frozen=True)
class Search:
    """The patterns of a query on `$this`."""

    patterns: tuple[Match, ...]


Need = Walk | Search


class Plan:
    """What shapes look at beyond the focus node's own statements; worked out once for each."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes.graph
        self._prefixes = _prefixes(shapes.graph)
        self._open: set[rdflib.term.Node] = set()
        self._known: dict[rdflib.URIRef, tuple[Need, ...]] = {}

    def needs(self, shape: rdflib.URIRef) -> tuple[Need, ...]:
        """Return what `shape` looks at from its focus nodes."""
        if shape not in self._known:
            self._known[shape] = tuple(self._needs(shape))
        return self._known[shape]

    def fetch(self, view: View, shape: rdflib.URIRef, focus: Iterable[Node]) -> None:
        """Bring into `view` what `shape` looks at for the nodes `focus`."""
        nodes = set(focus)
        for need in self.needs(shape):
            _follow(view, need, nodes)

    def _needs(self, shape: rdflib.term.Node) -> Iterator[Need]:
        """Yield what a shape looks at from its focus nodes or, nested, from its value nodes."""
        if shape in self._open:  # recursive shapes are not ours; do not follow them
            return
        self._open.add(shape)
        graph = self._shapes
        path = graph.value(shape, SH.path)
        inner = tuple(self._nested(shape))
        if path is None:
            yield from inner
        else:
            yield Walk(_path(graph, path), inner)
        for other in (SH.disjoint, SH.equals, SH.lessThan, SH.lessThanOrEquals):
            for predicate in graph.objects(shape, other):
                yield Walk(rdflib.URIRef(str(predicate)))
        for constraint in graph.objects(shape, SH.sparql):
            select = str(graph.value(constraint, SH.select))
            yield Search(tuple(_patterns(select, self._prefixes)))
        self._open.discard(shape)

    def _nested(self, shape: rdflib.term.Node) -> Iterator[Need]:
        graph = self._shapes
        if (shape, SH["class"], None) in graph:
            yield Walk(RDF.type)
        for parameter in (SH.property, SH.node, SH["not"], SH.qualifiedValueShape):
            for other in graph.objects(shape, parameter):
                yield from self._needs(other)
        for parameter in (SH["or"], SH["and"], SH.xone):
            for members in graph.objects(shape, parameter):
                for other in Collection(graph, members):
                    yield from self._needs(other)


def _prefixes(graph: rdflib.Graph) -> dict[str, str]:
    return {
        str(graph.value(declared, SH.prefix)): str(graph.value(declared, SH.namespace))
        for declared in graph.objects(None, SH.declare)
    }


def _path(graph: rdflib.Graph, node: rdflib.term.Node) -> Step:
    """Return a SHACL path as rdflib's; https://www.w3.org/TR/shacl/#property-paths."""
    if isinstance(node, rdflib.URIRef):
        return node
    inverse = graph.value(node, SH.inversePath)
    if inverse is not None:
        return InvPath(_path(graph, inverse))
    either = graph.value(node, SH.alternativePath)
    if either is not None:
        return AlternativePath(*(_path(graph, step) for step in Collection(graph, either)))
    return SequencePath(*(_path(graph, step) for step in Collection(graph, node)))


def _patterns(select: str, prefixes: Mapping[str, str]) -> Iterator[Match]:
    """Yield the triple patterns of a query, those that its rows need first."""
    algebra = prepareQuery(select, initNs=dict(prefixes)).algebra
    found: list[Match] = []
    _collect(algebra, True, found)
    yield from sorted(found, key=lambda match: not match.required)


def _collect(node: object, required: bool, found: list[Match]) -> None:
    if isinstance(node, CompValue):
        if node.name in ("BGP", "TriplesBlock") and "triples" in node:
            found += [Match(s, p, o, required) for s, p, o in node["triples"]]
            return
        for key, part in node.items():
            optional = node.name in ("Union", "Builtin_NOTEXISTS", "Builtin_EXISTS") or (
                node.name == "LeftJoin" and key == "p2"
            )
            _collect(part, required and not optional, found)
    elif isinstance(node, list | tuple):
        for part in node:
            _collect(part, required, found)


def _follow(view: View, need: Need, nodes: set[Node]) -> None:
    if isinstance(need, Search):
        _search(view, need, nodes)
        return
    reached = _reach(view, nodes, need.path)
    for inner in need.inner:
        _follow(view, inner, reached)


def _reach(view: View, nodes: Iterable[Node], path: Step, forward: bool = True) -> set[Node]:
    """Return where `path` leads from `nodes`, or whence it leads to them."""
    match path:
        case InvPath():
            return _reach(view, nodes, path.arg, not forward)
        case AlternativePath():
            return {node for arm in path.args for node in _reach(view, nodes, arm, forward)}
        case SequencePath():
            for step in path.args if forward else reversed(path.args):
                nodes = _reach(view, nodes, step, forward)
            return set(nodes)
        case MulPath():
            return _closure(view, set(nodes), path, forward)
        case rdflib.URIRef():
            predicate = ox.NamedNode(str(path))
            if forward:
                return {quad.object for n in nodes for quad in view.find(n, predicate, None)}
            return {quad.subject for n in nodes for quad in view.find(None, predicate, n)}
    raise NotImplementedError(f"the path {path!r} is not followed")


def _closure(view: View, nodes: set[Node], path: MulPath, forward: bool) -> set[Node]:
    reached = set(nodes) if path.zero else set()
    border = nodes
    while border and len(reached) < FAN:
        border = _reach(view, border, path.path, forward) - reached
        reached |= border
        if not path.more:
            break
    return reached


@dataclass
class _Bindings:
    """The nodes that each variable of a query may stand for, as far as known."""

    known: dict[rdflib.term.Node, set[Node]] = field(default_factory=dict)

    def get(self, term: rdflib.term.Node) -> set[Node] | None:
        match term:
            case rdflib.Variable() | rdflib.BNode():
                return self.known.get(term)
            case rdflib.URIRef() | rdflib.Literal():
                return {oxigraph_term(term)}
        return set()

    def put(self, term: rdflib.term.Node, nodes: set[Node], prune: bool) -> None:
        if isinstance(term, rdflib.Variable | rdflib.BNode):
            known = self.known.get(term)
            if known is None or prune:
                self.known[term] = nodes
            else:
                known |= nodes


def _search(view: View, need: Search, nodes: set[Node]) -> None:
    """Fetch a superset of what the query reads, pattern by pattern from what is bound.

    What its rows need comes first: what may be absent must not narrow what is looked for.
    """
    bound = _Bindings({rdflib.Variable("this"): nodes})
    for required in (True, False):
        left = [match for match in need.patterns if match.required is required]
        while left:
            chosen = _next(view, left, bound)
            if chosen is None:
                break
            left.remove(chosen)


def _next(view: View, left: Sequence[Match], bound: _Bindings) -> Match | None:
    """Follow one of the patterns that something bound leads to, and return it."""
    for match in left:
        if bound.get(match.subject) is not None:
            _forward(view, match, bound)
            return match
    ready = [match for match in left if bound.get(match.value) is not None]
    if not ready:
        return None
    chosen = _cheapest(view, ready, bound)
    _backward(view, chosen, bound)
    return chosen


def _forward(view: View, match: Match, bound: _Bindings) -> None:
    subjects = bound.get(match.subject) or set()
    if isinstance(match.path, rdflib.Variable):
        quads = [quad for node in subjects for quad in view.find(node, None, None)]
        bound.put(match.path, {quad.predicate for quad in quads}, prune=False)
        bound.put(match.value, {quad.object for quad in quads}, prune=False)
        return
    path = _step(match.path)
    wanted = bound.get(match.value)
    if wanted is None or not match.required:
        bound.put(match.value, _reach(view, subjects, path), prune=False)
        return
    kept = {node for node in subjects if _reach(view, [node], path) & wanted}
    bound.put(match.subject, kept, prune=True)


def _backward(view: View, match: Match, bound: _Bindings) -> None:
    values = bound.get(match.value) or set()
    if not isinstance(match.path, rdflib.Variable):
        bound.put(match.subject, _reach(view, values, _step(match.path), False), prune=False)


def _cheapest(view: View, matches: Sequence[Match], bound: _Bindings) -> Match:
    """Return the pattern whose look-up ends first; they race in growing strides."""
    if len(matches) == 1:
        return matches[0]
    for stride in _RACE:
        for match in matches:
            values = bound.get(match.value) or set()
            if all(_ends(view.context, match.path, value, stride) for value in values):
                return match
    return matches[0]


def _ends(context: Context, path: rdflib.term.Node | Path, value: Node, stride: int) -> bool:
    if isinstance(path, AlternativePath):
        return all(_ends(context, arm, value, stride) for arm in path.args)
    if not isinstance(path, rdflib.URIRef):
        return True
    found = context.find(None, ox.NamedNode(str(path)), value)
    return sum(1 for _ in islice(found, stride)) < stride


def _step(path: rdflib.term.Node | Path) -> Step:
    if isinstance(path, Path | rdflib.URIRef):
        return path
    raise NotImplementedError(f"the predicate {path!r} is not followed")
