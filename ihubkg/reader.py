"""A copy of the published graph in memory, laid out for reading.

The engine does not merge the graphs of a default dataset: a triple that two graphs hold would come
twice. So the merge is made here once: the copy's default graph *is* the default dataset of the
public (decision: curated, interpreted, vocabulary, ontology, inferred and the store's own default
graph), the named graphs stand beside it, and the store's own default graph is kept apart.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

DEFAULT = ox.DefaultGraph()
_AT_ONCE = 100_000
GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


@dataclass
class Reader:
    """The copy; `public` are the graphs merged into its default graph, `version` its dataset.

    One that is `on_disk` may be a checkpoint, which cannot be written.
    """

    public: frozenset[str]
    version: str = ""
    store: ox.Store = field(default_factory=ox.Store)
    own: ox.Store = field(default_factory=ox.Store)
    on_disk: bool = False

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Fill an empty copy."""
        waiting: list[ox.Quad] = []

        def keep(quad: ox.Quad) -> None:
            waiting.append(quad)
            if len(waiting) == _AT_ONCE:
                self.own.bulk_extend(waiting)
                waiting.clear()

        self.store.bulk_extend(self._laid_out(quads, keep))
        self.own.bulk_extend(waiting)

    def apply(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Follow a publication."""
        touched: set[ox.NamedNode] = set()
        for quad in removed:
            if isinstance(quad.graph_name, ox.NamedNode):
                touched.add(quad.graph_name)
            if quad.graph_name == DEFAULT:
                self.own.remove(quad)
            else:
                self.store.remove(quad)
            if self._is_public(quad) and not self._is_stated(quad):
                self.store.remove(_in_default(quad))
        for quad in self._laid_out(added, self.own.add):
            self.store.add(quad)
        for name in touched:  # a graph without triples is none
            if next(self.store.quads_for_pattern(None, None, None, name), None) is None:
                self.store.remove_graph(name)

    def raw(self) -> ox.Store:
        """Turn the copy back into the store's own layout, for good: what an update works on.

        A copy on disk is first read into memory.
        """
        if self.on_disk:
            raw = ox.Store()
            raw.bulk_extend(quad for quad in self.store if quad.graph_name != DEFAULT)
            raw.bulk_extend(self.own)
            return raw
        self.store.remove_graph(DEFAULT)
        for quad in self.own:
            self.store.add(quad)
        return self.store

    def graph(self, name: str | None) -> Iterator[ox.Quad]:
        """Yield what one graph holds; None is the store's own default graph."""
        if name is None:
            return iter(self.own)
        return self.store.quads_for_pattern(None, None, None, ox.NamedNode(name))

    def has(self, name: str) -> bool:
        """Tell whether there is a graph of that name."""
        return self.store.contains_named_graph(ox.NamedNode(name))

    def _laid_out(
        self, quads: Iterable[ox.Quad], keep: Callable[[ox.Quad], None]
    ) -> Iterator[ox.Quad]:
        for quad in quads:
            if quad.graph_name == DEFAULT:
                keep(quad)
                yield quad
                continue
            yield quad
            if self._is_public(quad):
                yield _in_default(quad)

    def _is_public(self, quad: ox.Quad) -> bool:
        name = quad.graph_name
        return name == DEFAULT or (isinstance(name, ox.NamedNode) and name.value in self.public)

    def _is_stated(self, quad: ox.Quad) -> bool:
        """Tell whether some graph of the default dataset still holds the triple."""
        if _in_default(quad) in self.own:
            return True
        return any(
            other.graph_name != DEFAULT and self._is_public(other)
            for other in self.store.quads_for_pattern(
                quad.subject, quad.predicate, quad.object, None
            )
        )


def merged(
    graph: Callable[[str], Iterable[ox.Quad]], default: Iterable[str], named: Iterable[str]
) -> ox.Store:
    """Return a store whose default graph merges the graphs `default`, beside those `named`.

    The engine would give a triple once for each graph of the dataset that holds it.
    https://www.w3.org/TR/sparql11-query/#specDataset
    """
    store = ox.Store()
    for name in named:
        store.add_graph(ox.NamedNode(name))
        store.bulk_extend(graph(name))
    for name in default:
        store.bulk_extend(map(_in_default, graph(name)))
    return store


def _in_default(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object, DEFAULT)
