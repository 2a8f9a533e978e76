"""What a publication does to tags: those of what it changed move, on every replica alike."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.service.writable import Writable, writable

PAGES = (
    *("/", "/methods", "/phases", "/hubs", "/evidence", "/questions", "/about", "/api", "/sparql"),
    *("/ontology", "/shapes", "/doc/", "/dumps/", "/changes", "/graph/curated", "/graph/vocab"),
    *("/questions/methods-for-phase?phase=mapping-needs", "/questions/hubs-with-counts"),
    *("/doc/method", "/doc/hub", "/voc/phase", "/problem/not-found", "/static/site.css"),
)
DATA = (
    *(
        "/catalog",
        "/void",
        "/prefixes",
        "/cite",
        "/openapi.json",
        "/schemas",
        "/schemas/Method.json",
    ),
    *("/context.jsonld", "/sitemap.xml", "/robots.txt", "/llms.txt", "/.well-known/api-catalog"),
    *("/.well-known/sparql-examples", "/graph/interpreted", "/changes/1", "/ontology/0.1.0"),
    *("/questions/hubs-with-counts.csv", "/questions/methods-for-phase.csv?phase=mapping-needs"),
)
UPDATE = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
INSERT DATA { GRAPH <https://w3id.org/ihub4schools/graph/curated> {
  <https://w3id.org/ihub4schools/id/method/til> skos:note "A note that was not there."@en } }"""
BLANK = (
    "INSERT DATA { <https://example.org/a> <https://example.org/b> [ <https://example.org/c> 1 ] }"
)

MOVED: Mapping[str, str] = {
    "/doc/method/til": "the method itself, in every form",
    "/graph/curated": "the graph that the statement is in",
    "/about": "names the dataset version and counts statements",
    "/dumps/": "names the dataset version, sizes and checksums",
    "/changes": "has a publication more",
    "/catalog": "names the dataset version, sizes and checksums of dumps",
    "/void": "names the dataset version and counts statements",
    "/questions/methods-for-phase?phase=mapping-needs": "its permalink names the version",
    "/questions/hubs-with-counts": "its permalink names the version",
    "/sparql": "leads to the terms of the version, for the editor",
}
"""What moves when a method gets a note, and why."""


@dataclass(frozen=True)
class Seen:
    """What a client holds: the tag and the bytes of an answer, and since when it is so."""

    tag: str
    content: bytes
    modified: str


def documents(client: TestClient) -> list[str]:
    """Return documents of every kind, and all of the methods."""
    kinds = client.get("/doc/", headers={"accept": "application/ld+json"}).json()["member"]
    found = []
    for name in sorted(kind["title"] for kind in kinds):
        size = 100 if name == "method" else 2
        listed = client.get(f"/doc/{name}.jsonld?size={size}").json()["member"]
        found += [f"/doc/{name}/{entry['id'].rpartition('/')[2]}" for entry in listed]
    return [*found, "/doc/voc/phase/mapping-needs", "/doc/voc/role/mentor"]


def walk(client: TestClient) -> dict[tuple[str, str], Seen]:
    """Return what a client gets that walks all pages and documents, by path and form."""
    things = documents(client)
    asked = [(path, "text/html") for path in (*PAGES, *things)]
    asked += [(path, form) for path in things for form in ("text/turtle", "application/n-triples")]
    asked += [(path, "*/*") for path in DATA]
    found = {}
    for path, form in asked:
        answer = client.get(path, headers={"accept": form})
        assert answer.status_code == 200, path
        tag = answer.headers.get("etag", "")
        found[path, form] = Seen(tag, answer.content, answer.headers.get("last-modified", ""))
    return found


def publish(service: Writable, update: str) -> None:
    """Make a publication."""
    answer = service.client.post(
        "/sparql", data={"update": update}, headers=service.bearer["admin"]
    )
    assert answer.status_code == 204, answer.text


