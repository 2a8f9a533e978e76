"""What changed between two versions of a graph, term by term, and how much that means.

Semantic versioning as gist reads it for ontologies: *major* changes what follows or takes away (a
term, an axiom, a place in a list; an axiom that an existing term gets), *minor* adds or renames (a
term, a name, a link, a deprecation), *patch* changes wording: definitions, notes, facts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import pyoxigraph as ox

from ihubkg import axioms
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
        "dcterms:title",
        "skos:exactMatch",
        "skos:closeMatch",
        "skos:broadMatch",
        "skos:narrowMatch",
        "skos:relatedMatch",
        "ihub:isCloseTo",
    ]
)
_PLACING = frozenset(
    expand(name) for name in ["skos:inScheme", "skos:broader", "skos:topConceptOf", "skos:notation"]
)
"""Where a concept stands: queries rely on it, so that losing it is major."""
_VERSION = expand("owl:versionInfo")
_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


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
    fresh: bool = False
    gone: bool = False

    def reason(self) -> str:
        """Return why the change has its level; `fresh` and `gone` tell of the term as a whole."""
        name = shorten(self.term)
        if self.gone:
            return f"{name} is gone"
        if self.fresh:
            return f"{name} is new"
        if self.property == _DEPRECATED:
            return f"{name} is {'retired' if self.added else 'no longer retired'}"
        what = "a general axiom" if self.term == AXIOM else f"{shorten(self.property)} of {name}"
        return f"{what} {'came' if self.added else 'went'}"

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
    versions: tuple[str, str] = ("", "")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the whole has its level: a sentence for each change of that level, none twice."""
        worst = (change.reason() for change in self.changes if change.level is self.level)
        return tuple(dict.fromkeys(worst))

    @property
    def advice(self) -> str:
        """What the change asks of the version number; nothing where no version is told."""
        before, after = (_NUMBER.fullmatch(version) for version in self.versions)
        if before is None or after is None or self.level is Level.NONE:
            return ""
        old, new = self.versions
        least = _bumped([int(part) for part in before.groups()], self.level)
        if [int(part) for part in after.groups()] >= least:
            return f"The version went from {old} to {new}, which is enough."
        wanted = ".".join(map(str, least))
        still = f"is still {old}" if old == new else f"went from {old} to {new} only"
        return f"The version {still}: call the next one {wanted}."

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
    versions = tuple(
        next((value.strip('"') for one in side.values() for n, value in one if n == _VERSION), "")
        for side in (old, new)
    )
    return Difference(added, removed, tuple(changes), (versions[0], versions[1]))


def _bumped(version: list[int], level: Level) -> list[int]:
    """Return the least version after a change of that level; while it is 0.y, major raises y."""
    major, minor, patch = version
    if level is Level.PATCH:
        return [major, minor, patch + 1]
    if level is Level.MINOR or major == 0:
        return [major, minor + 1, 0]
    return [major + 1, 0, 0]


Statements = frozenset[tuple[str, str]]


def _changes(term: str, old: Statements | None, new: Statements | None) -> Iterator[Change]:
    """Yield what came and went of `term`; None says that it was or is not described at all."""
    for added, statements in (
        (False, (old or frozenset()) - (new or frozenset())),
        (True, (new or frozenset()) - (old or frozenset())),
    ):
        for name, value in sorted(statements):
            level = _level(term, name, added, old is None)
            whole = term != AXIOM
            yield Change(
                term, name, value, added, level, whole and old is None, whole and new is None
            )


def _level(term: str, name: str, added: bool, fresh: bool) -> Level:
    if name in _VERSIONING:
        return Level.PATCH
    if name == _DEPRECATED:
        return Level.MINOR if added else Level.MAJOR
    if name in _LOGICAL or name.startswith(PREFIXES["owl"]) or term == AXIOM:
        return Level.MINOR if fresh and term != AXIOM else Level.MAJOR
    if name in _PLACING and not added:
        return Level.MAJOR
    return Level.MINOR if name in _NAMING or name in _PLACING or fresh else Level.PATCH


def _described(statements: Iterable[ox.Triple | ox.Quad]) -> Mapping[str, Statements]:
    """Return the statements of each named subject; unnamed ones that nothing holds are axioms."""
    statements = list(statements)
    facts = axioms.index(
        one.triple if isinstance(one, ox.Quad) else one
        for one in statements
        if isinstance(one.subject, ox.BlankNode) or isinstance(one.object, ox.BlankNode)
    )
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
        result[subject].add((name, _told(value, nodes, facts)))
    for node in nodes.keys() - held:
        result[AXIOM].add((AXIOM, _told(node, nodes, facts)))
    return {subject: frozenset(pairs) for subject, pairs in result.items()}


def _told(
    value: ox.NamedNode | ox.BlankNode | ox.Literal,
    nodes: Mapping[ox.BlankNode, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]]],
    facts: axioms.Facts,
) -> str:
    """Return a value as text, an axiom in Manchester syntax where it has one."""
    if isinstance(value, ox.BlankNode):
        alone = not any(name.startswith("^") for name in facts.get(value, {}))
        told = axioms.around(facts, value) if alone else axioms.expression(facts, value)
        if "unnamed" not in told and "unknown" not in told:
            return told
    return _text(value, nodes)


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
