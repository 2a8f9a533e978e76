"""`/store`: the Graph Store Protocol over HTTP."""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from tests.service.writable import Writable, writable

TURTLE = {"Content-Type": "text/turtle"}
DOCUMENT = '<http://e/a> <http://e/p> "1" ; <http://e/q> [ <http://e/p> "2" ] .'


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writable]:
    """A service to write to."""
    with writable(tmp_path_factory.mktemp("store") / "data", upload_bytes=100_000) as opened:
        yield opened


def size(held: Writable, address: str) -> int | None:
    answer = held.client.get(address, headers={"Accept": "text/turtle"})
    if answer.status_code == 404:
        return None
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return len(list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE)))


@pytest.mark.parametrize(
    "address", ["/store?graph=http%3A%2F%2Fe%2Fg", "/store/made/of/path", "/store?default"]
)
def test_a_graph_is_put_read_added_to_and_removed(held: Writable, address: str) -> None:
    named = address != "/store?default"
    write = {**TURTLE, **held.bearer["maintainer"]}
    first = held.client.put(address, content=DOCUMENT, headers=write)
    assert first.status_code == (201 if named else 204)
    assert size(held, address) == 3
    again = held.client.put(address, content="<http://e/a> <http://e/p> 1 .", headers=write)
    assert again.status_code == 204
    assert size(held, address) == 1
    added = held.client.post(address, content="<http://e/b> <http://e/p> 1 .", headers=write)
    assert added.status_code == 204
    assert size(held, address) == 2
    head = held.client.head(address, headers={"Accept": "text/turtle"})
    assert (head.status_code, head.content) == (200, b"")
    assert held.client.delete(address, headers=write).status_code == 204
    assert size(held, address) == (None if named else 0)
    assert held.client.delete(address, headers=write).status_code == (404 if named else 204)


def test_the_path_is_the_very_iri(held: Writable) -> None:
    write = {**TURTLE, **held.bearer["maintainer"]}
    held.client.put("/store/a%20b/c", content="<> <http://e/p> <x> .", headers=write)
    answer = held.client.get("/store/a%20b/c", headers={"Accept": "application/n-triples"})
    root = "http://127.0.0.1:8000/store/a%20b"
    assert answer.text == f"<{root}/c> <http://e/p> <{root}/x> .\n"
    asked = held.client.get(
        "/sparql", params={"query": f"ASK {{ GRAPH <{root}/c> {{ ?s ?p ?o }} }}"}
    )
    assert asked.json()["boolean"] is True


def test_post_to_the_store_makes_a_graph(held: Writable) -> None:
    write = {**TURTLE, **held.bearer["maintainer"]}
    made = held.client.post("/store", content=DOCUMENT, headers=write)
    assert made.status_code == 201
    path = made.headers["location"].removeprefix("http://127.0.0.1:8000")
    assert size(held, path) == 3
    assert (
        held.client.post("/store", content=DOCUMENT, headers=write).headers["location"]
        != (made.headers["location"])
    )


def test_several_documents_come_in_one_form(held: Writable) -> None:
    files = [
        ("a", ("a.ttl", "<http://e/a> <http://e/p> 1 .", "text/turtle")),
        ("b", ("b.nt", "<http://e/b> <http://e/p> <http://e/c> .", "application/n-triples")),
    ]
    address = "/store?graph=http://e/several"
    answer = held.client.post(address, files=files, headers=held.bearer["maintainer"])
    assert answer.status_code == 201
    assert size(held, address) == 2


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("editor", 403), ("reviewer", 403)])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_needs_a_token_that_may(
    held: Writable, method: str, role: str | None, status: int
) -> None:
    headers = {**TURTLE, **(held.bearer[role] if role else {})}
    curated = "/store?graph=https://w3id.org/ihub4schools/graph/curated"
    before = size(held, curated)
    content = "" if method == "DELETE" else DOCUMENT
    answer = held.client.request(method, curated, content=content, headers=headers)
    assert answer.status_code == status
    assert size(held, curated) == before


@pytest.mark.parametrize(
    ("address", "content_type", "content", "status"),
    [
        ("/store?graph=http://e/x", "text/turtle", "<http://e/a> <http://e/p> .", 400),
        ("/store?graph=http://e/x", "text/html", "<p>", 415),
        ("/store?graph=http://e/x", "", DOCUMENT, 415),
        ("/store?graph=http://e/x", "text/turtle; charset=latin-1", DOCUMENT, 415),
        ("/store?graph=http://e/x", "text/turtle", "# " + "x" * 200_000, 413),
        ("/store?graph=http://e/x", "application/ld+json", '{"@context": "http://e/c"}', 400),
        ("/store?graph=relative", "text/turtle", DOCUMENT, 422),
        ("/store?graph=http://e/x&default", "text/turtle", DOCUMENT, 422),
        ("/store", "text/turtle", DOCUMENT, 422),
        ("/store?graph=https://w3id.org/ihub4schools/graph/inferred", "text/turtle", DOCUMENT, 409),
    ],
)
def test_what_cannot_be_taken_is_refused_and_changes_nothing(
    held: Writable, address: str, content_type: str, content: str, status: int
) -> None:
    version = held.client.get("/sparql?query=ASK{}").headers["x-dataset-version"]
    headers = {**held.bearer["maintainer"], "Content-Type": content_type}
    answer = held.client.put(address, content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert held.client.get("/sparql?query=ASK{}").headers["x-dataset-version"] == version


def test_a_graph_that_is_not_there(held: Writable) -> None:
    assert held.client.get("/store?graph=http://e/none").status_code == 404
    assert held.client.head("/store?graph=http://e/none").status_code == 404
    assert held.client.get("/store").status_code == 422


def test_every_form_and_304(held: Writable) -> None:
    address = "/store?graph=https://w3id.org/ihub4schools/graph/vocab"
    for media_type in ("application/n-triples", "application/rdf+xml"):
        answer = held.client.get(address, headers={"Accept": media_type})
        fmt = ox.RdfFormat.from_media_type(media_type)
        assert len(list(ox.parse(answer.content, format=fmt))) == size(held, address)
    tag = answer.headers["etag"]
    again = held.client.get(address, headers={"Accept": media_type, "If-None-Match": tag})
    assert again.status_code == 304
    assert held.client.get(address, headers={"Accept": "text/html"}).status_code == 406
    assert held.client.patch(address).status_code == 405
    assert "PUT" in held.client.options(address).headers["allow"]
