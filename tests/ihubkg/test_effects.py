"""What a file would change, in words."""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from ihubkg import effects
from ihubkg.context import Context, Node
from ihubkg.report import Changes
from ihubkg.terms import shorten

KNOWN = """
@prefix : <https://w3id.org/ihub4schools/id/school/> .
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a a ihub:School ; skos:prefLabel "A"@en , "AA"@et ; ihub:basedIn :x .
:b a ihub:School ; skos:prefLabel "B"@en .
:x skos:prefLabel "Place X"@en .
"""
HEAD = KNOWN[: KNOWN.index(":a a")]


@pytest.fixture(scope="module")
def context() -> Context:
    store = ox.Store()
    store.bulk_load(KNOWN.encode(), ox.RdfFormat.TURTLE)
    return Context.of(store)


def changes(text: str, context: Context) -> Changes:
    quads = ox.parse(f"{HEAD}{text}".encode(), format=ox.RdfFormat.TURTLE)
    return effects.changes(quads, context, name=shorten)


def words(text: str, context: Context) -> list[str]:
    return [effect.words for effect in changes(text, context).effects]


def test_a_new_thing_is_told_in_one_line(context: Context) -> None:
    found = changes(':c a ihub:School ; skos:prefLabel "C"@en .', context)
    assert found.things == {"new": 1, "changed": 0, "same": 0}
    assert [effect.words for effect in found.effects] == ["new: ihub:School C, 2 statements"]


def test_what_is_described_anew_loses_what_is_not_said_again(context: Context) -> None:
    text = ':a a ihub:School ; skos:prefLabel "A2"@en ; ihub:basedIn :x , :y .'
    assert words(text, context) == [
        "changed: A2, skos:prefLabel: “A2” (en) instead of “A” (en)",
        "removed: A2, skos:prefLabel: “AA” (et)",
        "added: A2, ihub:basedIn: school/y",
    ]


def test_what_is_said_of_other_things_is_added(context: Context) -> None:
    assert words(":b ihub:basedIn :x .", context) == ["added: B, ihub:basedIn: Place X"]
    assert changes(':b skos:prefLabel "B"@en .', context).things["same"] == 1


def test_long_changes_are_cut(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "MOST", 2)
    found = changes("".join(f":n{n} a ihub:School .\n" for n in range(3)), context)
    assert (len(found.effects), found.truncated, found.things["new"]) == (2, True, 3)


def test_only_the_things_of_the_file_are_looked_at(context: Context) -> None:
    asked: list[object] = []

    class Watched(Context):
        def find(
            self, subject: Node | None, predicate: ox.NamedNode | None, value: Node | None
        ) -> Iterator[ox.Quad]:
            asked.append(subject)
            return super().find(subject, predicate, value)

    changes(":b ihub:basedIn :x .", Watched(context.layers))
    assert {str(node) for node in asked} == {
        f"<https://w3id.org/ihub4schools/id/school/{name}>" for name in ("b", "x")
    }
