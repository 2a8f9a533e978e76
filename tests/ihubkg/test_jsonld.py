import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

from ihubkg.describe import Views, describe
from ihubkg.jsonld import Context, frame
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import BASE, expand, term, thing

DIGIPEDA = thing("method", "digipeda")


@pytest.fixture(scope="module")
def context(model: Model) -> Context:
    return Context.of(model.ontology, model.shapes)


@pytest.fixture(scope="module")
def digipeda(store: Store, model: Model, context: Context) -> dict[str, Any]:
    return frame(describe(store, DIGIPEDA, Views.of(model)), DIGIPEDA, context)


def canon(triples: Iterable[ox.Triple | ox.Quad]) -> ox.Dataset:
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def read(document: dict[str, Any]) -> ox.Dataset:
    return canon(ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD))


def turtle(text: str) -> list[ox.Triple]:
    prefixes = "".join(
        f"@prefix {p}: <{expand(p + ':')}> ." for p in ("ihub", "skos", "xsd", "rdf")
    )
    return [q.triple for q in ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE)]


def test_every_kind_of_thing_comes_back_as_the_same_triples(
    store: Store, model: Model, context: Context
) -> None:
    views = Views.of(model)
    every: dict[str, str] = {}
    for row in views.rows(store, "things"):
        iri = row["thing"].value
        every.setdefault(iri.rpartition("/")[0], iri)
    assert len(every) > 40
    for iri in every.values():
        described = describe(store, iri, views)
        document = frame(described, iri, context)
        assert read(document) == canon(described), iri
        assert "@graph" not in document
        assert document["id"] == iri


def test_another_reader_understands_it_without_a_second_request(
    digipeda: dict[str, Any], store: Store, model: Model
) -> None:
    quads = jsonld.to_rdf(digipeda, {"format": "application/n-quads"})
    assert canon(ox.parse(quads, format=ox.RdfFormat.N_QUADS)) == canon(
        describe(store, DIGIPEDA, Views.of(model))
    )


def test_it_is_one_tree_with_short_names(digipeda: dict[str, Any]) -> None:
    assert "Method" in digipeda["type"]
    assert digipeda["prefLabel"]["en"] == "Digipeda workshop"
    (duration,) = digipeda["typicalDuration"]
    assert duration["minimumDuration"] in ("3", ["3"])
    assert duration["hasCitation"][0].endswith("lines-82-89")
    passages = {entry["id"]: entry for entry in digipeda["source"] if isinstance(entry, dict)}
    assert "82-89" in json.dumps(passages[duration["hasCitation"][0]]["locator"])


def test_a_node_is_described_once(digipeda: dict[str, Any]) -> None:
    text = json.dumps(digipeda)
    newsletter = json.dumps({"en": "iHub4Schools Newsletter vol. 2"})
    assert text.count(f'"prefLabel": {newsletter}') == 1


def test_what_only_points_at_the_thing_stands_under_reverse(digipeda: dict[str, Any]) -> None:
    lists = digipeda["@reverse"]["listsMethod"]
    assert {entry["id"] for entry in lists} >= {thing("catalogue", "initial")} or lists


def test_the_same_input_gives_the_same_bytes(
    store: Store, model: Model, context: Context, digipeda: dict[str, Any]
) -> None:
    triples = describe(store, DIGIPEDA, Views.of(model))
    again = frame(list(reversed(triples)), DIGIPEDA, context)
    assert json.dumps(again) == json.dumps(digipeda)


@pytest.mark.parametrize(
    "text",
    [
        '<urn:a> ihub:locator "x", "y"@en, 3, true, "01"^^xsd:integer, 1.50, "z"^^<urn:dt> .',
        '<urn:a> skos:prefLabel "a", "b"@en, "c"@en, "d"@et .',
        "<urn:a> ihub:hasStep ( <urn:b> 1 ( <urn:c> ) ) .",
        "<urn:a> ihub:hasStep <urn:b> . <urn:b> ihub:hasStep <urn:a> .",
        "<urn:a> ihub:hasStep [ ihub:hasStep [ ihub:locator 'x' ] ] .",
        "<urn:a> ihub:locator 'x' . <urn:elsewhere> ihub:locator 'y' .",
        "<urn:b> ihub:hasStep <urn:a> . <urn:c> ihub:hasStep <urn:b> .",
        "<urn:a> a ihub:Method, <urn:Other> ; ihub:isOptional true ; ihub:stepNumber 4 .",
        "<urn:a> ihub:unknownProperty 'x' ; <urn:p> <urn:q> .",
        "<urn:a> ihub:hasStep () .",
        "<urn:a> ihub:minimumDuration 1.5, '2'^^xsd:integer .",
        "<urn:a> ihub:hasStep _:x . <urn:b> ihub:hasStep _:x . _:x ihub:locator 'shared' .",
        "<urn:a> rdf:first <urn:b> ; rdf:rest rdf:nil .",
    ],
)
def test_hard_cases_survive(text: str, context: Context) -> None:
    triples = turtle(text)
    assert read(frame(triples, "urn:a", context)) == canon(triples)


def test_the_context_is_made_from_the_ontology(context: Context) -> None:
    document = context.document()["@context"]
    assert document["typicalDuration"]["@type"] == "@id"
    assert document["prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}
    assert document["Method"] == "ihub:Method"
    assert document["minimumDuration"]["@type"] == "xsd:decimal"
    assert expand(document["typicalDuration"]["@id"]) == term("typicalDuration")
    assert BASE in document["ihub"]


def test_a_property_that_every_shape_allows_once_stands_alone(context: Context) -> None:
    document = frame(turtle("<urn:a> ihub:citesSource <urn:b> ."), "urn:a", context)
    assert document["citesSource"] == "urn:b"
    document = frame(turtle("<urn:a> ihub:hasStep <urn:b> ."), "urn:a", context)
    assert document["hasStep"] == ["urn:b"]
