"""`/sparql`, over HTTP: every way to ask, every form of answer, every limit, and writes."""

import csv
import io
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.service.writable import Writable, writable

SD = "http://www.w3.org/ns/sparql-service-description#"
METHODS = """PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?method ?label { ?method a ihub:Method ; skos:prefLabel ?label
  FILTER(LANG(?label) = "en") } ORDER BY ?method"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writable]:
    """A service with limits that a test can reach."""
    data = tmp_path_factory.mktemp("sparql") / "data"
    with writable(data, rows=50, answer_bytes=20_000) as opened:
        yield opened


@pytest.fixture
def client(held: Writable) -> TestClient:
    """Its client."""
    return held.client


def ask(client: TestClient, query: str, accept: str = "", **more: str) -> Response:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", params={"query": query, **more}, headers=headers)


def rows(answer: Response) -> list[dict[str, str]]:
    bindings = answer.json()["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def triples(answer: Response) -> list[ox.Triple]:
    fmt = ox.RdfFormat.from_media_type(answer.headers["content-type"])
    return [quad.triple for quad in ox.parse(answer.content, format=fmt)]


def test_a_query_is_answered_in_every_way_it_may_be_sent(client: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = [
        ask(client, METHODS),
        client.post("/sparql", content=METHODS, headers=QUERY),
        client.post("/sparql", data={"query": METHODS}, headers=form),
        client.request("QUERY", "/sparql", content=METHODS, headers=QUERY),
        client.get("/sparql/", params={"query": METHODS}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert rows(answer) == rows(answers[0])
    assert len(rows(answers[0])) >= 4


def test_rows_come_in_every_form(client: TestClient) -> None:
    expected = [(row["method"], row["label"]) for row in rows(ask(client, METHODS))]
    xml = ask(client, METHODS, "application/sparql-results+xml")
    space = "{http://www.w3.org/2005/sparql-results#}"
    results = ET.fromstring(xml.content).iter(f"{space}result")
    assert [tuple(b[0].text for b in row) for row in results] == expected
    table = ask(client, METHODS, "text/csv")
    assert [tuple(r) for r in csv.reader(io.StringIO(table.text, newline=""))][1:] == expected
    assert ask(client, METHODS, "text/tab-separated-values").text.count("\n") == len(expected) + 1
    page = ask(client, METHODS, "text/html,*/*;q=0.8").text
    for _, label in expected:
        assert label in page


def test_graphs_come_in_every_form(client: TestClient) -> None:
    query = "DESCRIBE <https://w3id.org/ihub4schools/id/method/digipeda>"
    expected = len(triples(ask(client, query, "text/turtle")))
    assert expected > 10
    for media_type in (
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
        "application/n-quads",
    ):
        answer = ask(client, query, media_type)
        assert answer.headers["content-type"].startswith(media_type)
        assert len(triples(answer)) == expected


def test_what_cannot_be_had_is_said(client: TestClient) -> None:
    answer = ask(client, METHODS, "image/png")
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["offers"]


@pytest.mark.parametrize("query", ["ASK {}", "SELECT * { VALUES ?x { 1 } }"])
def test_a_known_answer_is_not_sent_again(client: TestClient, query: str) -> None:
    first = ask(client, query)
    tag = first.headers["etag"]
    for held_tag, status in ((tag, 304), (tag.removeprefix("W/"), 304), ('"other"', 200)):
        headers = {"If-None-Match": held_tag}
        again = client.get("/sparql", params={"query": query}, headers=headers)
        assert again.status_code == status
        assert again.headers["etag"] == tag
    assert "Accept" in first.headers["vary"]
    assert ask(client, query, "application/sparql-results+xml").headers["etag"] != tag


def test_answers_that_change_by_themselves_are_not_kept(client: TestClient) -> None:
    query = "SELECT (UUID() AS ?u) {}"
    first, second = ask(client, query), ask(client, query)
    assert first.text != second.text
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"


def test_head_and_options(client: TestClient) -> None:
    head = client.head("/sparql", params={"query": "ASK {}"})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    options = client.options("/sparql")
    assert options.status_code == 204
    assert "QUERY" in options.headers["allow"]
    assert options.headers["access-control-allow-origin"] == "*"
    wrong = client.put("/sparql", content=b"x")
    assert (wrong.status_code, wrong.json()["status"]) == (405, 405)


def test_the_default_graph_is_the_public_dataset_without_repetition(client: TestClient) -> None:
    twice = "SELECT ?s ?p ?o (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ?p ?o HAVING(COUNT(*) > 1)"
    assert rows(ask(client, twice)) == []
    hidden = "ASK { GRAPH <https://w3id.org/ihub4schools/graph/prov> { ?s ?p ?o } }"
    assert ask(client, hidden).json()["boolean"] is True


def test_rows_over_the_limit_are_cut_and_flagged(client: TestClient) -> None:
    answer = ask(client, "SELECT ?s { ?s ?p ?o }")
    assert answer.status_code == 200
    assert answer.headers["x-result-truncated"] == "rows"
    assert len(rows(answer)) == 50
    assert answer.json()["head"]["link"]
    page = ask(client, "SELECT ?s { ?s ?p ?o }", "text/html")
    assert "This answer was cut" in page.text
    assert "x-result-truncated" not in ask(client, "SELECT ?s { ?s ?p ?o } LIMIT 50").headers


def test_bytes_over_the_limit_are_cut_and_flagged(client: TestClient) -> None:
    answer = ask(client, "CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")
    assert answer.headers["x-result-truncated"] == "bytes"
    assert len(answer.content) <= 20_000
    assert len(triples(answer)) > 10


def test_an_endless_query_ends_at_its_limit_and_the_next_is_right(client: TestClient) -> None:
    start = time.monotonic()
    answer = ask(client, ENDLESS)
    assert answer.status_code == 504
    assert answer.json()["limit"] == 1.0
    assert time.monotonic() - start < 2
    assert ask(client, "ASK {}").json()["boolean"] is True


def test_a_client_may_ask_for_less_time_and_not_for_more(client: TestClient) -> None:
    start = time.monotonic()
    assert ask(client, ENDLESS, timeout="0.2").status_code == 504
    assert time.monotonic() - start < 1
    headers = {"Prefer": "wait=60"}
    answer = client.get("/sparql", params={"query": ENDLESS}, headers=headers)
    assert answer.json()["limit"] == 1.0


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT * {\n ?s ?p ?o\n} ODER BY ?s", 400, "did you mean ORDER"),
        ("SELECT * { ?s ?p ?o } ; SELECT * {}", 400, "Syntax error"),
        ("DROP ALL", 400, "begins an update"),
        ("SELECT * { SERVICE <http://127.0.0.1:8000/sparql> { ?s ?p ?o } }", 400, "SERVICE"),
        ("SELECT * " + "{" * 100 + "}" * 100, 413, "nested 33 deep"),
        ("SELECT * { FILTER(" + "!" * 2000 + "1) }", 413, "501 operators"),
        ("SELECT * { ?s <relative iri> ?o }", 400, "Syntax error"),
        ("SELECT (GROUP_CONCAT(?x) AS ?y) { VALUES ?x { 1 } } GROUP BY", 400, "Syntax error"),
    ],
)
def test_a_bad_query_is_refused_with_a_reason(
    client: TestClient, query: str, status: int, said: str
) -> None:
    answer = ask(client, query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_a_syntax_error_has_its_place(client: TestClient) -> None:
    problem = ask(client, "SELECT * {\n ?s ?p ?o\n} ODER BY ?s").json()
    assert (problem["line"], problem["column"]) == (3, 3)
    page = ask(client, "ASK {", "text/html")
    assert page.status_code == 400
    assert "text/html" in page.headers["content-type"]


def test_bodies_that_are_too_large_or_no_text_are_refused(client: TestClient) -> None:
    assert client.post("/sparql", content=b"#" * 2**20, headers=QUERY).status_code == 413
    assert client.post("/sparql", content=b"ASK { \xff }", headers=QUERY).status_code == 400
    packed = {**QUERY, "Content-Encoding": "gzip"}
    assert client.post("/sparql", content=b"\x1f\x8b", headers=packed).status_code == 415


def test_without_a_query_there_is_a_form_or_a_description(client: TestClient) -> None:
    page = client.get("/sparql", headers={"Accept": "text/html"})
    assert "<form" in page.text
    described = client.get("/sparql", headers={"Accept": "text/turtle"})
    name = ox.NamedNode(f"{SD}name")
    names = {str(t.object) for t in triples(described) if t.predicate == name}
    assert "<https://w3id.org/ihub4schools/graph/curated>" in names
    assert client.post("/sparql", content=b"", headers={}).status_code == 415


def test_answers_carry_the_headers_of_every_answer(client: TestClient) -> None:
    for answer in (ask(client, "ASK {}"), ask(client, "ASK {")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["access-control-allow-origin"] == "*"


def update(held: Writable, text: str, role: str | None = "maintainer", **more: str) -> Response:
    headers = {**UPDATE, **(held.bearer[role] if role else {})}
    return held.client.post("/sparql", content=text, headers=headers, params=more)


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("editor", 403), ("reviewer", 403)])
def test_updates_need_a_token_that_may(held: Writable, role: str | None, status: int) -> None:
    answer = update(held, "INSERT DATA { <http://e/no> <http://e/p> 1 }", role)
    assert answer.status_code == status
    assert not ask(held.client, "ASK { <http://e/no> ?p ?o }").json()["boolean"]


@pytest.mark.parametrize("token", ["Bearer wrong", "Bearer ", "Basic abc", "x"])
def test_a_token_that_is_none_opens_nothing(held: Writable, token: str) -> None:
    headers = {**UPDATE, "Authorization": token}
    answer = held.client.post("/sparql", content="DROP ALL", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_update_is_seen_by_the_next_query_and_moves_the_version(held: Writable) -> None:
    question = "SELECT ?o { <http://e/s> <http://e/p> ?o }"
    before = ask(held.client, question)
    assert rows(before) == []
    done = update(held, "INSERT DATA { <http://e/s> <http://e/p> 1 }")
    assert (done.status_code, done.content) == (204, b"")
    after = ask(held.client, question)
    assert [row["o"] for row in rows(after)] == ["1"]
    version = after.headers["x-dataset-version"]
    assert version == done.headers["x-dataset-version"] != before.headers["x-dataset-version"]
    assert after.headers["etag"] != before.headers["etag"]
    update(held, "DELETE WHERE { <http://e/s> ?p ?o }")
    assert (
        ask(held.client, question).headers["x-dataset-version"]
        == (before.headers["x-dataset-version"])
    )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("LOAD <http://127.0.0.1:1/x>", 400),
        ("INSERT DATA { <http://e/s> <http://e/p> 1 } ; CLEAR XYZ", 400),
        ("SELECT * {}", 400),
        ("INSERT { ?a ?b 1 } WHERE { GRAPH ?x { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } }", 504),
    ],
)
def test_an_update_that_fails_changes_nothing(held: Writable, text: str, status: int) -> None:
    version = ask(held.client, "ASK {}").headers["x-dataset-version"]
    assert update(held, text, timeout="1").status_code == status
    assert ask(held.client, "ASK {}").headers["x-dataset-version"] == version


def test_the_dataset_of_an_update_is_given_once(held: Writable) -> None:
    text = "WITH <http://e/g> DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }"
    answer = update(held, text, **{"using-graph-uri": "http://e/g"})
    assert answer.status_code == 400


def test_a_publication_survives_the_end_of_the_service(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("kept") / "data"
    with writable(data) as first:
        assert update(first, "INSERT DATA { <http://e/kept> <http://e/p> 1 }").status_code == 204
        bearer = first.bearer["admin"]
    from service.app import create_app
    from service.settings import Settings

    with TestClient(create_app(Settings(data=data))) as again:
        assert ask(again, "ASK { <http://e/kept> ?p 1 }").json()["boolean"] is True
    with TestClient(create_app(Settings(data=data, read_only=True))) as reading:
        headers = {**UPDATE, **bearer}
        answer = reading.post("/sparql", content="DROP ALL", headers=headers)
        assert answer.status_code == 409
