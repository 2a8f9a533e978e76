"""The service as a whole: what holds for every path."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.guard import POLICY

PAGES = [
    "/",
    "/methods",
    "/methods?phase=mapping-needs&time=PT3H",
    "/phases",
    "/hubs",
    "/evidence",
    "/about",
    "/questions",
    "/questions/phases-in-order",
    "/validate",
    "/api",
    "/doc/method/digipeda",
    "/doc/voc/phase/reflection",
    "/voc/phase",
    "/graph/interpreted",
    "/ontology",
    "/shapes",
    "/problem/not-found",
]
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.text.count("<h1") == 1
    assert '<html lang="en">' in answer.text
    assert '<a class="skip" href="#content">' in answer.text
    assert "independent description" in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/context.jsonld", "/openapi.json", "/void", "/dumps/"])
def test_every_path_answers_head_and_304(client: TestClient, path: str) -> None:
    got = client.get(path, headers=BROWSER)
    head = client.head(path, headers=BROWSER)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    again = client.get(path, headers={**BROWSER, "if-none-match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_style_of_pages_may_be_kept_for_ever(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER).text
    address = page.split('<link rel="stylesheet" href="')[1].partition('"')[0]
    style = client.get(address)
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert "immutable" not in client.get("/static/site.css").headers["cache-control"]
    held = {"if-none-match": style.headers["etag"]}
    assert client.get(address, headers=held).status_code == 304
    assert client.get("/static/../app.py").status_code == 404


def test_a_page_that_is_not_there_is_a_problem(client: TestClient) -> None:
    assert client.get("/nowhere").json()["title"] == "There is nothing here"
    page = client.get("/nowhere", headers=BROWSER)
    assert (page.status_code, "There is nothing here" in page.text) == (404, True)
    assert client.post("/methods").status_code == 405


def test_an_upload_beyond_its_limit_is_refused_early(client: TestClient) -> None:
    sent = 0

    def hundred_megabytes() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * 1024 * 1024:
            sent += 65_536
            yield b"x" * 65_536

    answer = client.post(
        "/validate",
        content=hundred_megabytes(),
        headers={"content-type": "text/turtle"},
    )
    assert answer.status_code == 413
    assert "run ihubkg on your own machine" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/doc/hub/por-voo", "por voo"),
        ("/a%E2%80%AEb", ""),
        ("/%22%3E%3Cb%3E", "&#34;&gt;&lt;b&gt;"),
    ],
)
def test_a_dead_end_offers_to_search_for_what_was_meant(
    client: TestClient, path: str, word: str
) -> None:
    text = client.get(path, headers=BROWSER).text
    assert f'name="q" type="search" maxlength="200" value="{word}"' in text
