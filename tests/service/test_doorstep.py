import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from service import doorstep
from service.doorstep import Doorstep, read
from service.front import Front


class Held:
    edition = "one"


class Counted(Front):
    """An application that counts how often it is asked, and tags what it says."""

    asked = 0
    said = "a"


@pytest.fixture
def app() -> Counted:
    made = Counted()
    made.state.instance = Held()

    async def said() -> Response:
        made.asked += 1
        headers = {"ETag": f'"{made.said}"', "Vary": "Accept", "X-Dataset-Version": "1"}
        return Response("said", headers=headers)

    async def untagged() -> Response:
        made.asked += 1
        return Response("said")

    made.get("/said")(said)
    made.get("/untagged")(untagged)
    return made


@pytest.fixture
def client(app: Counted) -> TestClient:
    return TestClient(app)


def test_who_holds_it_is_told_at_the_door(app: Counted, client: TestClient) -> None:
    first = client.get("/said")
    for held in ('"a"', 'W/"a"', '"x", "a"'):
        again = client.get("/said", headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "vary", "x-dataset-version"):
            assert again.headers[name] == first.headers[name]
        assert "content-length" not in again.headers
        assert "content-type" not in again.headers
    assert app.asked == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"if-none-match": '"b"'},
        {"if-none-match": '"a"', "accept": "text/html"},
        {"if-none-match": '"a"', "accept-language": "et"},
        {"if-none-match": '"a"', "accept-profile": "<urn:x>"},
        {"if-none-match": '"a"', "host": "other"},
        {"if-none-match": '"a"', "authorization": "Bearer x"},
        {"if-none-match": '"a"', "range": "bytes=0-1"},
        {},
    ],
)
def test_everything_else_passes(app: Counted, client: TestClient, headers: dict[str, str]) -> None:
    client.get("/said")
    assert client.get("/said", headers=headers).status_code == 200
    assert app.asked == 2


def test_another_edition_is_asked_anew(app: Counted, client: TestClient) -> None:
    client.get("/said")
    app.state.instance.edition = "two"
    app.said = "b"
    assert client.get("/said", headers={"if-none-match": '"a"'}).status_code == 200
    assert client.get("/said", headers={"if-none-match": '"b"'}).status_code == 304
    assert app.asked == 2


def test_what_has_no_tag_is_not_remembered(app: Counted, client: TestClient) -> None:
    client.get("/untagged")
    assert client.get("/untagged", headers={"if-none-match": '"a"'}).status_code == 200


def test_head_and_get_share_what_is_remembered(app: Counted, client: TestClient) -> None:
    client.get("/said")
    assert client.head("/said", headers={"if-none-match": '"a"'}).status_code == 304
    assert app.asked == 1


def test_no_more_than_so_many_are_remembered(
    app: Counted, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstep, "MOST", 2)
    for number in (1, 2, 3):
        client.get(f"/said?{number}")
    for number, asked in ((3, 3), (2, 3), (1, 4)):
        client.get(f"/said?{number}", headers={"if-none-match": '"a"'})
        assert app.asked == asked


def test_an_answer_of_an_older_edition_is_not_remembered() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "headers": []}
    start = {"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"a"')]}

    async def run() -> None:
        door = Doorstep()
        slow = await door.passed(scope, "one", send)
        assert slow is not None
        await door.passed(scope, "two", send)
        await slow(start)
        held = {**scope, "headers": [(b"if-none-match", b'"a"')]}
        assert await door.passed(held, "two", send) is not None

    asyncio.run(run())
    assert sent == [start]


def test_long_and_private_requests_are_left_alone() -> None:
    scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "headers": []}
    assert read(scope) is not None
    assert read({**scope, "method": "POST"}) is None
    assert read({**scope, "query_string": b"x" * 3_000}) is None
    assert read({**scope, "headers": [(b"cookie", b"a=b")]}) is None
