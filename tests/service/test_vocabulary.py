import pyoxigraph as ox
import pytest

from ihubkg.describe import Views
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import ONTOLOGY, SHAPES, scheme, term
from service import vocabulary
from service.words import Words


def triples(store: Store, graph: str) -> list[ox.Triple]:
    node = ox.NamedNode(graph)
    return [quad.triple for quad in store.raw.quads_for_pattern(None, None, None, node)]


@pytest.fixture(scope="module")
def words(model: Model) -> Words:
    return Words.of(model.ontology, model.shapes)


def test_a_scheme_lists_its_concepts_in_order(store: Store, model: Model) -> None:
    iri = scheme("phase")
    found = Views.of(model).triples(store, "scheme", this=ox.NamedNode(iri))
    listed = vocabulary.scheme(iri, found, ["en"])
    assert listed.title.text == "Phase types"
    assert [c.notation for c in listed.concepts][:7] == list("1234567")
    assert listed.concepts[3].label.text == "Mapping needs"
    assert listed.concepts[3].definition is not None


def test_narrower_concepts_stand_below(store: Store, model: Model) -> None:
    iri = scheme("idi")
    found = Views.of(model).triples(store, "scheme", this=ox.NamedNode(iri))
    listed = vocabulary.scheme(iri, found, ["en"])
    assert {c.depth for c in listed.concepts} == {0, 1}
    assert len([c for c in listed.concepts if c.depth == 0]) == 6


def test_the_ontology_lists_its_own_terms(store: Store) -> None:
    listed = vocabulary.ontology("https://w3id.org/ihub4schools/ontology", triples(store, ONTOLOGY))
    assert listed.version == "0.1.0"
    method = next(line for line in listed.classes if line.anchor == "Method")
    assert method.definition.startswith("A design for supporting schools")
    assert ("kind of", (term("Design"),)) in method.links
    assert not [line for line in listed.properties if not line.iri.startswith(term(""))]


def test_shapes_say_what_they_ask(store: Store, words: Words) -> None:
    listed = vocabulary.shapes(triples(store, SHAPES), words)
    (rules,) = [rules for shape, rules in listed if shape.anchor == "Method"]
    notes = {rule.label: rule.notes[0] for rule in rules}
    assert set(notes.values()) <= {"required", "recommended", "may be left out", "a hint"}
    (actor,) = [rules for shape, rules in listed if shape.anchor == "Actor"]
    assert {rule.notes[0] for rule in actor} == {"may be left out"}


def test_statements_are_words_and_cut(store: Store, words: Words) -> None:
    found = vocabulary.statements(triples(store, ONTOLOGY), words, 50)
    assert len(found) == 50
    assert all(one.predicate for one in found)
