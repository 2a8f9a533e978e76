"""The description of one thing: what is known of it, in full where the thing itself holds it.

All statements with the thing as subject; one step into its records (durations, appraisals,
memberships), its steps, and records that speak of it; the passages that all these rest on; what
points at it, capped; and the names of everything mentioned. Of the public dataset only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg.errors import NotFound
from ihubkg.model import Model
from ihubkg.question import Query
from ihubkg.store import Store
from ihubkg.terms import PREFIXES
from ihubkg.tokens import Term

TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
Row = Mapping[str, ox.NamedNode | ox.BlankNode | ox.Literal]
"""A row of a view; an unbound column is absent."""

NAMES = tuple(
    ox.NamedNode(iri)
    for iri in (
        PREFIXES["skos"] + "prefLabel",
        PREFIXES["rdfs"] + "label",
        PREFIXES["dcterms"] + "title",
    )
)
"""Properties that name things, the best first."""


@dataclass(frozen=True)
class Views:
    """The queries in `queries/views/`, read once."""

    queries: Mapping[str, Query]

    @classmethod
    def of(cls, model: Model) -> "Views":
        """Return the views of `model`."""
        return cls({name: Query.read(text) for name, text in model.views.items()})

    def triples(self, store: Store, name: str, **slots: Term | Sequence[Term]) -> list[ox.Triple]:
        """Return what the CONSTRUCT view `name` gives with `slots` filled; of no nodes, nothing."""
        if _is_void(slots):
            return []
        results = store.query(self.queries[name].bind(slots))
        if not isinstance(results, ox.QueryTriples):
            raise TypeError(f"The view {name} is no CONSTRUCT.")
        return list(results)

    def rows(self, store: Store, name: str, **slots: Term | Sequence[Term]) -> list[Row]:
        """Return the rows of the SELECT view `name` with `slots` filled; of no nodes, none."""
        if _is_void(slots):
            return []
        results = store.query(self.queries[name].bind(slots))
        if not isinstance(results, ox.QuerySolutions):
            raise TypeError(f"The view {name} is no SELECT.")
        names = [variable.value for variable in results.variables]
        return [{key: row[key] for key in names if row[key] is not None} for row in results]


def describe(store: Store, iri: str, views: Views) -> list[ox.Triple]:
    """Return the description of `iri`, each statement once.

    Raises:
        NotFound: the public dataset says nothing of it.
    """
    this = ox.NamedNode(iri)
    own = views.triples(store, "statements", node=this)
    if not own:
        raise NotFound(f"Nothing is known of {iri}.")
    nodes = {this}
    for view in ("parts", "mentions"):
        nodes |= _column(views.rows(store, view, this=this), "node")
    passages = views.rows(store, "passages", node=_sorted(nodes))
    records = (nodes | _column(passages, "passage")) - {this}
    gathered = dict.fromkeys(
        [
            *own,
            *views.triples(store, "statements", node=_sorted(records)),
            *views.triples(store, "sources", node=_sorted(_column(passages, "source"))),
            *views.triples(store, "incoming", this=this),
        ]
    )
    labels = views.triples(store, "labels", node=_sorted(_mentioned(gathered)))
    return list(dict.fromkeys([*gathered, *labels]))


def names(store: Store, iris: Iterable[str], views: Views) -> Mapping[str, Mapping[str, str]]:
    """Return the names of `iris` by language; what has none is absent."""
    wanted = sorted(set(iris))
    if not wanted:
        return {}
    found = views.triples(store, "labels", node=[ox.NamedNode(iri) for iri in wanted])
    return names_in(found)


def names_in(triples: Iterable[ox.Triple]) -> Mapping[str, Mapping[str, str]]:
    """Return the names that `triples` give to things, by language; `""` where it is not said."""
    result: dict[str, dict[str, str]] = {}
    ordered = sorted(
        (t for t in triples if t.predicate in NAMES), key=lambda t: NAMES.index(t.predicate)
    )
    for triple in ordered:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal):
            text = result.setdefault(triple.subject.value, {})
            text.setdefault(triple.object.language or "", triple.object.value)
    return result


def _is_void(slots: Mapping[str, object]) -> bool:
    # A slot without a term would stay open and let everything in.
    return any(not value for value in slots.values() if isinstance(value, Sequence))


def _column(rows: Iterable[Row], name: str) -> set[ox.NamedNode]:
    found = (row.get(name) for row in rows)
    return {node for node in found if isinstance(node, ox.NamedNode)}


def _mentioned(triples: Iterable[ox.Triple]) -> set[ox.NamedNode]:
    """Return what the statements are about or point at; classes speak for themselves."""
    nodes: set[object] = set()
    for triple in triples:
        nodes |= {triple.subject} if triple.predicate == TYPE else {triple.subject, triple.object}
    return {node for node in nodes if isinstance(node, ox.NamedNode)}


def _sorted(nodes: Iterable[ox.NamedNode]) -> list[ox.NamedNode]:
    return sorted(nodes, key=lambda node: node.value)
