"""New things that may be known already: nearly the same name, of the same kind, in one country.

The same name is a matter for the shapes; here names are compared as they are mistyped. A new thing
is compared with at most `MOST` of its kind and country, found by index, so the cost does not grow
with the graph beyond that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox
from rapidfuzz import fuzz, process, utils

from ihubkg.context import Context
from ihubkg.report import Problem
from ihubkg.terms import BASE, PREFIXES, shape, term

MOST = 1000
"""Most known things that a new one is compared with."""

NEAR = 90.0
"""How alike two names must be, of 100, to be taken for the same."""

KINDS = frozenset(
    term(name) for name in ("Actor", "Design", "Occurrence", "Source", "Region", "Artefact")
)
"""Classes whose things have names of their own; names of records only say what they record."""

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_LABELS = tuple(ox.NamedNode(PREFIXES["skos"] + name) for name in ("prefLabel", "altLabel"))
_COUNTRY = ox.NamedNode(PREFIXES["dcterms"] + "spatial")


@dataclass(frozen=True)
class _Thing:
    """A thing with its kind, country and names."""

    node: ox.NamedNode
    kind: ox.NamedNode
    country: ox.NamedNode | None
    names: tuple[str, ...]


def find(
    quads: Sequence[ox.Quad], context: Context, above: Callable[[str], Sequence[str]]
) -> Iterator[Problem]:
    """Yield a warning for each new thing in `quads` that seems to be there already.

    `above` gives a class and those above it.
    """
    new = [*_new(quads, context, above)]
    groups: dict[tuple[ox.NamedNode, ox.NamedNode | None], list[_Thing]] = {}
    for thing in new:
        groups.setdefault((thing.kind, thing.country), []).append(thing)
    for (kind, country), things in groups.items():
        known = [*islice(_known(context, kind, country), MOST)]
        others = [*known, *((t.node, name) for t in things[:MOST] for name in t.names)]
        for thing in things[:MOST]:
            yield from _near(thing, others)


def _new(
    quads: Iterable[ox.Quad], context: Context, above: Callable[[str], Sequence[str]]
) -> Iterator[_Thing]:
    told: dict[ox.NamedNode, list[ox.Quad]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            told.setdefault(quad.subject, []).append(quad)
    for node, said in told.items():
        kinds = [
            quad.object
            for quad in said
            if quad.predicate == _TYPE
            and isinstance(quad.object, ox.NamedNode)
            and KINDS & {*above(quad.object.value)}
        ]
        if kinds and next(context.find(node, _TYPE, None), None) is None:
            countries = [q.object for q in said if q.predicate == _COUNTRY]
            country = next((c for c in countries if isinstance(c, ox.NamedNode)), None)
            yield _Thing(node, kinds[0], country, tuple(_names(said)))


def _known(
    context: Context, kind: ox.NamedNode, country: ox.NamedNode | None
) -> Iterator[tuple[ox.NamedNode, str]]:
    """Yield the known things of a kind, in a country if one is named, by their names."""
    found = context.find(None, *((_TYPE, kind) if country is None else (_COUNTRY, country)))
    for quad in islice(found, MOST):
        node = quad.subject
        is_same = country is None or next(context.find(node, _TYPE, kind), None) is not None
        if isinstance(node, ox.NamedNode) and is_same:
            said = [q for label in _LABELS for q in context.find(node, label, None)]
            yield from ((node, name) for name in _names(said))


def _names(quads: Iterable[ox.Quad]) -> Iterator[str]:
    for quad in quads:
        if quad.predicate in _LABELS and isinstance(quad.object, ox.Literal):
            yield quad.object.value


def _near(thing: _Thing, others: Sequence[tuple[ox.NamedNode, str]]) -> Iterator[Problem]:
    """Yield that `thing` is called nearly like another one, the likest of all."""
    choices = {
        number: name
        for number, (node, name) in enumerate(others)
        if node != thing.node and name not in thing.names
    }
    best: tuple[float, int] | None = None
    for name in thing.names:
        found = process.extractOne(
            name,
            choices,
            scorer=fuzz.token_sort_ratio,
            processor=utils.default_process,
            score_cutoff=NEAR,
        )
        if found is not None and (best is None or found[1] > best[0]):
            best = (found[1], found[2])
    if best is not None:
        node, name = others[best[1]]
        address = node.value.removeprefix(BASE)
        message = f"There is one that is called nearly the same, “{name}” ({address}): is it this?"
        yield Problem(
            "Warning",
            shape("SubmittedEntity-duplicate"),
            "Near",
            thing.node,
            _LABELS[0].value,
            node,
            {"en": message},
            {"en": "name"},
            {"en": thing.names[0]},
        )
