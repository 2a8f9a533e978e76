"""Frames arrive whole, whatever pieces the bytes come in."""

import socket

from hypothesis import given
from hypothesis import strategies as st

from ihubkg.frames import FAILURE, JOB, PART, RESULT, Frames, pack, receive

KINDS = st.sampled_from([JOB, RESULT, PART, FAILURE])
HEADS = st.dictionaries(st.text(), st.integers(-(2**31), 2**31) | st.text() | st.booleans())
MESSAGES = st.lists(st.tuples(KINDS, HEADS, st.binary(max_size=300)), max_size=5)


@given(MESSAGES, st.integers(1, 50))
def test_any_pieces_give_the_frames_that_were_packed(
    messages: list[tuple[bytes, dict[str, object], bytes]], piece: int
) -> None:
    stream = b"".join(pack(*message) for message in messages)
    frames = Frames()
    found = []
    for start in range(0, len(stream), piece):
        found += [(f.kind, f.head, f.body) for f in frames.feed(stream[start : start + piece])]
    assert found == messages


def test_a_closed_connection_is_no_frame() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(pack(JOB, {"a": 1}, b"body")[:-1])
        theirs.shutdown(socket.SHUT_WR)
        assert receive(ours, Frames()) is None


def test_each_frame_is_received_once() -> None:
    ours, theirs = socket.socketpair()
    frames = Frames()
    with ours, theirs:
        for number in range(3):
            theirs.sendall(pack(JOB, {"n": number}))
            frame = receive(ours, frames)
            assert frame is not None
            assert frame.head == {"n": number}
