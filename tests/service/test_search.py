"""/search: a page and JSON, in step with what is published, calm whatever is asked."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ihubkg.search import Index
from tests.service.writable import writable

PAGE = {"accept": "text/html"}


def test_json_says_what_each_thing_is_and_why_it_was_found(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "digipeda"})
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    first = found["results"][0]
    assert first["iri"] == "https://w3id.org/ihub4schools/id/method/digipeda"
    assert first["href"] == "/doc/method/digipeda"
    assert first["label"] == {"text": "Digipeda workshop", "lang": "en"}
    assert first["kind"] == {"name": "method", "label": "method"}
    assert first["snippet"]["text"]
    assert found["total"] == sum(found["kinds"].values())
    assert client.get(first["href"]).status_code == 200


def test_the_page_groups_by_kind_and_marks_words(client: TestClient) -> None:
    page = client.get("/search", params={"q": "mentring"}, headers=PAGE).text
    assert "<mark>Mentoring</mark>" in page
    assert ">mentoring</a> finds." in page
    assert page.count('<h2 class="section"') > 2


def test_the_page_without_words_is_a_form(client: TestClient) -> None:
    for query in ("", "?q=", "?q=%20"):
        answer = client.get(f"/search{query}", headers=PAGE)
        assert answer.status_code == 200
        assert 'name="q"' in answer.text
        assert 'role="status"' not in answer.text
    assert client.get("/search?q=").json()["results"] == []


def test_every_page_has_the_box(client: TestClient) -> None:
    for path in ("/", "/methods", "/nowhere", "/sparql"):
        page = client.get(path, headers=PAGE).text
        assert 'role="search" action="/search" method="get"' in page, path


def test_pages_are_linked_and_complete(client: TestClient) -> None:
    address = "/search?q=school&size=50"
    seen: list[str] = []
    total = 0
    while address:
        answer = client.get(address)
        total = int(answer.headers["x-total-count"])
        seen += [result["iri"] for result in answer.json()["results"]]
        links = answer.headers["link"].split(", ")
        address = next((part[1 : part.index(">")] for part in links if 'rel="next"' in part), "")
    assert len(seen) == len(set(seen)) == total > 100


@pytest.mark.parametrize(
    "query",
    ["q=" + "x" * 201, "q=x&page=0", "q=x&page=two", "q=x&size=101", "q=x&page=99999999999", "w=x"],
)
def test_what_does_not_do_is_refused_with_its_name(client: TestClient, query: str) -> None:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] in ("q", "page", "size", "w")


def test_a_page_of_letters_is_refused_with_the_limit(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "x" * 60_000})
    assert answer.status_code == 422
    assert "60,000 characters; the limit is 200" in answer.json()["errors"][0]["reason"]


@pytest.mark.parametrize("query", ['"', "NEAR(", "name:x*", "<script>alert(1)</script>", "%00"])
def test_signs_are_text(client: TestClient, query: str) -> None:
    answer = client.get(f"/search?q={query}", headers=PAGE)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_it_says_so_when_nothing_is_found(client: TestClient) -> None:
    page = client.get("/search?q=Dgptwrkshp", headers=PAGE).text
    assert "Nothing here has “Dgptwrkshp”" in page
    assert "Did you mean" in page
    page = client.get("/search?q=digipeda&kind=hub", headers=PAGE).text
    assert "among things of this kind" in page


def test_an_answer_is_kept_by_who_has_it(client: TestClient) -> None:
    answer = client.get("/search?q=digipeda")
    again = client.get("/search?q=digipeda", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_next_search_after_a_write_sees_it(tmp_path: Path) -> None:
    turtle = "<http://example.org/kratt> <http://www.w3.org/2004/02/skos/core#prefLabel> "
    with writable(tmp_path / "data") as service:
        find = "/search?q=kratimeister"
        assert service.client.get(find).json()["total"] == 0
        for where, text, total in (
            ("graph=http://example.org/g", '"Kratimeister"@et .', 0),  # a graph of its own
            ("default", '"Kratimeister"@et .', 1),
            ("default", '"Other"@en .', 0),
        ):
            answer = service.client.put(
                f"/store?{where}",
                content=turtle + text,
                headers={**service.bearer["maintainer"], "content-type": "text/turtle"},
            )
            assert answer.status_code < 300, answer.text
            assert service.client.get(find).json()["total"] == total
    index = Index(tmp_path / "data")  # what was there when the service ended
    assert [hit.label for hit in index.find("other", kind="other").hits][:1] == ["Other"]
    index.close()
