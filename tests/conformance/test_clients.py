"""Clients that others wrote work unmodified, over real HTTP."""

from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from tests.conformance.clients import query
from tests.conformance.running import Running

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
METHOD = "https://w3id.org/ihub4schools/id/method/digipeda"


def converted(client: SPARQLWrapper) -> Any:  # noqa: ANN401  # as many types as formats
    return client.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_asks(running: Running, method: str) -> None:
    client = SPARQLWrapper(f"{running.url}/sparql")
    client.setMethod(method)
    client.setQuery(query("labels"))
    client.setReturnFormat(JSON)
    rows = converted(client)["results"]["bindings"]
    assert "Digipeda workshop" in {row["label"]["value"] for row in rows}
    client.setReturnFormat(XML)
    assert converted(client).getElementsByTagName("result")
    client.setReturnFormat(CSV)
    assert b"Digipeda" in converted(client)
    client.setQuery(query("statements"))
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=converted(client), format="turtle")) > 3
    client.setQuery(query("is-there"))
    client.setReturnFormat(JSON)
    assert converted(client)["boolean"] is True


def test_sparqlwrapper_writes_with_a_token(running: Running) -> None:
    client = SPARQLWrapper(f"{running.url}/sparql")
    client.addCustomHttpHeader("Authorization", running.authorization["Authorization"])
    client.setMethod(POST)
    client.setQuery(query("insert"))
    client.query()
    client.setQuery(query("inserted"))
    client.setReturnFormat(JSON)
    assert converted(client)["boolean"] is True


def test_rdflib_reads_and_writes(running: Running) -> None:
    endpoint = f"{running.url}/sparql"
    reading = Graph(SPARQLStore(endpoint, returnFormat="json"))
    assert "Digipeda workshop" in {
        str(label) for label in reading.objects(URIRef(METHOD), URIRef(LABEL))
    }
    store = SPARQLUpdateStore(endpoint, endpoint, headers=running.authorization)
    writing = Graph(store, identifier=URIRef("http://e/rdflib"))
    triple = (URIRef("http://e/s"), URIRef("http://e/p"), URIRef("http://e/o"))
    writing.add(triple)
    assert triple in writing
    writing.remove(triple)
    assert triple not in writing
