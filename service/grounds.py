"""Why what a page marks as derived follows: the rule and the asserted facts under it, in words.

Reasoning once more with reasons takes a second and a half; so it is done when somebody asks, once
for each dataset version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg import infer, support
from ihubkg.names import Names
from ihubkg.terms import INFERRED, PREFIXES, shorten
from service.instance import Instance
from service.sheet import Origins

DEEPEST = 4
"""Indentations that a page shows; what lies deeper stands at the last of them."""

_TYPE = PREFIXES["rdf"] + "type"


@dataclass(frozen=True)
class Line:
    """A step of a reason: how deep below what follows, and its words."""

    depth: int
    text: str


@dataclass(frozen=True)
class Reason:
    """One derived statement in words, with the steps under it, asserted facts at the end."""

    fact: str
    lines: tuple[Line, ...]


def derived(origins: Origins) -> bool:
    """Tell whether a page has statements that follow by a rule."""
    return INFERRED in origins.values()


def reasons(
    held: Instance, iri: str, origins: Origins, languages: Sequence[str]
) -> tuple[Reason, ...]:
    """Return why each derived statement about `iri` follows; its classes last."""
    known = support.reasons_of(held.store, held.store.raw)
    labels = Names.of(held.store).shown(languages)

    def label(node: object) -> str:
        value = str(getattr(node, "value", node))
        return labels.get(value) or shorten(value)

    found = []
    for (predicate, value), graph in origins.items():
        triple = ox.Triple(ox.NamedNode(iri), ox.NamedNode(predicate), value)
        step = known.why(triple) if graph == INFERRED else None
        if step is not None and step.rule is not None:
            lines = tuple(map(_line, infer.in_words(step, label)))
            reason = Reason(infer.sentence(triple, label), lines)
            found.append((predicate == _TYPE, reason))
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].fact))
    return tuple(reason for _, reason in ordered)


def _line(text: str) -> Line:
    words = text.lstrip(" ")
    return Line(min((len(text) - len(words)) // 2, DEEPEST), words)
