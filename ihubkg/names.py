"""What things are called: an index of the graph, read once per dataset version.

Labels of answers come from here, not from a query each; and here a label, a CURIE, a slug or an
IRI is found to mean one thing, several, or nothing that the graph knows.

>>> fold("Jõõpre  Põhikool!")
'joopre pohikool'
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from ihubkg import files, terms
from ihubkg.header import ValueType

T = TypeVar("T")


class Graph(Protocol):
    """What questions are put to: the store, or anything else that answers SPARQL."""

    @property
    def version(self) -> str:
        """The dataset version."""

    def query(
        self, text: str
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | list[ox.Triple]:
        """Return what the query gives on the public dataset."""

    def remember(self, key: str, build: Callable[[], T]) -> T:
        """Return what `build` gave when it was last called for this dataset version."""


class Row(Protocol):
    """A solution: a term by the name of its variable, None where unbound."""

    def __getitem__(self, name: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
        """Return the term, or None."""


def rows(graph: Graph, text: str) -> ox.QuerySolutions:
    """Return the solutions of the SELECT `text`."""
    found = graph.query(text)
    if not isinstance(found, ox.QuerySolutions):
        raise TypeError("This query is no SELECT.")
    return found


def fold(text: str) -> str:
    """Return `text` as it is compared: without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def slug(iri: str) -> str:
    """Return the last part of `iri`: how a thing is called in addresses."""
    return re.split(r"[/#]", iri.rstrip("/"))[-1]


def kind_iri(kind: ValueType) -> str:
    """Return the IRI of the scheme or class that values of a type are of; "" for any thing."""
    if kind.of is None:
        return ""
    if kind.name == "concept":
        return terms.scheme(kind.of)
    return terms.expand(kind.of) if ":" in kind.of else terms.term(kind.of)


@dataclass(frozen=True)
class Match:
    """What a text was found to mean: `iris` is one thing, several, or none; `nearest` is near."""

    iris: tuple[str, ...]
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """Labels by IRI and language, other names by IRI, members by class or scheme."""

    labels: Mapping[str, Mapping[str, str]]
    others: Mapping[str, Sequence[tuple[int, str]]]
    kinds: Mapping[str, frozenset[str]]
    _shown: dict[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict, repr=False)
    _known: dict[ValueType, "_Lookup"] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, graph: Graph) -> "Names":
        """Return the names of what `graph` holds, read anew when its dataset version moved."""
        return graph.remember("names", lambda: cls.read(graph))

    @classmethod
    def read(cls, graph: Graph) -> "Names":
        """Return the names of what `graph` holds."""
        labels: dict[str, dict[str, str]] = {}
        others: dict[str, list[tuple[int, str]]] = defaultdict(list)
        kinds: dict[str, set[str]] = defaultdict(set)
        found = (_texts(row) for row in rows(graph, _index("names")))
        for rank, iri, name, language in sorted(found):
            others[iri].append((rank, name))
            if rank <= _LABEL:
                labels.setdefault(iri, {}).setdefault(language, name)
        for row in rows(graph, _index("kinds")):
            kinds[_value(row, "kind")].add(_value(row, "thing"))
        return cls(labels, dict(others), {kind: frozenset(all_) for kind, all_ in kinds.items()})

    def label(self, iri: str, languages: Sequence[str] = ("en",)) -> str | None:
        """Return what `iri` is called in the first of `languages` that has a label, or any."""
        return self.shown(languages).get(iri)

    def shown(self, languages: Sequence[str]) -> Mapping[str, str]:
        """Return the label of every thing for a reader of `languages`, the best first."""
        wanted = tuple(dict.fromkeys((*(item.lower() for item in languages), "en", "")))
        if wanted not in self._shown:
            if len(self._shown) >= _READERS:
                self._shown.clear()
            self._shown[wanted] = {
                iri: _choose(texts, wanted) for iri, texts in self.labels.items()
            }
        return self._shown[wanted]

    def members(self, kind: ValueType) -> tuple[str, ...]:
        """Return what a value of this type can be, in the order of notation, then of label."""
        return self._lookup(kind).members

    def find(self, kind: ValueType, text: str) -> Match:
        """Return what `text` means among the values of a type: label, CURIE, slug or IRI."""
        lookup = self._lookup(kind)
        for iri in (text, terms.expand(text), terms.BASE + text.lstrip("/")):
            if iri in lookup.folded:
                return Match((iri,))
        wanted = fold(text)
        for rank in range(2 * _RANKS):
            if found := lookup.by_name.get((rank, wanted)):
                return Match(tuple(sorted(found)), tuple(sorted(map(lookup.short, found))))
        return Match((), lookup.near(wanted))

    def short(self, kind: ValueType, iri: str) -> str:
        """Return the shortest text that `find` reads as `iri`."""
        return self._lookup(kind).short(iri)

    def all_of(self, kind: ValueType) -> frozenset[str]:
        """Return the members of a class or scheme; of no class in particular, all there is."""
        if kind.of is None:
            return frozenset[str]().union(*self.kinds.values())
        return self.kinds.get(kind_iri(kind), frozenset())

    def _lookup(self, kind: ValueType) -> "_Lookup":
        if kind not in self._known:
            self._known[kind] = _Lookup.over(self, kind)
        return self._known[kind]


