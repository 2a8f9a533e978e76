from datetime import UTC, datetime, timedelta

import pytest
import zstandard
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from service import render
from service.negotiate import DOCUMENT, TURTLE, choose, languages
from service.render import Answering, Body, Cache, answer, dated, key, link


class Page:
    """A route whose builds are counted."""

    def __init__(self) -> None:
        self.builds = 0
        self.cache = Cache(10_000)
        self.version = "sha256-1"
        self.text = "as it is"
        self.modified: datetime | None = None

    async def __call__(self, request: Request) -> Response:
        offer = choose(request, DOCUMENT)
        how = Answering(
            key(self.version, request, offer, languages(request)),
            vary=("Accept", "Accept-Language"),
            links=[link("/doc/x.ttl", rel="alternate", type="text/turtle")],
            headers={"X-Dataset-Version": self.version},
        )
        return await answer(request, how, self.cache, lambda: self.build(offer.media_type))

    def build(self, media_type: str) -> Body:
        self.builds += 1
        told = f"{media_type}\n{self.text}\n".encode()
        headers = {"X-Result-Truncated": "rows"}
        return Body(told, media_type, headers, self.modified, 422 if self.text == "wrong" else 200)


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def client(page: Page) -> TestClient:
    async def endpoint(request: Request) -> Response:
        return await page(request)

    return TestClient(Starlette(routes=[Route("/doc/x", endpoint)]))


def test_an_answer_carries_what_caches_need(client: TestClient) -> None:
    first = client.get("/doc/x")
    assert first.headers["content-type"] == "text/turtle; charset=utf-8"
    assert first.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["link"] == '</doc/x.ttl>; rel="alternate"; type="text/turtle"'
    assert first.headers["x-result-truncated"] == "rows"
    assert first.headers["etag"].startswith('"')


def test_the_same_form_is_built_once(client: TestClient, page: Page) -> None:
    assert client.get("/doc/x").content == client.get("/doc/x?_mediatype=ttl").content
    assert page.builds == 1
    client.get("/doc/x?_mediatype=html")
    assert page.builds == 2


@pytest.mark.parametrize("held", ["{tag}", "W/{tag}", '"other", {tag}'])
def test_who_holds_the_answer_gets_304_without_a_build(
    client: TestClient, page: Page, held: str
) -> None:
    first = client.get("/doc/x")
    second = client.get("/doc/x", headers={"if-none-match": held.format(tag=first.headers["etag"])})
    assert second.status_code == 304
    assert second.content == b""
    assert page.builds == 1
    for name in ("etag", "vary", "link", "cache-control"):
        assert second.headers[name] == first.headers[name]


def test_a_publication_gives_a_new_tag_only_where_it_changed_something(
    client: TestClient, page: Page
) -> None:
    first = client.get("/doc/x").headers["etag"]
    page.version = "sha256-2"
    same = client.get("/doc/x", headers={"if-none-match": first})
    assert (same.status_code, same.headers["x-dataset-version"]) == (304, "sha256-2")
    page.version, page.text = "sha256-3", "other"
    other = client.get("/doc/x", headers={"if-none-match": first})
    assert other.status_code == 200
    assert other.headers["etag"] != first


def test_two_replicas_give_the_same_tag(client: TestClient, page: Page) -> None:
    first = client.get("/doc/x").headers["etag"]
    page.cache = Cache(10_000)
    assert client.get("/doc/x").headers["etag"] == first


def test_what_is_too_large_to_keep_is_built_again_and_has_its_tag(
    client: TestClient, page: Page
) -> None:
    page.text = "x" * 5_000
    whole = {"accept-encoding": "identity"}
    first, second = (client.get("/doc/x", headers=whole) for _ in range(2))
    assert page.builds == 2
    assert first.content == second.content
    again = client.get("/doc/x", headers={**whole, "if-none-match": first.headers["etag"]})
    assert (again.status_code, page.builds) == (304, 2)


def test_a_long_answer_is_compressed_for_who_takes_that(client: TestClient, page: Page) -> None:
    page.text = "x" * 3_000
    tags = set()
    for header, wanted in (
        ("identity", None),
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("zstd;q=0, gzip;q=0.0, br", None),
        ("", None),
    ):
        got = client.get("/doc/x", headers={"accept-encoding": header})
        assert got.headers.get("content-encoding") == wanted
        content = got.content
        if wanted == "zstd":  # which this client does not unpack by itself
            content = zstandard.ZstdDecompressor().decompress(content, max_output_size=10_000)
        assert content.decode() == f"text/turtle\n{page.text}\n"
        tag = got.headers["etag"]
        tags.add(tag)
        again = client.get("/doc/x", headers={"accept-encoding": header, "if-none-match": tag})
        assert again.status_code == 304
        assert "content-encoding" not in again.headers
    assert len(tags) == 3
    held = {"accept-encoding": "identity", "if-none-match": tag}
    assert client.get("/doc/x", headers={**held, "accept-encoding": "gzip"}).status_code == 200
    assert client.get("/doc/x", headers=held).status_code == 304


