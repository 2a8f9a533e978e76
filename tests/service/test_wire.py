"""Heads of requests that are too long, too slow or no HTTP, sent as bytes to a server."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from service import wire

START = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def echo(request: Request) -> PlainTextResponse:
    """Answer with the body of the request."""
    return PlainTextResponse((await request.body()).decode() or "hello")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on the wire."""
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, http=wire.Wire, log_level="critical"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def exchange(port: int, *parts: bytes) -> bytes:
    """Return all that comes back for the bytes sent, until the server closes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        for part in parts:
            line.sendall(part)
        return b"".join(iter(lambda: line.recv(65536), b""))


def problem(answer: bytes) -> tuple[int, dict[str, Any]]:
    """Return status and problem document of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


def test_requests_are_answered_as_ever(port: int) -> None:
    head = START.replace(b"GET", b"POST") + b"Content-Length: 5\r\n"
    answer = exchange(port, head + b"\r\nfirst", head + b"Connection: close\r\n\r\n", b"other")
    assert answer.count(b"200 OK") == 2
    assert answer.endswith(b"other")


@pytest.mark.parametrize("step", [wire.HEAD_BYTES * 2, 1000], ids=["at once", "in pieces"])
def test_a_long_head_is_refused(port: int, step: int) -> None:
    text = START + b"X-A: " + b"a" * wire.HEAD_BYTES + b"\r\n\r\n"
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    status, said = problem(exchange(port, *pieces))
    assert (status, said["status"]) == (431, 431)
    assert said["type"].endswith("/problem/long-head")
    assert "16 KiB" in said["detail"]


def test_a_header_without_end_is_refused_before_it_is_all_there(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        line.sendall(START + b"X-A: ")
        with pytest.raises(OSError, match=r".*"):
            for _ in range(20):
                line.sendall(b"a" * 4096)
                time.sleep(0.005)


def test_a_slow_head_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    status, said = problem(exchange(port, START))
    assert (status, said["type"].rpartition("/")[2]) == (408, "slow-body")


def test_a_line_on_which_nothing_is_said_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    assert exchange(port) == b""


@pytest.mark.parametrize("text", [b"\x16\x03\x01 TLS", START.replace(b"GET", b"FOO") + b"\r\n"])
def test_what_is_no_request_is_a_problem(port: int, text: bytes) -> None:
    status, said = problem(exchange(port, text))
    assert (status, said["type"].rpartition("/")[2]) == (400, "bad-request")


def test_two_lengths_of_one_body_are_refused(port: int) -> None:
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert problem(exchange(port, START.replace(b"GET", b"POST") + both))[0] == 400
