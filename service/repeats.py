"""Answers by the bytes of their request: what was asked before, word for word, is answered at the
wire, without reading the request again.

A program that asks the same sends the same bytes. They are compared whole, headers included, so
whatever an answer depends on is part of the comparison; all else is the dataset version, and what
was kept for one is dropped with it. https://www.rfc-editor.org/rfc/rfc9111#section-4
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

MOST: Final = 10_000
"""Answers that are kept."""
LARGEST: Final = 64 * 1024
"""Bytes of an answer that is kept; a longer one costs more to send than to find."""
EXTENSION: Final = "ihubkg.request"
"""The ASGI extension that holds the bytes of a request which came in one piece."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """An answer as it goes out: its status line, and all that follows the `date` header."""

    status: bytes
    rest: bytes


class Repeats:
    """Answers of one dataset version, the least recently asked for dropped first.

    `version` tells the present version; `capacity` is in bytes, requests included.
    """

    def __init__(self, capacity: int, version: Callable[[], str]) -> None:
        self._capacity = capacity
        self._current = version
        self._version = ""
        self._size = 0
        self._kept: OrderedDict[bytes, Repeat] = OrderedDict()
        self.answered = 0
        """Requests answered from here."""

    @property
    def size(self) -> int:
        """Bytes held now."""
        return self._size

    def get(self, request: bytes) -> Repeat | None:
        """Return the answer to the very same request, if it is of the present version."""
        found = self._kept.get(request)
        if found is None or self._current() != self._version:
            return None
        self._kept.move_to_end(request)
        self.answered += 1
        return found

    def put(
        self,
        scope: Scope,
        version: str,
        status: int,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
    ) -> None:
        """Keep what was sent to the request of `scope`, where the wire can answer it again."""
        request = (scope.get("extensions") or {}).get(EXTENSION, {}).get("bytes")
        if request is None or len(body) > LARGEST or version != self._current():
            return
        if version != self._version:
            self._kept.clear()
            self._size = 0
            self._version = version
        lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
        if status != 304:
            lines += b"content-length: %d\r\n" % len(body)
        self._drop(request)
        self._kept[request] = Repeat(STATUS_LINE[status], lines + b"\r\n" + body)
        self._size += _size(request, self._kept[request])
        while self._size > self._capacity or len(self._kept) > MOST:
            self._drop(next(iter(self._kept)))

    def _drop(self, request: bytes) -> None:
        old = self._kept.pop(request, None)
        if old is not None:
            self._size -= _size(request, old)


def _size(request: bytes, answer: Repeat) -> int:
    return len(request) + len(answer.rest)