def test_a_short_answer_is_sent_as_it_is(client: TestClient, page: Page) -> None:
    got = client.get("/doc/x", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in got.headers
    plain = client.get("/doc/x", headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] == got.headers["etag"]


def test_what_is_no_answer_is_not_kept(client: TestClient, page: Page) -> None:
    page.text = "wrong"
    wrong = client.get("/doc/x")
    assert wrong.status_code == 422
    assert wrong.headers["cache-control"] == "no-store"
    assert "etag" not in wrong.headers
    page.text = "right"
    assert client.get("/doc/x").status_code == 200


def test_another_form_has_another_tag(client: TestClient) -> None:
    other = client.get("/doc/x", headers={"accept": "application/ld+json"})
    assert client.get("/doc/x").headers["etag"] != other.headers["etag"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/doc/x?a=1", {}), ("/doc/x", {"accept-language": "et"}), ("/doc/x", {"host": "other"})],
)
def test_another_request_is_built_anew(
    client: TestClient, page: Page, path: str, headers: dict[str, str]
) -> None:
    client.get("/doc/x")
    client.get(path, headers=headers)
    assert page.builds == 2


SINCE = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)


def test_who_has_what_was_modified_since_gets_304(client: TestClient, page: Page) -> None:
    page.modified = SINCE
    first = client.get("/doc/x")
    assert first.headers["last-modified"] == "Sun, 01 Mar 2026 12:00:01 GMT"
    for date, status in (
        (first.headers["last-modified"], 304),
        ("Sun, 01 Mar 2026 12:00:02 GMT", 304),
        ("Sun, 01 Mar 2026 12:00:00 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ):
        answer = client.get("/doc/x", headers={"if-modified-since": date})
        assert answer.status_code == status, date
    both = {"if-modified-since": first.headers["last-modified"], "if-none-match": '"other"'}
    assert client.get("/doc/x", headers=both).status_code == 200


def test_without_a_time_of_its_own_an_answer_has_that_of_all(
    client: TestClient, page: Page
) -> None:
    page.cache = Cache(10_000, since=lambda: SINCE)
    first = client.get("/doc/x")
    assert first.headers["last-modified"] == "Sun, 01 Mar 2026 12:00:01 GMT"


def test_a_second_that_is_not_over_is_not_named() -> None:
    now = datetime.now(UTC)
    assert dated(now) is None
    assert dated(None) is None
    assert dated(now + timedelta(hours=1)) is None
    assert dated(now - timedelta(seconds=2)) is not None


def test_the_order_of_arguments_does_not_matter(client: TestClient, page: Page) -> None:
    client.get("/doc/x?a=1&b=2")
    client.get("/doc/x?b=2&a=1")
    assert page.builds == 1


def test_arguments_cannot_imitate_each_other(client: TestClient, page: Page) -> None:
    client.get("/doc/x", params={"a": "1&1:b=2"})
    client.get("/doc/x", params={"a": "1", "b": "2"})
    assert page.builds == 2


def test_head_is_get_without_the_body(client: TestClient) -> None:
    get, head = client.get("/doc/x"), client.head("/doc/x")
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


def body(size: int, letter: str = "x") -> Body:
    return Body(letter.encode() * size, TURTLE.media_type)


def test_the_cache_drops_what_was_used_least() -> None:
    cache = Cache(100)
    tags = {name: cache.put(name, body(25, name)).tag for name in "abcd"}
    assert cache.get(tags["a"]) is not None
    cache.put("e", body(25, "e"))
    assert cache.get(tags["b"]) is None
    assert cache.get(tags["a"]) is not None
    assert cache.size == 100
    known = cache.known("b")
    assert known is not None
    assert known.tag == tags["b"]


def test_the_cache_keeps_no_giant_and_the_same_bytes_once() -> None:
    cache = Cache(100)
    assert cache.get(cache.put("giant", body(26)).tag) is None
    cache.put("a", body(20))
    cache.put("b", body(20))
    assert cache.size == 20


def test_the_tags_of_so_many_requests_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MOST_KNOWN", 2)
    cache = Cache(100)
    for name in "abc":
        cache.put(name, body(1, name))
    assert [cache.known(name) is None for name in "abc"] == [True, False, False]


def test_a_link_cannot_break_its_header() -> None:
    assert link("/a>\r\nX: 1é", rel="x") == '</a%3E%0D%0AX:%201%C3%A9>; rel="x"'
    assert TURTLE.media_type in link("/a", type=TURTLE.media_type)
