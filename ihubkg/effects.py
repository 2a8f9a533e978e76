"""What a file would change in the published graph, statement by statement, in words.

A thing that the file gives a kind is described anew: what stood of it and is not said again would
go. What the file says of other things is added. Only the things that the file speaks of are looked
at, so the cost depends on the file.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg.context import Context
from ihubkg.report import Changes, Effect
from ihubkg.spelling import labels, local_name
from ihubkg.terms import BASE, INTERPRETED, PREFIXES

MOST = 300
"""Most statements of a report that are told in words."""

LONGEST = 120
"""Most characters of a value."""

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
_INTERPRETED = ox.NamedNode(INTERPRETED)

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Name = Callable[[str], str]


@dataclass(frozen=True)
class _Thing:
    """What a file and the graph say of one thing."""

    subject: ox.NamedNode
    said: frozenset[ox.Triple]
    known: frozenset[ox.Triple]
    replaced: frozenset[ox.Triple]

    @property
    def added(self) -> list[ox.Triple]:
        return sorted(self.said - self.known, key=str)

    @property
    def removed(self) -> list[ox.Triple]:
        return sorted(self.replaced - self.said, key=str)


def changes(quads: Iterable[ox.Quad], context: Context, *, name: Name) -> Changes:
    """Return what `quads` would change in what `context` says; `name` gives fields their names."""
    told: dict[object, set[ox.Triple]] = {}
    for quad in quads:
        told.setdefault(quad.subject, set()).add(quad.triple)
    count = {"new": 0, "changed": 0, "same": 0}
    found: list[Effect] = []
    for subject, said in told.items():
        if not isinstance(subject, ox.NamedNode):
            count["new"] += 1
            continue
        thing = _thing(subject, said, context)
        kind = _kind(thing)
        count[kind] += 1
        found += _effects(thing, context, name) if kind != "same" else []
    found.sort(key=lambda effect: (effect.change != "new", effect.thing))
    return Changes(count, tuple(found[:MOST]), len(found) > MOST)


def _thing(subject: ox.NamedNode, said: Iterable[ox.Triple], context: Context) -> _Thing:
    known = [*context.find(subject, None, None)]
    triples = frozenset(said)
    is_anew = any(triple.predicate == _TYPE for triple in triples)
    stands_apart = {quad.triple for quad in known if quad.graph_name == _INTERPRETED}
    replaced = frozenset(quad.triple for quad in known) - stands_apart if is_anew else frozenset()
    return _Thing(subject, triples, frozenset(quad.triple for quad in known), replaced)


def _kind(thing: _Thing) -> str:
    if not thing.known:
        return "new"
    return "changed" if thing.added or thing.removed else "same"


def _effects(thing: _Thing, context: Context, name: Name) -> Iterator[Effect]:
    label = _label(thing)
    iri = thing.subject.value
    if not thing.known:
        kinds = [
            name(triple.object.value)
            for triple in thing.said
            if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode)
        ]
        yield Effect("new", label, iri, "", new=f"{len(thing.said)} statements", kind=_join(kinds))
        return
    added, removed = _by_field(thing.added), _by_field(thing.removed)
    for key in sorted({*added, *removed}):
        field = key[0]
        new, old = added.get(key, []), removed.get(key, [])
        words = [[_value(term, context, name) for term in terms] for terms in (old, new)]
        if len(old) == len(new) == 1:
            yield Effect("changed", label, iri, name(field), words[0][0], words[1][0])
            continue
        for gone in words[0]:
            yield Effect("removed", label, iri, name(field), old=gone)
        for come in words[1]:
            yield Effect("added", label, iri, name(field), new=come)


def _by_field(triples: Sequence[ox.Triple]) -> dict[tuple[str, str], list[Term]]:
    """Return the values by field and language."""
    found: dict[tuple[str, str], list[Term]] = {}
    for triple in triples:
        value = triple.object
        language = (value.language or "") if isinstance(value, ox.Literal) else ""
        found.setdefault((triple.predicate.value, language), []).append(value)
    return found


def _label(thing: _Thing) -> str:
    names = [
        t.object
        for t in (*sorted(thing.said, key=str), *sorted(thing.known, key=str))
        if t.predicate == _LABEL and isinstance(t.object, ox.Literal)
    ]
    english = [text.value for text in names if text.language == "en"]
    whole = next(iter((*english, *(text.value for text in names))), None)
    return whole or thing.subject.value.removeprefix(f"{BASE}id/")


def _value(term: Term, context: Context, name: Name) -> str:
    if isinstance(term, ox.NamedNode):
        known = labels(context, term.value)
        if term.value.startswith(f"{BASE}id/"):
            return known[0] if known else term.value.removeprefix(f"{BASE}id/")
        words = known[0] if known else name(term.value)
        return words if words != term.value else local_name(term.value)
    if not isinstance(term, ox.Literal):
        return "a thing without an address"
    text = f"“{term.value}”" if len(term.value) <= LONGEST else f"“{term.value[:LONGEST]}…”"
    return f"{text} ({term.language})" if term.language else text


def _join(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
