"""Hints on queries: what the graph does not know is named, with place and what was meant."""

import pytest

from ihubkg import lint
from ihubkg.lint import Vocabulary
from ihubkg.model import Model
from ihubkg.store import Store

PREFIXES = """\
PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX ex: <http://example.org/>
"""


@pytest.fixture(scope="module")
def vocabulary(store: Store) -> Vocabulary:
    """What the packaged graph knows."""
    return Vocabulary.of(store)


@pytest.mark.parametrize(
    ("body", "found", "line", "column", "nearest"),
    [
        ("SELECT ?m { ?m a ihub:Metod }", "ihub:Metod", 5, 18, "ihub:Method"),
        ("SELECT ?m { ?m ihub:suitedToFase ?p }", "ihub:suitedToFase", 5, 16, "ihub:suitedToPhase"),
        ("SELECT ?m {\n ?m skos:prefLabl ?l }", "skos:prefLabl", 6, 5, "skos:prefLabel"),
        (
            "ASK { ?m ihub:suitedToPhase <https://w3id.org/ihub4schools/voc/phase/maping-needs> }",
            "<https://w3id.org/ihub4schools/voc/phase/maping-needs>", 5, 29,
            "https://w3id.org/ihub4schools/voc/phase/mapping-needs",
        ),
        ("ASK { ?m dcterms:title ?t }", "dcterms:", 5, 10, "PREFIX dcterms: <http://purl.org/dc/terms/>"),
        ("ASK { ?m ihbu:basis ?t }", "ihbu:", 5, 10, "ihub:"),
        ("SELECT ?metod { ?method a ihub:Method }", "?metod", 5, 8, "?method"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_named_with_what_was_meant(
    vocabulary: Vocabulary, body: str, found: str, line: int, column: int, nearest: str
) -> None:
    (hint,) = lint.hints(PREFIXES + body, vocabulary)
    assert (hint.found, hint.line, hint.column) == (found, line, column)
    assert hint.nearest[0] == nearest
    assert hint.message.endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        "SELECT ?m (COUNT(?x) AS ?n) { ?m a ihub:Method ; ihub:hasStep ?x } GROUP BY ?m",
        "SELECT * { ?m ex:anything ex:goes }",
        "SELECT ?s { GRAPH <https://w3id.org/ihub4schools/graph/nowhere> { ?s ?p ?o } }",
        'SELECT ?s { ?s ?p "3"^^xsd:integer FILTER(xsd:decimal(?p) > 1) }',
        "not SPARQL at all §",
        "DELETE WHERE { ?s ?p ?o }",
    ],
)
def test_what_is_known_or_elsewhere_gives_no_hint(vocabulary: Vocabulary, body: str) -> None:
    assert lint.hints(PREFIXES + body, vocabulary) == ()


def test_no_question_of_ours_gives_a_hint(vocabulary: Vocabulary, model: Model) -> None:
    written_by_a_running_service = {"prov:generatedAtTime"}
    found = {
        (name, hint.found)
        for name, asked in model.questions.items()
        for hint in lint.hints(asked.text, vocabulary)
    }
    assert {one for one in found if one[1] not in written_by_a_running_service} == set()


def test_a_query_of_thousands_of_unknown_names_costs_no_more_than_a_few(
    vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def near(_: Vocabulary, iri: str, __: frozenset[str]) -> tuple[str, ...]:
        asked.append(iri)
        return ()

    monkeypatch.setattr(Vocabulary, "near", near)
    names = " ".join(f"<https://w3id.org/ihub4schools/id/method/no{n}>" for n in range(1000))
    found = lint.hints(f"SELECT * {{ VALUES ?x {{ {names} }} ?x ?y ?z }}", vocabulary)
    assert len(found) == len(asked) == lint.MOST
