"""How a process talks to its workers: frames of a kind, a JSON head and a body of bytes.

    kind (1 byte) | length of the head (4) | length of the body (4) | head | body

>>> frames = Frames()
>>> [(f.kind, f.head, f.body) for f in frames.feed(pack(b"J", {"op": "query"}, b"ASK {}"))]
[(b'J', {'op': 'query'}, b'ASK {}')]
"""

import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

JOB = b"J"
"""To a worker: what to do."""
RESULT = b"R"
"""From a worker: done; the body is all of the answer, or what is left of it."""
PART = b"S"
"""From a worker: a part of an answer that is sent as it comes; more follows."""
FAILURE = b"X"
"""From a worker: it cannot be done; the head says why."""

_PIECE = 256 * 1024
_HEADER = struct.Struct("!cII")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    kind: bytes
    head: dict[str, Any]
    body: bytes


def pack(kind: bytes, head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return the bytes of a frame."""
    text = orjson.dumps(head)
    return b"".join((_HEADER.pack(kind, len(text), len(body)), text, body))


class Frames:
    """Frames out of bytes as they arrive in any pieces."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take `data` in and yield every frame it completes."""
        waiting = self._waiting
        waiting += data
        offset = 0
        while len(waiting) - offset >= _HEADER.size:
            kind, head, body = _HEADER.unpack_from(waiting, offset)
            start = offset + _HEADER.size
            if len(waiting) < start + head + body:
                break
            offset = start + head + body
            yield Frame(
                kind,
                orjson.loads(waiting[start : start + head]),
                bytes(waiting[start + head : offset]),
            )
        if offset:
            del waiting[:offset]


def receive(connection: socket.socket, frames: Frames) -> Frame | None:
    """Wait for the next frame; None when the other side has gone.

    For a side that is given one frame at a time, and answers it before the next comes.
    """
    while data := connection.recv(_PIECE):
        found = list(frames.feed(data))  # all of it: a part would come again
        if found:
            return found[0]
    return None
