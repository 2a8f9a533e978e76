import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from service import exchange
from service.exchange import Answers, Kept, allow
from service.instance import Instance
from service.problems import Unauthorized
from service.protocol import Fields


def kept(size: int, tag: str = '"a"') -> Kept:
    return Kept(tag, [(b"etag", tag.encode())], b"x" * size)


def sent(answer: Kept, unless: str, *, bodiless: bool = False) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(exchange.answer(answer, unless, send, bodiless=bodiless))
    return messages


def test_answers_are_of_one_version_only() -> None:
    answers = Answers(100)
    assert answers.get("q", "v1") is None
    answers.put("q", "v1", kept(5))
    answers.put("late", "v0", kept(5))
    assert answers.get("q", "v1") == kept(5)
    assert answers.get("late", "v1") is None
    assert answers.get("q", "v2") is None
    assert answers.get("q", "v1") is None


def test_the_least_recently_used_goes_first() -> None:
    answers = Answers(10)
    answers.get("a", "v")
    for key in "ab":
        answers.put(key, "v", kept(4))
    assert answers.get("a", "v") is not None
    answers.put("c", "v", kept(4))
    assert [key for key in "abc" if answers.get(key, "v")] == ["a", "c"]


def test_a_client_that_has_it_gets_no_body() -> None:
    start, body = sent(kept(3), '"a", "b"')
    assert (start["status"], body["body"]) == (304, b"")
    start, body = sent(kept(3), '"b"')
    assert (start["status"], body["body"]) == (200, b"xxx")
    start, body = sent(kept(3), "", bodiless=True)
    assert (b"content-length", b"3") in start["headers"]
    assert body["body"] == b""


@pytest.mark.parametrize("token", ["", "Basic abc", "Bearer abc"])
def test_no_valid_token_no_right(client: TestClient, token: str) -> None:
    held = client.app.state.instance  # type: ignore[attr-defined]
    assert isinstance(held, Instance)
    with pytest.raises(Unauthorized):
        allow(held, Fields(token=token), "store")
