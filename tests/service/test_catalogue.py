"""What there is, for machines: catalogue, dataset, dumps, sitemap."""

import gzip
import hashlib
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.terms import BASE

KINDS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


@pytest.mark.parametrize("path", ["/catalog", "/void"])
def test_says_the_same_in_every_format(client: TestClient, path: str) -> None:
    """Four formats, one graph."""
    graphs = set()
    for media_type, kind in KINDS.items():
        got = client.get(path, headers={"Accept": media_type})
        assert got.headers["content-type"].startswith(media_type)
        dataset = ox.Dataset(ox.parse(got.content, format=kind))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        graphs.add(tuple(sorted(map(str, dataset))))
    assert len(graphs) == 1


def test_well_known_addresses(client: TestClient) -> None:
    """Agents find the dataset and the interfaces where conventions say."""
    found = client.get("/.well-known/void")
    assert (found.status_code, found.headers["location"]) == (303, "/void")
    listed = client.get("/.well-known/api-catalog")
    assert listed.headers["content-type"].startswith("application/linkset+json")
    assert {entry["anchor"].rpartition("/")[2] for entry in listed.json()["linkset"]} == {
        "questions",
        "sparql",
    }


def test_dumps_can_be_checked(client: TestClient) -> None:
    """Each file of the list has the size and the digest that the list gives."""
    listed = client.get("/dumps/").json()
    sums = client.get("/dumps/SHA256SUMS").text
    for dump in listed["dumps"]:
        got = client.get(f"/dumps/{dump['name']}", headers={"Accept-Encoding": "identity"})
        assert len(got.content) == dump["bytes"]
        assert hashlib.sha256(got.content).hexdigest() == dump["sha256"]
        assert f"{dump['sha256']}  {dump['name']}" in sums


def test_dumps_are_listed_for_people(client: TestClient) -> None:
    """The page links every file."""
    page = client.get("/dumps/", headers={"Accept": "text/html"}).text
    for dump in client.get("/dumps/").json()["dumps"]:
        assert f'href="/dumps/{dump["name"]}"' in page


def test_a_download_can_go_on(client: TestClient) -> None:
    """A range is served, one past the end is refused with the size."""
    path = "/dumps/ihubkg.nq.gz"
    whole = client.get(path)
    size = len(whole.content)
    rest = client.get(path, headers={"Range": f"bytes={size - 10}-"})
    assert (rest.status_code, rest.content) == (206, whole.content[-10:])
    past = client.get(path, headers={"Range": f"bytes={size + 5}-"})
    assert past.status_code == 416
    held = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert held.status_code == 304
    assert gzip.decompress(whole.content).startswith(b"<")


def test_an_unknown_dump_names_what_there_is(client: TestClient) -> None:
    """404, with the names of the files."""
    got = client.get("/dumps/ihubkg.csv")
    assert got.status_code == 404
    assert "ihubkg.nq.gz" in str(got.json())


def test_sitemap_names_pages_that_answer(client: TestClient) -> None:
    """Every tenth address is asked; none is missing."""
    tree = ET.fromstring(client.get("/sitemap.xml").content)
    addresses = [node.text or "" for node in tree.iter() if node.tag.endswith("loc")]
    assert len(addresses) == len(set(addresses)) > 500
    for address in addresses[::40]:
        path = "/" + address.partition("127.0.0.1:8000/")[2]
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path


def test_robots_and_language_models_are_told(client: TestClient) -> None:
    """Crawlers stay off the query paths; models are told to cite."""
    assert "Disallow: /sparql" in client.get("/robots.txt").text
    text = client.get("/llms.txt").text
    assert "methods-for-phase" in text
    assert "Cite" in text


def test_prefixes(client: TestClient) -> None:
    """The one table, as JSON and as Turtle."""
    assert client.get("/prefixes").json()["ihub"] == f"{BASE}ontology#"
    turtle = client.get("/prefixes", headers={"Accept": "text/turtle"})
    assert f"@prefix ihub: <{BASE}ontology#> ." in turtle.text


@pytest.mark.parametrize(
    "path",
    [
        *("/robots.txt", "/llms.txt", "/prefixes", "/sitemap.xml", "/.well-known/api-catalog"),
        *("/catalog", "/void", "/dumps/", "/dumps/SHA256SUMS", "/dumps/ihubkg.nq.zst"),
    ],
)
def test_whoever_holds_it_is_told_so(client: TestClient, path: str) -> None:
    """A strong tag on everything for machines, and 304 for it."""
    tag = client.get(path).headers["etag"]
    assert tag.startswith('"')
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_lists_of_things_changes_and_schemas_are_named(client: TestClient) -> None:
    """Crawlers and models find the collections."""
    sitemap, llms = client.get("/sitemap.xml").text, client.get("/llms.txt").text
    for name in ("doc/", "changes", "schemas"):
        assert f"8000/{name}</loc>" in sitemap
        assert f"8000/{name})" in llms
    assert "8000/voc/strength</loc>" in sitemap