@dataclass(frozen=True)
class Replicas:
    """Two services with folders of their own, and what a walk over each found when."""

    services: tuple[Writable, Writable]
    before: Mapping[tuple[str, str], Seen]
    after: Mapping[tuple[str, str], Seen]


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """Two replicas that made the same publication; the first was walked before it too."""
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(writable(tmp_path_factory.mktemp("replica"))) for _ in range(2)
        )
        before = walk(one.client)
        for service in (one, two):
            publish(service, UPDATE)
        yield Replicas((one, two), before, walk(one.client))


def test_every_answer_has_a_strong_tag(replicas: Replicas) -> None:
    weak = {path for (path, _), seen in replicas.before.items() if not seen.tag.startswith('"')}
    assert weak <= {"/sparql"}


def test_a_tag_moves_where_the_answer_did_and_nowhere_else(replicas: Replicas) -> None:
    for asked, seen in replicas.before.items():
        now = replicas.after[asked]
        assert (seen.tag == now.tag) == (seen.content == now.content), asked


def test_what_a_publication_moves_is_what_it_changed(replicas: Replicas) -> None:
    changed = {a[0] for a, seen in replicas.before.items() if replicas.after[a].tag != seen.tag}
    assert changed == set(MOVED)


def test_since_when_follows_the_publication(replicas: Replicas) -> None:
    touched = [asked for asked in replicas.before if asked[0] == "/doc/method/til"]
    others = [a for a in replicas.before if a[0].startswith("/doc/method/") and a not in touched]
    before, after = replicas.before, replicas.after
    assert all(after[asked].modified != before[asked].modified for asked in touched)
    assert all(after[asked].modified == before[asked].modified for asked in others)


def test_a_client_that_held_it_is_told_the_truth(replicas: Replicas) -> None:
    client = replicas.services[0].client
    for (path, form), seen in replicas.before.items():
        headers = {"accept": form, "if-none-match": seen.tag}
        told = client.get(path, headers=headers).status_code
        moved = replicas.after[path, form].tag != seen.tag
        assert told == (200 if moved else 304), path


def test_replicas_agree(replicas: Replicas) -> None:
    theirs = walk(replicas.services[1].client)
    differ = {a[0] for a, seen in replicas.after.items() if theirs[a].tag != seen.tag}
    assert differ == {"/changes"}, "the feed alone says when each replica made its publications"


def test_replicas_agree_on_blank_nodes(replicas: Replicas) -> None:
    said = []
    for service in replicas.services:
        publish(service, BLANK)
        asked = [
            ("/store?default", "application/n-triples"),
            ("/dumps/ihubkg.nq.gz", "*/*"),
            ("/graph/shapes", "application/n-triples"),
            ("/graph/shapes", "application/ld+json"),
        ]
        said.append([service.client.get(p, headers={"accept": a}) for p, a in asked])
    for one, two in list(zip(*said, strict=True))[1:]:
        assert one.headers["etag"] == two.headers["etag"], one.url


def test_dumps_are_made_without_being_asked_for(tmp_path: Path) -> None:
    with writable(tmp_path) as service:
        publish(service, UPDATE)
        for _ in range(600):
            if any(tmp_path.glob("dumps/sha256-*/dumps.json")):
                break
            time.sleep(0.1)
        made = {path.parent.name for path in tmp_path.glob("dumps/*/dumps.json")}
        listed = service.client.get("/dumps/", headers={"accept": "application/json"}).json()
        assert made == {listed["version"]}


def test_a_download_that_breaks_off_goes_on(replicas: Replicas) -> None:
    client = replicas.services[0].client
    with client.stream("GET", "/dumps/ihubkg.nq.zst") as answer:
        tag = answer.headers["etag"]
        begun = next(answer.iter_raw(5_000))
    headers = {"range": f"bytes={len(begun)}-", "if-range": tag}
    rest = client.get("/dumps/ihubkg.nq.zst", headers=headers)
    assert rest.status_code == 206
    whole = begun + rest.content
    assert hashlib.sha256(whole).hexdigest() == tag.strip('"')
    other = client.get("/dumps/ihubkg.nq.zst", headers={**headers, "if-range": '"older"'})
    assert (other.status_code, len(other.content)) == (200, len(whole))