_LABEL = 2
"""Names up to this rank are labels; the ones behind are only for asking."""

_NOTATION = 4
_RANKS = 8
_READERS = 32
_NEAREST = 3
_NEAR_ENOUGH = 60


@dataclass(frozen=True)
class _Lookup:
    """The members of one class or scheme by their folded names; rank 0 are the slugs.

    Where anything may be meant, records come last: a method is asked for before its duration.
    """

    members: tuple[str, ...]
    by_name: Mapping[tuple[int, str], frozenset[str]]
    folded: Mapping[str, frozenset[str]]

    @classmethod
    def over(cls, names: Names, kind: ValueType) -> "_Lookup":
        found = names.all_of(kind)
        records = names.kinds.get(terms.term("Record"), frozenset())
        by_name: dict[tuple[int, str], set[str]] = defaultdict(set)
        folded: dict[str, set[str]] = {}
        for member in found:
            called = [(-1, slug(member)), *names.others.get(member, ())]
            later = _RANKS if kind.of is None and member in records else 0
            for rank, name in called:
                by_name[rank + 1 + later, fold(name)].add(member)
            folded[member] = {fold(name) for _, name in called}
        shown = names.shown(("en",))
        order = {iri: _order(names.others.get(iri, ()), shown.get(iri, iri)) for iri in found}
        return cls(
            tuple(sorted(found, key=lambda iri: (order[iri], iri))),
            {key: frozenset(value) for key, value in by_name.items()},
            {key: frozenset(value) for key, value in folded.items()},
        )

    def short(self, iri: str) -> str:
        own = slug(iri)
        alone = self.by_name.get((0, fold(own))) == frozenset({iri})
        return own if alone else iri.removeprefix(terms.BASE)

    def near(self, wanted: str) -> tuple[str, ...]:
        """Return the members whose names are most like `wanted`; the first ones if none is."""
        best: dict[str, float] = {}
        choices = [(name, iri) for iri, all_ in self.folded.items() for name in all_]
        found = process.extract(
            wanted, [name for name, _ in choices], scorer=fuzz.WRatio, limit=4 * _NEAREST
        )
        for _, score, number in found:
            iri = choices[number][1]
            best[iri] = max(score, best.get(iri, 0))
        ranked = sorted(best, key=lambda iri: (-best[iri], iri))
        near = [iri for iri in ranked if best[iri] >= _NEAR_ENOUGH] or list(self.members)
        return tuple(self.short(iri) for iri in near[:_NEAREST])


def _order(called: Iterable[tuple[int, str]], label: str) -> tuple[bool, str, str]:
    """Return what to sort by: the notation with its numbers as numbers, then the label."""
    notation = next((name for rank, name in called if rank == _NOTATION), "")
    padded = re.sub(r"\d+", lambda found: found.group().zfill(9), notation)
    return not notation, padded, label


def _choose(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    for language in languages:
        if language in texts:
            return texts[language]
        primary = language.partition("-")[0]
        for tag in sorted(texts):
            if primary and tag.partition("-")[0] == primary:
                return texts[tag]
    return texts[min(texts)]


def _texts(row: Row) -> tuple[int, str, str, str]:
    name = row["name"]
    language = (name.language or "") if isinstance(name, ox.Literal) else ""
    return int(_value(row, "rank")), _value(row, "thing"), _value(row, "name"), language


def _value(row: Row, name: str) -> str:
    term = row[name]
    return "" if term is None else str(term.value)


def _index(name: str) -> str:
    return (files.root() / "queries" / "index" / f"{name}.rq").read_text(encoding="utf-8")
