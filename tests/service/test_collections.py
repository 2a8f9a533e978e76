"""`/doc/{kind}`: lists of things."""

import re

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.terms import BASE, thing

JSON = {"accept": "application/ld+json"}
MEMBER = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#member")


def rels(header: str) -> dict[str, str]:
    return {rel: target for target, rel in re.findall(r'<([^>]*)>; rel="([a-z]+)"', header)}


def test_kinds_are_counted(client: TestClient) -> None:
    tree = client.get("/doc/", headers=JSON).json()
    counts = {member["title"]: member["entities"] for member in tree["member"]}
    assert counts["method"] == 9
    assert counts["hub"] == 5
    assert sum(counts.values()) == tree["entities"]
    assert client.get("/doc").headers["location"] == "/doc/"


def test_walking_the_pages_meets_each_thing_once(client: TestClient) -> None:
    path, found = "/doc/citation?size=100", []
    while path:
        answer = client.get(path, headers=JSON)
        assert answer.status_code == 200
        found += [member["id"] for member in answer.json()["member"]]
        path = rels(answer.headers["link"]).get("next", "")
    assert len(found) == len(set(found)) == int(answer.headers["x-total-count"])
    assert len(found) > 500
    assert rels(answer.headers["link"])["first"] == "/doc/citation?page=1&size=100"


@pytest.mark.parametrize("path", ["/doc/", "/doc/method", "/doc/hub?sort=-slug"])
def test_all_forms_name_the_same_members(client: TestClient, path: str) -> None:
    said = []
    for media_type in (
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        JSON["accept"],
    ):
        answer = client.get(path, headers={"accept": media_type})
        fmt = ox.RdfFormat.from_media_type(media_type)
        said.append({str(quad.triple) for quad in ox.parse(answer.content, format=fmt)})
    assert len(said[0]) > 5
    assert all(one == said[0] for one in said)
    page = client.get(path, headers={"accept": "text/html"})
    assert page.text.count("<h1>") == 1


def test_a_list_is_filtered_and_sorted(client: TestClient) -> None:
    tree = client.get("/doc/method?q=digital%20accelerator", headers=JSON).json()
    assert [member["id"] for member in tree["member"]] == [thing("method", "digital-accelerator")]
    up = client.get("/doc/school?sort=name", headers=JSON).json()["member"]
    down = client.get("/doc/school?sort=-name", headers=JSON).json()["member"]
    assert up == down[::-1]
    some = client.get("/doc/organisation?class=Organisation", headers=JSON).json()
    assert 0 < some["entities"] <= client.get("/doc/organisation", headers=JSON).json()["entities"]


def test_a_suffix_chooses_the_form(client: TestClient) -> None:
    answer = client.get("/doc/method.ttl", headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/turtle")
    members = [
        q for q in ox.parse(answer.content, format=ox.RdfFormat.TURTLE) if q.predicate == MEMBER
    ]
    assert {quad.subject.value for quad in members} == {f"{BASE}doc/method"}


def test_who_holds_the_list_gets_304(client: TestClient) -> None:
    first = client.get("/doc/method")
    again = client.get("/doc/method", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["link"] == first.headers["link"]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/doc/unicorn", 404, "method"),
        ("/doc/method?page=99", 404, "page 1"),
        ("/doc/method?page=0", 422, "page"),
        ("/doc/method?size=5000", 422, "size"),
        ("/doc/method?sort=colour", 422, "-date"),
        ("/doc/method?colour=red", 422, "colour"),
        ("/doc/organisation?class=Unicorn", 422, "Organisation"),
    ],
)
def test_bad_wishes_are_told_what_would_do(
    client: TestClient, path: str, status: int, told: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert told in answer.text
