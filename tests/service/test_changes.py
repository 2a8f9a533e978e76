"""`/changes`: the feed of changes over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.feed import STREAM
from ihubkg.terms import expand
from tests.conformance.rebuilding import MEMBER, Rebuilt
from tests.service.writable import Writable, writable

NODE = ox.NamedNode(expand("tree:node"))
TRIG = {"accept": "application/trig"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writable]:
    """A service to write to."""
    with writable(tmp_path_factory.mktemp("changes") / "data", query_seconds=10.0) as opened:
        yield opened


def pages(client: TestClient) -> list[str]:
    root = client.get("/changes", headers=TRIG)
    assert root.status_code == 200
    quads = ox.parse(root.content, format=ox.RdfFormat.TRIG)
    nodes = {q.object.value for q in quads if q.predicate == NODE}
    return sorted((urlsplit(node).path for node in nodes), key=lambda p: int(p.rpartition("/")[2]))


def rebuilt(client: TestClient) -> Rebuilt:
    result = Rebuilt()
    for path in pages(client):
        answer = client.get(path, headers=TRIG)
        result.read(ox.parse(answer.content, format=ox.RdfFormat.TRIG))
    return result


def version(client: TestClient) -> str:
    return str(client.get("/dumps/", headers={"accept": "application/json"}).json()["version"])


def test_the_feed_gives_the_dataset(client: TestClient) -> None:
    found = rebuilt(client)
    assert found.version == version(client)
    assert len(found.members) > 4000


def test_publications_follow_and_full_pages_stay(held: Writable) -> None:
    client = held.client
    first = pages(client)
    kept = {path: client.get(path, headers=TRIG) for path in first}
    members = len(rebuilt(client).members)
    for update in (
        "INSERT DATA { <http://e/a> <http://e/p> [ <http://e/q> 1 ] }",
        """DELETE { GRAPH ?g { ?s <https://w3id.org/ihub4schools/ontology#methodFormat> ?o } }
           WHERE { GRAPH ?g { ?s <https://w3id.org/ihub4schools/ontology#methodFormat> ?o } }""",
        "DELETE WHERE { <http://e/a> ?p ?o . ?o ?q ?v }",
    ):
        answer = client.post("/sparql", data={"update": update}, headers=held.bearer["admin"])
        assert answer.status_code in (200, 204)
    found = rebuilt(client)
    assert found.version == version(client)
    assert len(found.members) > members + 2
    for path in first[:-1]:
        again = client.get(path, headers=TRIG)
        assert again.content == kept[path].content
        assert again.headers["etag"] == kept[path].headers["etag"]
    last = client.get(first[-1], headers=TRIG)
    assert last.headers["etag"] != kept[first[-1]].headers["etag"]


def test_a_full_page_may_be_kept_for_ever(client: TestClient) -> None:
    first, last = client.get("/changes/1"), client.get(pages(client)[-1])
    assert "immutable" in first.headers["cache-control"]
    assert "immutable" not in last.headers["cache-control"]
    assert "immutable" not in client.get("/changes").headers["cache-control"]
    for answer in (first, last):
        etag = {"if-none-match": answer.headers["etag"]}
        assert client.get(answer.request.url.path, headers=etag).status_code == 304
    assert '</changes/2>; rel="next"' in first.headers["link"]
    assert 'rel="next"' not in last.headers["link"]


@pytest.mark.parametrize("path", ["/changes", "/changes/2"])
def test_all_forms_hold_the_same_members(client: TestClient, path: str) -> None:
    found = []
    for fmt in (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD):
        answer = client.get(path, headers={"accept": fmt.media_type})
        assert answer.status_code == 200
        dataset = ox.Dataset(ox.parse(answer.content, format=fmt))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found.append(dataset)
    assert found[0] == found[1] == found[2]
    members = [*found[0].quads_for_subject(STREAM)]
    assert sum(quad.predicate == MEMBER for quad in members) == (250 if path != "/changes" else 0)


@pytest.mark.parametrize("path", ["/changes", "/changes/1"])
def test_people_see_a_page(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.count("<h1>") == 1
    for target in set(re.findall(r'href="(/changes[^"#]*)', page.text)):
        assert client.get(target.replace("&amp;", "&")).status_code == 200


def test_a_record_leads_to_the_thing(client: TestClient) -> None:
    quads = ox.parse(client.get("/changes/1").content, format=ox.RdfFormat.TRIG)
    version_of = expand("dcterms:isVersionOf")
    record = next(q.object.value for q in quads if q.predicate.value == version_of)
    where = urlsplit(record)
    answer = client.get(f"/changes/record?{where.query}")
    assert answer.status_code == 303
    assert client.get(answer.headers["location"]).status_code == 200
    for about in ("", "javascript:alert(1)", "https://example.org/"):
        assert client.get("/changes/record", params={"about": about}).status_code == 404


@pytest.mark.parametrize("path", ["/changes/0", "/changes/9999", "/changes/none"])
def test_a_page_that_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_has_no_form_that_would_mix_members(client: TestClient) -> None:
    answer = client.get("/changes/1", headers={"accept": "text/turtle"})
    assert answer.status_code == 406
    assert answer.json()["offers"][0] == "application/trig"


def test_a_service_without_folder_begins_as_any_other(client: TestClient, tmp_path: Path) -> None:
    with writable(tmp_path / "data") as other:
        for path in ("/changes", "/changes/1"):
            assert other.client.get(path).headers["etag"] == client.get(path).headers["etag"]


def test_a_publication_gives_new_tags_to_what_it_changed_alone(held: Writable) -> None:
    paths = ["method/digipeda", "method/til", "hub/fi-porvoo", "voc/phase/reflection"]
    tags = {path: held.client.get(f"/doc/{path}.ttl").headers["etag"] for path in paths}
    update = """INSERT DATA { GRAPH <https://w3id.org/ihub4schools/graph/curated> {
      <https://w3id.org/ihub4schools/id/method/til> <http://e/p> "new" } }"""
    held.client.post("/sparql", data={"update": update}, headers=held.bearer["admin"])
    after = {path: held.client.get(f"/doc/{path}.ttl").headers["etag"] for path in tags}
    assert [path for path in tags if tags[path] != after[path]] == ["method/til"]


def test_what_was_withdrawn_is_410_with_a_pointer(held: Writable) -> None:
    put = "INSERT DATA { GRAPH <https://w3id.org/ihub4schools/graph/curated> { %s } }"
    gone = put.replace("INSERT", "DELETE")
    said = '<https://w3id.org/ihub4schools/id/method/passing> <http://e/p> "1"'
    assert held.client.get("/id/method/passing").status_code == 404
    held.client.post("/sparql", data={"update": put % said}, headers=held.bearer["admin"])
    assert held.client.get("/id/method/passing").status_code == 303
    held.client.post("/sparql", data={"update": gone % said}, headers=held.bearer["admin"])
    for path in ("/id/method/passing", "/doc/method/passing.ttl"):
        answer = held.client.get(path)
        assert answer.status_code == 410
        where = re.search(r"/changes/\d+", answer.json()["detail"])
        assert where is not None
        assert "id/method/passing" in held.client.get(where[0]).text
