"""Descriptions in other vocabularies, and the links that lead machines to them."""

import json
import re

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.terms import expand, term
from service.routes.resources import structured

SCHEMA = "https://schema.org/"
PATH = "/doc/method/digipeda"


def predicates(content: bytes) -> set[str]:
    return {q.predicate.value for q in ox.parse(content, format=ox.RdfFormat.TURTLE)}


@pytest.mark.parametrize(
    ("path", "token", "iri", "name"),
    [
        (PATH, "schema", SCHEMA, "schema:name"),
        (PATH, "skos", "http://www.w3.org/2004/02/skos/core", "skos:prefLabel"),
        (
            "/doc/voc/phase/reflection",
            "skos",
            "http://www.w3.org/2004/02/skos/core",
            "skos:inScheme",
        ),
        ("/voc/phase", "schema", SCHEMA, "schema:name"),
        ("/doc/source/seed-newsletter2", "dcat-ap", "http://data.europa.eu/r5r/", "dcterms:title"),
        (PATH, "ihub", "https://w3id.org/ihub4schools/ontology", "ihub:typicalDuration"),
    ],
)
def test_a_profile_is_asked_for_in_three_ways(
    client: TestClient, path: str, token: str, iri: str, name: str
) -> None:
    asked = client.get(f"{path}?_profile={token}")
    header = client.get(path, headers={"accept-profile": f"<urn:x>;q=0.9, <{iri}>"})
    by_iri = client.get(path, params={"_profile": iri})
    assert asked.status_code == 200
    assert asked.content == header.content == by_iri.content
    assert asked.headers["content-profile"] == f"<{iri}>"
    assert f'<{iri}>; rel="profile"' in asked.headers["link"]
    assert "Accept-Profile" in asked.headers["vary"]
    assert expand(name) in predicates(asked.content)


def test_each_profile_has_its_own_tag(client: TestClient) -> None:
    tags = [
        client.get(f"{PATH}.ttl?_profile={t}").headers["etag"] for t in ("ihub", "schema", "skos")
    ]
    assert len(set(tags)) == 3
    assert client.get(f"{PATH}.ttl").headers["etag"] == tags[0]


def test_a_profile_says_nothing_in_other_words(client: TestClient) -> None:
    found = predicates(client.get(f"{PATH}?_profile=schema").content)
    assert all(p.startswith(SCHEMA) or p == expand("rdf:type") for p in found)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"{PATH}?_profile=unicorn", {}),
        (PATH, {"accept-profile": "<urn:unicorn>"}),
        (f"{PATH}?_profile=dcat-ap", {}),
        ("/shapes?_profile=schema", {}),
    ],
)
def test_a_profile_that_is_not_there_is_406(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 406
    assert "ihub (" in answer.json()["detail"]


def test_signposts_lead_on(client: TestClient) -> None:
    links = client.get(PATH).headers["link"]
    assert f'<{term("Method")}>; rel="type"' in links
    assert '</schemas/Method.json>; rel="describedby"; type="application/schema+json"' in links
    assert '</doc/method>; rel="collection"' in links
    assert f'<{PATH}?_profile=schema>; rel="alternate"; formats="{SCHEMA}"' in links


def test_a_page_says_the_same_in_schema_org(client: TestClient) -> None:
    page = client.get(PATH, headers={"accept": "text/html"}).text
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    said = {str(q.triple) for q in ox.parse(found[0], format=ox.RdfFormat.JSON_LD)}
    data = client.get(f"{PATH}.nt?_profile=schema").content
    assert {str(q.triple) for q in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)} == said
    assert json.loads(found[0])["name"]["@value"] == "Digipeda workshop"


def test_what_is_said_cannot_end_the_script() -> None:
    node = ox.NamedNode("http://e/a")
    name = ox.NamedNode(f"{SCHEMA}name")
    text = structured("http://e/a", [ox.Triple(node, name, ox.Literal("</script><b>"))])
    assert "<" not in text
    assert json.loads(text)["name"] == "</script><b>"
