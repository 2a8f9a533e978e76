"""What changed between two versions of a graph, term by term, and how much that means.

Semantic versioning as gist reads it for ontologies: *major* changes what follows (a term or axiom
removed, an axiom of an existing term added or altered), *minor* adds (a term, a label, a
definition, a deprecation), *patch* touches notes alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import pyoxigraph as ox

from ihubkg.terms import PREFIXES, expand, shorten

AXIOM = "general axiom"
"""What stands in the place of the term where an axiom has no name, such as a chain's."""

_DEPRECATED = PREFIXES["owl"] + "deprecated"
_VERSIONING = frozenset(
    expand(name)
    for name in [
        "owl:versionIRI",
        "owl:versionInfo",
        "owl:priorVersion",
        "owl:imports",
        "owl:backwardCompatibleWith",
        "owl:incompatibleWith",
        "dcterms:modified",
        "dcterms:issued",
        "dcat:version",
    ]
)
_LOGICAL = frozenset(
    expand(name)
    for name in ["rdf:type", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range"]
)
_NAMING = frozenset(
    expand(name)
    for name in [
        "skos:prefLabel",
        "skos:altLabel",
        "rdfs:label",
        "skos:definition",
        "dcterms:title",
        "skos:notation",
    ]
)


class Level(IntEnum):
    """How much a change means, least first."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        """Return the word for it."""
        return self.name.lower()


@dataclass(frozen=True)
class Change:
    """One statement that came or went."""

    term: str
    property: str
    value: str
    added: bool
    level: Level

    def __str__(self) -> str:
        """Return the change as a line of a list."""
        sign = "+" if self.added else "-"
        return f"{sign} {shorten(self.term)} {shorten(self.property)} {self.value}  [{self.level}]"


@dataclass(frozen=True)
class Difference:
    """All changes, and which terms are new or gone."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def level(self) -> Level:
        """The level of the whole: that of its weightiest change."""
        return max((change.level for change in self.changes), default=Level.NONE)


def compare(
    before: Iterable[ox.Triple | ox.Quad], after: Iterable[ox.Triple | ox.Quad]
) -> Difference:
    """Return what changed from `before` to `after`; blank nodes are compared by what they say."""
    old, new = _described(before), _described(after)
    added = tuple(sorted(term for term in new.keys() - old.keys() if term != AXIOM))
    removed = tuple(sorted(term for term in old.keys() - new.keys() if term != AXIOM))
    changes = [
        change
        for term in sorted(old.keys() | new.keys())
        for change in _changes(term, old.get(term), new.get(term))
    ]
    return Difference(added, removed, tuple(changes))


Statements = frozenset[tuple[str, str]]


def _changes(term: str, old: Statements | None, new: Statements | None) -> Iterator[Change]:
    """Yield what came and went of `term`; None says that it was or is not described at all."""
    for added, statements in (
        (False, (old or frozenset()) - (new or frozenset())),
        (True, (new or frozenset()) - (old or frozenset())),
    ):
        for name, value in sorted(statements):
            yield Change(term, name, value, added, _level(term, name, added, old is None))


def _level(term: str, name: str, added: bool, fresh: bool) -> Level:
    if name in _VERSIONING:
        return Level.PATCH
    if name == _DEPRECATED:
        return Level.MINOR if added else Level.MAJOR
    if name in _LOGICAL or name.startswith(PREFIXES["owl"]) or term == AXIOM:
        return Level.MINOR if fresh and term != AXIOM else Level.MAJOR
    return Level.MINOR if name in _NAMING or fresh else Level.PATCH


def _described(statements: Iterable[ox.Triple | ox.Quad]) -> Mapping[str, Statements]:
    """Return the statements of each named subject; unnamed ones that nothing holds are axioms."""
    nodes: dict[ox.BlankNode, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]]]
    nodes = defaultdict(list)
    named: list[tuple[str, str, ox.NamedNode | ox.BlankNode | ox.Literal]] = []
    held: set[ox.BlankNode] = set()
    for statement in statements:
        value = statement.object
        if isinstance(value, ox.Triple) or isinstance(statement.subject, ox.Triple):
            continue  # RDF 1.2 terms never enter our graphs
        if isinstance(value, ox.BlankNode):
            held.add(value)
        if isinstance(statement.subject, ox.BlankNode):
            nodes[statement.subject].append((statement.predicate.value, value))
        else:
            named.append((statement.subject.value, statement.predicate.value, value))
    result: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for subject, name, value in named:
        result[subject].add((name, _text(value, nodes)))
    for node in nodes.keys() - held:
        result[AXIOM].add((AXIOM, _text(node, nodes)))
    return {subject: frozenset(pairs) for subject, pairs in result.items()}


def _text(
    value: ox.NamedNode | ox.BlankNode | ox.Literal,
    nodes: Mapping[ox.BlankNode, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]]],
    above: frozenset[ox.BlankNode] = frozenset(),
) -> str:
    """Return a value as text; of a blank node all that it says, so that labels do not matter."""
    if isinstance(value, ox.NamedNode):
        return shorten(value.value)
    if isinstance(value, ox.Literal):
        return str(value)
    if value in above:
        return "[ … ]"
    inner = sorted(
        f"{shorten(name)} {_text(item, nodes, above | {value})}"
        for name, item in nodes.get(value, [])
    )
    return f"[ {' ; '.join(inner)} ]"
