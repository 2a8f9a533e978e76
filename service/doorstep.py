"""Who holds an answer is told so at the door, before routes and store are asked.

What the answer to a request was tagged with is remembered for one edition (dataset version,
software, day). A request that brings that tag gets its 304 from here for a fraction of what the
answer costs; everything else passes. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import Message, Scope, Send

from service.guard import SECURITY_HEADERS

MOST = 10_000
"""Requests that are remembered."""
LONGEST = 2_048
"""Bytes of a request's address and headers; longer ones pass unremembered."""
DAY = 86_400

Request = tuple[bytes, ...]

_CHOOSING = frozenset(
    (b"host", b"accept", b"accept-language", b"accept-profile", b"accept-encoding")
)
"""Headers that choose the form of an answer (whatever `Vary` names)."""
_PRIVATE = frozenset((b"authorization", b"cookie", b"range", b"if-modified-since", b"if-match"))
"""Headers with which a request is no plain question whether something is still the same."""
_OF_THE_BODY = frozenset(
    (
        *(b"content-type", b"content-length", b"content-encoding", b"content-range"),
        *(name.lower().encode() for name in SECURITY_HEADERS),
    )
)
"""Headers that say what a body is and what may be done with it; a 304 has none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the doorstep sees it: what it is remembered by, and the tags that it brings."""

    key: Request
    held: bytes


@dataclass(frozen=True, slots=True)
class Validator:
    """A tag, and the headers of the 304 that it gets."""

    tag: bytes
    headers: list[tuple[bytes, bytes]]


class Doorstep:
    """The tags of one edition, the least recently asked for dropped first."""

    def __init__(self) -> None:
        self._edition: tuple[str, int] = ("", 0)
        self._known: OrderedDict[Request, Validator] = OrderedDict()

    async def passed(self, scope: Scope, edition: str, send: Send) -> Send | None:
        """Answer with 304, or return the `send` for an answer whose tag is to be remembered."""
        asked = read(scope)
        if asked is None:
            return send
        now = (edition, int(time.time()) // DAY)
        if now != self._edition:
            self._known.clear()
            self._edition = now
        found = self._known.get(asked.key) if asked.held else None
        if found is not None and found.tag in asked.held:
            self._known.move_to_end(asked.key)
            start = {"type": "http.response.start", "status": 304, "headers": found.headers}
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return None
        return self._watching(asked.key, now, send)

    def _watching(self, key: Request, edition: tuple[str, int], send: Send) -> Send:
        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                self._remember(key, edition, message["headers"])
            await send(message)

        return watching

    def _remember(
        self, key: Request, edition: tuple[str, int], headers: list[tuple[bytes, bytes]]
    ) -> None:
        tag = next((value for name, value in headers if name.lower() == b"etag"), b"")
        if not tag.startswith(b'"') or edition != self._edition:
            return
        kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]
        self._known[key] = Validator(tag, kept)
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


def read(scope: Scope) -> Asked | None:
    """Return what matters of a request; None where it is not a plain GET or HEAD."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    key = [scope["raw_path"], scope["query_string"]]
    held = b""
    for pair in scope["headers"]:
        name = pair[0]
        if name in _CHOOSING:
            key += pair
        elif name == b"if-none-match":
            held = pair[1]
        elif name in _PRIVATE:
            return None
    return Asked(tuple(key), held) if sum(map(len, key)) <= LONGEST else None
