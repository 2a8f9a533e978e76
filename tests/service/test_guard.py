import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message

from service import problems
from service.guard import POLICY, AnswerHeaders, BodyLimit, body_limit
from service.settings import MIB, Settings

SETTINGS = Settings(form_bytes=1000, body_seconds=0.2)


def application(settings: Settings = SETTINGS) -> FastAPI:
    app = FastAPI(middleware=[Middleware(AnswerHeaders), Middleware(BodyLimit, settings=settings)])
    app.state.pages = None
    problems.install(app)

    async def size(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    for path in ("/size", "/submissions/1"):
        app.add_route(path, size, methods=["GET", "POST"])
    return app


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(application())


def test_a_body_within_the_limit_passes(client: TestClient) -> None:
    assert client.post("/size", content=b"x" * 1000).text == "1000"


def test_a_body_that_announces_too_much_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/size", content=b"x" * 1001)
    assert answer.status_code == 413
    assert answer.json()["limit"] == 1000
    assert answer.headers["connection"] == "close"


def test_a_body_that_announces_nothing_is_refused_as_it_grows(client: TestClient) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 100_000:
            taken += 400
            yield b"x" * 400

    answer = client.post("/size", content=endless())
    assert answer.status_code == 413
    assert answer.json()["value"] <= 100_000


def test_a_compressed_body_is_refused(client: TestClient) -> None:
    answer = client.post("/size", content=b"x", headers={"content-encoding": "gzip"})
    assert answer.status_code == 415


def test_a_body_that_dribbles_is_refused() -> None:
    sent: list[Message] = []

    async def dribble() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/size",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("test", 80),
    }
    asyncio.run(application()(scope, dribble, send))
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/validate", 2 * MIB + 64 * 1024),
        ("/store", 50 * MIB),
        ("/store/a/b", 50 * MIB),
        ("/questions/x", 256 * 1024),
        ("/storey", 256 * 1024),
        ("/sparql", 256 * 1024),
    ],
)
def test_each_path_has_its_limit(path: str, limit: int) -> None:
    assert body_limit(path, Settings()) == limit


@pytest.mark.parametrize("path", ["/size", "/nowhere"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert "ETag" in headers["access-control-expose-headers"]


def test_a_preflight_is_answered(client: TestClient) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "POST"}
    answer = client.options("/size", headers=asked)
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_the_editorial_path_is_not_for_other_sites(client: TestClient) -> None:
    assert "access-control-allow-origin" not in client.get("/submissions/1").headers
    asked = {"origin": "https://example.org", "access-control-request-method": "POST"}
    assert client.options("/submissions/1", headers=asked).status_code == 405
