"""Requests that come again word for word, over real HTTP and below it."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from service.repeats import EXTENSION, LARGEST, Repeats
from tests.conformance.running import Running, service

HEADERS = [(b"content-type", b"text/plain"), (b"etag", b'W/"t"')]


def put(
    kept: Repeats, request: bytes, body: bytes, *, version: str = "1", status: int = 200
) -> None:
    kept.put({"extensions": {EXTENSION: {"bytes": request}}}, version, status, HEADERS, body)


def test_the_same_bytes_get_the_same_answer() -> None:
    kept = Repeats(1000, lambda: "1")
    put(kept, b"GET /a", b"yes")
    found = kept.get(b"GET /a")
    assert found is not None
    assert found.status == b"HTTP/1.1 200 OK\r\n"
    assert found.rest.endswith(b'etag: W/"t"\r\ncontent-length: 3\r\n\r\nyes')
    assert kept.get(b"GET /b") is None
    assert kept.answered == 1


def test_not_modified_has_no_length() -> None:
    kept = Repeats(1000, lambda: "1")
    put(kept, b"GET /a", b"", status=304)
    found = kept.get(b"GET /a")
    assert found is not None
    assert b"content-length" not in found.rest


def test_answers_go_with_their_version() -> None:
    now = ["1"]
    kept = Repeats(1000, lambda: now[0])
    put(kept, b"GET /a", b"old")
    now[0] = "2"
    assert kept.get(b"GET /a") is None
    put(kept, b"GET /b", b"late", version="1")
    assert kept.get(b"GET /b") is None
    put(kept, b"GET /b", b"new", version="2")
    now[0] = "1"
    assert kept.get(b"GET /a") is None


def test_room_is_bounded() -> None:
    kept = Repeats(300, lambda: "1")
    for number in range(10):
        put(kept, b"GET /%d" % number, b"x" * 50)
    assert 0 < kept.size <= 300
    assert kept.get(b"GET /0") is None
    assert kept.get(b"GET /9") is not None
    put(kept, b"GET /9", b"x" * 50)
    assert kept.size <= 300
    put(kept, b"GET /large", b"x" * (LARGEST + 1))
    assert kept.get(b"GET /large") is None


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A service started as an operator does."""
    with service() as started:
        yield started


def request(query: str, *more: str) -> bytes:
    """Return the bytes of a query for yes or no."""
    lines = [f"GET /sparql?query={query} HTTP/1.1", "Host: x", "Accept: text/csv", *more]
    return "\r\n".join([*lines, "", ""]).encode()


ASKED = request("ASK%7B%7D")
WRITTEN = request("ASK%7B%3Chttp://e/a%3E%20?p%20?o%7D")


def exchange(running: Running, *parts: bytes, answers: int) -> list[bytes]:
    """Send parts on one connection, waiting for an answer after each; return all answers."""
    found: list[bytes] = []
    with closing(socket.create_connection(("127.0.0.1", httpx.URL(running.url).port or 0))) as line:
        line.settimeout(20)
        for part in parts:
            line.sendall(part)
            wanted = len(found) + (answers - len(parts) + 1 if part is parts[-1] else 1)
            data = b""
            while len(found) < wanted:
                data += line.recv(65536)
                while b"\r\n\r\n" in data:
                    head, _, rest = data.partition(b"\r\n\r\n")
                    length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
                    if len(rest) < int(length or 0):
                        break
                    found.append(head + b"\r\n\r\n" + rest[: int(length or 0)])
                    data = rest[int(length or 0) :]
    return found


def told(answer: bytes) -> tuple[int, bytes]:
    """Return status and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.strip()


def test_a_repeated_request_gets_the_same_headers_and_body(running: Running) -> None:
    first, again, once_more = exchange(running, ASKED, ASKED, ASKED, answers=3)
    assert told(first) == told(again) == (200, b"true")

    def names(answer: bytes) -> set[bytes]:
        return {line.partition(b":")[0] for line in answer.split(b"\r\n")}

    assert names(first) == names(again) == names(once_more)
    assert b"date" in names(again)


def test_requests_in_one_piece_in_pieces_and_behind_others_are_answered_in_order(
    running: Running,
) -> None:
    other = request("ASK%7B%3Chttp://e/none%3E%20?p%20?o%7D")
    exchange(running, *[ASKED, other] * 2, answers=4)
    found = exchange(running, ASKED + other + ASKED, answers=3)
    assert [told(answer)[1] for answer in found] == [b"true", b"false", b"true"]
    with closing(socket.create_connection(("127.0.0.1", httpx.URL(running.url).port or 0))) as line:
        line.settimeout(20)
        line.sendall(ASKED[:20])
        line.sendall(ASKED[20:] + other)
        data = b""
        while data.count(b"HTTP/1.1 200") < 2 or not data.strip().endswith(b"false"):
            data += line.recv(65536)
    assert data.index(b"true") < data.index(b"false")


def test_a_body_that_reads_like_a_request_is_a_body(running: Running) -> None:
    exchange(running, ASKED, ASKED, ASKED, answers=3)
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(ASKED)
    with closing(socket.create_connection(("127.0.0.1", httpx.URL(running.url).port or 0))) as line:
        line.settimeout(20)
        line.sendall(head)
        time.sleep(0.3)
        line.sendall(ASKED)
        assert line.recv(65536).startswith(b"HTTP/1.1 400")


def test_a_publication_is_seen_by_the_next_request_of_a_kept_connection(running: Running) -> None:
    found = exchange(running, WRITTEN, WRITTEN, WRITTEN, answers=3)
    assert [told(answer)[1] for answer in found] == [b"false"] * 3
    update = "INSERT DATA { <http://e/a> <http://e/b> 1 }"
    answer = httpx.post(
        f"{running.url}/sparql", data={"update": update}, headers=running.authorization, timeout=60
    )
    assert answer.status_code == 204
    assert told(exchange(running, WRITTEN, answers=1)[0])[1] == b"true"


def test_a_wish_to_close_is_met_again(running: Running) -> None:
    wish = request("ASK%7B%7D", "Connection: close")
    for _ in range(3):
        assert b"connection: close" in exchange(running, wish, answers=1)[0].lower()


def test_who_says_he_has_it_does_not_empty_what_others_get(running: Running) -> None:
    wanted = request("ASK%7B%3Chttp://e/one%3E%20?p%20?o%7D")
    first = exchange(running, wanted, answers=1)[0]
    tag = first.partition(b"etag: ")[2].partition(b"\r")[0]
    other = wanted.replace(b"text/csv", b"text/csv;q=0.9")
    known = other.replace(b"\r\n\r\n", b"\r\nIf-None-Match: " + tag + b"\r\n\r\n")
    assert told(exchange(running, known, answers=1)[0])[0] == 304
    assert told(exchange(running, other, answers=1)[0]) == (200, b"false")
