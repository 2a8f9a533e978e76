import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from ihubkg import frames
from ihubkg.frames import FAILURE, Frame
from ihubkg.reader import Reader
from ihubkg.worker import Child, Parent

Order = Callable[..., dict[str, Any]]


@pytest.fixture
def order() -> Iterator[Order]:
    """Give orders to a parent that runs in a thread."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=Parent(theirs, Reader(frozenset())).run)
    thread.start()

    def give(order: dict[str, Any], *texts: bytes) -> dict[str, Any]:
        files = [TemporaryFile() for _ in texts]  # noqa: SIM115
        for file, text in zip(files, texts, strict=True):
            file.write(text)
            file.flush()
        line = json.dumps(order).encode() + b"\n"
        socket.send_fds(ours, [line], [file.fileno() for file in files])
        answer: dict[str, Any] = json.loads(ours.recv(65536))
        for file in files:
            file.close()
        return answer

    yield give
    ours.shutdown(socket.SHUT_WR)
    thread.join(10)
    assert not thread.is_alive()
    ours.close()
    theirs.close()


def test_a_publication_is_followed(order: Order) -> None:
    one, two = b"<s:1> <p:1> <o:1> .\n", b"<s:1> <p:1> <o:2> .\n<s:1> <p:1> <o:3> .\n"
    assert order({"do": "load", "public": [], "version": "1"}, one)["quads"] == 1
    assert order({"do": "apply", "version": "2"}, one, two)["quads"] == 2


def test_a_bad_order_is_answered_and_its_files_closed(order: Order) -> None:
    load = {"do": "load", "public": [], "version": "1"}
    assert "SyntaxError" in order(load, b"no quads")["error"]
    before = len([*Path("/proc/self/fd").iterdir()])
    assert "SyntaxError" in order(load, b"no quads")["error"]
    assert order({"do": "dance"}, b"")["error"] == "there is no order 'dance'"
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_a_child_says_what_it_cannot_do_and_goes_on() -> None:
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=Child(theirs, Reader(frozenset()), None).serve)
    thread.start()
    waiting = frames.Frames()

    def ask(job: dict[str, Any]) -> Frame | None:
        ours.sendall(frames.pack(b"J", job))
        return frames.receive(ours, waiting)

    for name in ("dance", "validate"):
        answer = ask({"op": name})
        assert answer is not None and answer.kind == FAILURE
        assert name in answer.head["message"]
    ours.shutdown(socket.SHUT_WR)
    thread.join(10)
    assert not thread.is_alive()
    ours.close()
    theirs.close()
