"""The page at /sparql and what its editor asks for."""

import json

import pytest
from starlette.testclient import TestClient

from service import editor

PAGE = {"accept": "text/html"}
ODD = "PREFIX ihub: <https://w3id.org/ihub4schools/ontology#> SELECT * { ?x ihub:hasSuitabilty ?y }"


def test_the_page_alone_holds_a_query_that_runs_and_examples_by_persona(client: TestClient) -> None:
    page = client.get("/sparql", headers=PAGE)
    assert page.status_code == 200
    assert "judged to fit" in page.text
    for persona in ("School leader", "Researcher", "Mentor"):
        assert f"<summary>{persona}" in page.text
    assert "<script>" not in page.text
    assert client.get("/sparql", params={"query": editor.default()}).json()["results"]["bindings"]


def test_every_example_passes_and_answers(client: TestClient) -> None:
    held = client.app.state.instance  # type: ignore[attr-defined]
    for name in held.model.questions:
        query = editor.example(held, name)
        assert "#+" not in query
        answer = client.get("/sparql", params={"query": query})
        assert answer.status_code == 200, name


def test_an_example_that_there_is_not_names_near_ones(client: TestClient) -> None:
    answer = client.get("/sparql?example=methods-for-phas", headers=PAGE)
    assert answer.status_code == 404
    assert "methods-for-phase" in answer.text


def test_an_empty_answer_says_what_was_probably_meant(client: TestClient) -> None:
    page = client.get("/sparql", params={"query": ODD}, headers=PAGE).text
    assert "Probably meant otherwise" in page
    assert "Did you mean <code>ihub:hasSuitability</code>" in page


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT * { ?s ?p }", 400, "Line 1, column"),
        ("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }", 400, "SERVICE is not available"),
        ("INSERT DATA { <http://e/s> <http://e/p> 1 }", 400, "INSERT begins an update"),
        ("SELECT * {" + "{" * 40 + "}" * 41, 413, "The limit is 32"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i", 504, "took longer"),
    ],
)
def test_a_query_that_fails_stays_in_the_form_with_the_reason(
    client: TestClient, query: str, status: int, said: str
) -> None:
    answer = client.get("/sparql", params={"query": query, "timeout": "0.3"}, headers=PAGE)
    assert answer.status_code == status
    assert said in answer.text
    assert query.partition("<")[0].partition("&")[0] in answer.text.replace("&#34;", '"')
    assert answer.headers["cache-control"] == "no-store"
    as_data = client.get("/sparql", params={"query": query, "timeout": "0.3"})
    assert as_data.status_code == status
    assert as_data.headers["content-type"] == "application/problem+json"


def test_what_stands_in_a_query_is_text_on_the_page(client: TestClient) -> None:
    evil = "SELECT * { ?s ?p '</textarea><script>alert(1)</script>' }"
    for query in (evil, evil + " nonsense"):
        page = client.get("/sparql", params={"query": query}, headers=PAGE).text
        assert "<script>alert" not in page
        assert "</textarea><" not in page.partition("</textarea>")[0]


def test_a_query_is_explained_as_page_and_as_json(client: TestClient) -> None:
    asked = {"query": editor.default(), "explain": "1"}
    parts = client.get("/sparql", params=asked).json()["parts"]
    assert [part["rows"] for part in parts] == [15, 23, 23, 23, 15]
    page = client.get("/sparql", params=asked, headers=PAGE).text
    assert "What this query asks" in page
    assert ">has suitability</a>" in page
    again = client.get("/sparql", params={"query": editor.default()}, headers=PAGE).text
    assert "What this query asks" not in again


def test_names_complete_for_ever_under_their_version(client: TestClient) -> None:
    page = client.get("/sparql", headers=PAGE).text
    address = page.partition('data-terms="')[2].partition('"')[0]
    answer = client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    found = answer.json()
    assert found["prefixes"]["ihub"].endswith("ontology#")
    uses = {name: count for name, _, count in found["properties"]}
    assert uses["ihub:hasSuitability"] == 15
    counts = [count for *_, count in found["classes"]]
    assert counts == sorted(counts, reverse=True)
    assert ["https://w3id.org/ihub4schools/voc/phase/mapping-needs", "Mapping needs"] in found[
        "concepts"
    ]
    assert "immutable" not in client.get("/sparql/terms.json").headers["cache-control"]


@pytest.mark.parametrize(
    ("body", "hints", "problem"),
    [
        (ODD.encode(), 1, False),
        (b"SELECT * { ?s ?p ?o }", 0, False),
        (b"", 0, True),
        (b"\xff\xfe", 0, True),
        (b"SELECT * { SERVICE <http://e/> {} }", 0, True),
        (b"SELECT " + b"?x " * 30_000 + b"{ ?x ?y ?z }", 0, True),
    ],
)
def test_remarks_come_without_running_the_query(
    client: TestClient, body: bytes, hints: int, problem: bool
) -> None:
    answer = client.post("/sparql/hints", content=body)
    assert answer.status_code == 200
    found = json.loads(answer.content)
    assert len(found["hints"]) == hints
    assert (found["problem"] is not None) == problem
