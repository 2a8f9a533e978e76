from collections.abc import Iterator
from dataclasses import asdict
from tempfile import TemporaryFile

import pytest

from ihubkg.errors import Unavailable
from ihubkg.sandbox import Walls
from service.parent import Parent, handle, kill


@pytest.fixture
def parent() -> Iterator[Parent]:
    started = Parent()
    started.start()
    yield started
    started.stop()


def test_it_loads_what_it_is_given(parent: Parent) -> None:
    with TemporaryFile() as file:
        file.write(b"<s:1> <p:1> <o:1> .\n<s:1> <p:1> <o:2> .\n")
        file.flush()
        answer = parent.order({"do": "load", "public": [], "version": "v"}, file)
    assert answer["quads"] == 2


def test_an_order_that_cannot_be_done_leaves_it_alive(parent: Parent) -> None:
    with pytest.raises(Unavailable, match="there is no order 'dance'"):
        parent.order({"do": "dance"})
    assert parent.alive


def test_a_killed_worker_closes_its_socket(parent: Parent) -> None:
    ours, pid = parent.fork(asdict(Walls()))
    with ours:
        kill(pid, handle(pid))
        ours.settimeout(10)
        assert ours.recv(1) == b""
    assert parent.alive


def test_without_a_process_it_is_unavailable() -> None:
    parent = Parent()
    assert not parent.alive
    with pytest.raises(Unavailable, match="being restarted"):
        parent.order({"do": "warm"})
