import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from service.negotiate import DOCUMENT, TURTLE, choose, languages
from service.render import Answering, Body, Cache, answer, link, tag


class Page:
    """A route whose builds are counted."""

    def __init__(self) -> None:
        self.builds = 0
        self.cache = Cache(10_000)
        self.version = "sha256-1"

    async def __call__(self, request: Request) -> Response:
        offer = choose(request, DOCUMENT)
        how = Answering(
            tag(self.version, request, offer, languages(request)),
            vary=("Accept", "Accept-Language"),
            links=[link("/doc/x.ttl", rel="alternate", type="text/turtle")],
            headers={"X-Dataset-Version": self.version},
        )
        return await answer(request, how, self.cache, lambda: self.build(offer.media_type))

    def build(self, media_type: str) -> Body:
        self.builds += 1
        return Body(f"{media_type}\n".encode(), media_type, {"X-Result-Truncated": "rows"})


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
    assert first.headers["vary"] == "Accept, Accept-Language"
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
    page.cache = Cache(10_000)
    second = client.get("/doc/x", headers={"if-none-match": held.format(tag=first.headers["etag"])})
    assert second.status_code == 304
    assert second.content == b""
    assert page.builds == 1
    for name in ("etag", "vary", "link", "cache-control"):
        assert second.headers[name] == first.headers[name]


def test_a_new_dataset_has_new_tags(client: TestClient, page: Page) -> None:
    first = client.get("/doc/x").headers["etag"]
    page.version = "sha256-2"
    second = client.get("/doc/x", headers={"if-none-match": first})
    assert second.status_code == 200
    assert second.headers["etag"] != first


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/doc/x?a=1", {}),
        ("/doc/x", {"accept": "application/ld+json"}),
        ("/doc/x", {"accept-language": "et"}),
    ],
)
def test_another_form_has_another_tag(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    other = client.get(path, headers=headers)
    assert client.get("/doc/x").headers["etag"] != other.headers["etag"]


def test_the_order_of_arguments_does_not_matter(client: TestClient) -> None:
    assert (
        client.get("/doc/x?a=1&b=2").headers["etag"] == client.get("/doc/x?b=2&a=1").headers["etag"]
    )


def test_arguments_cannot_imitate_each_other(client: TestClient) -> None:
    one = client.get("/doc/x", params={"a": "1&1:b=2"}).headers["etag"]
    two = client.get("/doc/x", params={"a": "1", "b": "2"}).headers["etag"]
    assert one != two


def test_head_is_get_without_the_body(client: TestClient) -> None:
    get, head = client.get("/doc/x"), client.head("/doc/x")
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


def test_the_cache_drops_what_was_used_least() -> None:
    cache = Cache(100)
    for name in ("a", "b", "c", "d"):
        cache.put(name, Body(b"x" * 25, TURTLE.media_type))
    assert cache.get("a") is not None
    cache.put("e", Body(b"x" * 25, TURTLE.media_type))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.size == 100


def test_the_cache_keeps_no_giant_and_counts_a_replacement_once() -> None:
    cache = Cache(100)
    cache.put("giant", Body(b"x" * 26, TURTLE.media_type))
    assert cache.get("giant") is None
    cache.put("a", Body(b"x" * 20, TURTLE.media_type))
    cache.put("a", Body(b"x" * 10, TURTLE.media_type))
    assert cache.size == 10


def test_a_link_cannot_break_its_header() -> None:
    assert link("/a>\r\nX: 1é", rel="x") == '</a%3E%0D%0AX:%201%C3%A9>; rel="x"'
    assert TURTLE.media_type in link("/a", type=TURTLE.media_type)
