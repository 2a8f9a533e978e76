"""Examples of terms are what the data say: they parse, and every statement is in the graph."""

import pyoxigraph as ox
import pytest

from ihubkg.examples import LINES, Examples
from ihubkg.model import Model
from ihubkg.reference import NAMESPACE, Reference
from ihubkg.store import Store
from ihubkg.terms import BASE, INFERRED, expand, term

UNUSED = {
    "CoCreationTeam",
    "MentorSchool",
    "MethodContraindication",
    "alternativeTo",
    "appraisalContext",
    "appraisalLevel",
    "continuesWith",
    "hasDisputingEvidence",
    "hasDisputingLine",
    "requiredAmount",
}
"""What no source that was read gives a case of: ADR 9 says why it is in the ontology."""


@pytest.fixture(scope="module")
def inferred(store: Store) -> list[ox.Quad]:
    return [*store.raw.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))]


@pytest.fixture(scope="module")
def examples(model: Model, inferred: list[ox.Quad]) -> Examples:
    return Examples.of(model, inferred)


@pytest.fixture(scope="module")
def terms(model: Model) -> list[str]:
    entries = Reference.of(model).entries.values()
    return [entry.iri for entry in entries if entry.kind != "annotation property"]


def test_every_term_has_one_but_those_that_no_source_gives(
    examples: Examples, terms: list[str]
) -> None:
    without = {iri.removeprefix(NAMESPACE) for iri in terms if examples.of_term(iri) is None}
    assert without == UNUSED


def test_an_example_is_turtle_that_the_graph_says(
    examples: Examples, terms: list[str], store: Store
) -> None:
    said = {quad.triple for quad in store.raw}
    for iri in terms:
        example = examples.of_term(iri)
        if example is None:
            continue
        triples = [quad.triple for quad in ox.parse(example.text, format=ox.RdfFormat.TURTLE)]
        assert triples
        assert set(triples) <= said
        assert len(triples) <= LINES
        assert any(iri in (one.predicate.value, str(one.object)[1:-1]) for one in triples), iri
        assert example.turtle.startswith(f"<{example.thing.removeprefix(BASE)}>")
        prefixes = example.text.partition("\n\n")[0]
        shown = f"@base <{BASE}> .\n{prefixes}\n{example.turtle}"
        again = ox.parse(shown, format=ox.RdfFormat.TURTLE)
        assert {quad.triple for quad in again} == set(triples)


def test_an_example_is_a_thing_of_that_very_class(examples: Examples) -> None:
    example = examples.of_term(term("DurationRange"))
    assert example is not None
    assert example.thing.split("/")[-2] == "duration"
    assert "ihub:minimumDuration" in example.turtle
    assert not example.follows


def test_what_only_follows_is_told_so(examples: Examples) -> None:
    example = examples.of_term(term("suitedToPhase"))
    assert example is not None
    assert example.follows
    assert example.turtle.count("ihub:") == 1


def test_the_same_data_give_the_same_example(model: Model, examples: Examples) -> None:
    again = Examples.of(model)
    for name in ("Method", "School", "valueStatus", "Claim"):
        assert again.of_term(term(name)) == examples.of_term(term(name))


def test_a_description_shows_much_in_few_lines() -> None:
    def thing(name: str, *properties: str) -> list[ox.Triple]:
        node = ox.NamedNode(f"urn:{name}")
        kind = ox.Triple(node, ox.NamedNode(expand("rdf:type")), ox.NamedNode(term("Method")))
        return [kind, *(ox.Triple(node, ox.NamedNode(term(p)), node) for p in properties)]

    described = {"urn:a": thing("a"), "urn:b": thing("b", "p", "q"), "urn:c": thing("c", "p")}
    found = Examples(described).of_term(term("Method"))
    assert found is not None
    assert found.thing == "urn:b"
    assert found.label == "urn:b"
