"""The way from a statement back to the file, line and column that say it."""

import pyoxigraph as ox
import pytest

from ihubkg import files
from ihubkg.model import Model
from ihubkg.places import Places
from ihubkg.report import Location
from ihubkg.terms import expand, term, thing


@pytest.fixture(scope="module")
def places(model: Model) -> Places:
    return Places(model)


def line(place: Location | None) -> str:
    """Return what stands at a place, from its column to the end of its line."""
    assert place is not None
    assert place.line is not None
    assert place.column is not None
    text = (files.root() / place.source).read_text(encoding="utf-8")
    return text.splitlines()[place.line - 1][place.column - 1 :]


def test_a_thing_is_found_where_it_is_described(places: Places) -> None:
    found = places.find(ox.NamedNode(thing("method", "til")))
    assert line(found) == f"<{thing('method', 'til')}>"
    assert found is not None
    assert found.source == "data/curated/methods/til.ttl"


def test_a_statement_is_found_at_its_value(places: Places) -> None:
    til, label = ox.NamedNode(thing("method", "til")), ox.NamedNode(expand("skos:altLabel"))
    triple = ox.Triple(til, label, ox.Literal("TIL", language="en"))
    assert line(places.of(triple)) == '"TIL"@en ;'
    assert line(places.find(til, [label])).startswith("skos:altLabel")


def test_an_axiom_without_a_name_is_found(places: Places, model: Model) -> None:
    for triple in model.module("defined"):
        if isinstance(triple.subject, ox.BlankNode):
            found = places.find(triple.subject)
            assert found is not None
            assert found.source == "ontology/ihub-defined.ttl"


def test_what_is_described_nowhere_is_found_where_it_is_used(places: Places) -> None:
    found = places.find(ox.NamedNode("https://www.ihub4schools.eu/"))
    assert line(found).startswith("<https://www.ihub4schools.eu/>")
    assert places.find(ox.NamedNode(term("NoSuchThing"))) is None


def test_nodes_are_written_shortly(places: Places) -> None:
    assert places.told(ox.NamedNode(thing("method", "til"))) == "id/method/til"
    assert places.told(ox.NamedNode(term("Method"))) == "ihub:Method"
    assert places.told(ox.Literal("TIL", language="en")) == '"TIL"@en'
