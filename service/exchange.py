"""What plain ASGI endpoints share: finished answers, how they are sent, who may write.

They stand in front of the application, where a request costs least.
"""

from collections import OrderedDict
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ihubkg.access import Holder, Right
from service import problems
from service.guard import EXPOSED, SECURITY_HEADERS
from service.instance import Instance
from service.pool import Reply
from service.problems import Forbidden, Unauthorized
from service.protocol import Fields

KEPT_AT_MOST = 1024 * 1024
"""Bytes of an answer that is kept for the next one who asks the same."""

Headers = list[tuple[bytes, bytes]]

REVALIDATE = (b"cache-control", b"public, no-cache")
NO_STORE = (b"cache-control", b"no-store")
COMMON: Headers = [
    *((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"vary", b"Accept"),
    (b"link", b'</sparql>; rel="service-desc"; type="text/turtle"'),
]


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished answer; `repeats` says that the same bytes of a request always get it."""

    tag: str
    headers: Headers
    body: bytes
    status: int = 200
    repeats: bool = False


class Answers:
    """Finished answers of one dataset version, the least recently used dropped first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._version = ""
        self._kept: OrderedDict[object, Kept] = OrderedDict()

    def get(self, key: object, version: str) -> Kept | None:
        """Return the answer to a request, if it is of this version."""
        if version != self._version:
            self._kept.clear()
            self._size = 0
            self._version = version
            return None
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: object, version: str, answer: Kept) -> None:
        """Keep an answer, if it is not too long and of the present version."""
        if version != self._version or len(answer.body) > KEPT_AT_MOST:
            return
        old = self._kept.pop(key, None)
        self._size += len(answer.body) - (len(old.body) if old else 0)
        self._kept[key] = answer
        while self._size > self._capacity or len(self._kept) > 10_000:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped.body)


def headers(media_type: str, tag: str, version: str) -> Headers:
    """Return the headers of an answer; without a tag it is not to be kept."""
    found = [
        *COMMON,
        (b"content-type", media_type.encode()),
        (b"x-dataset-version", version.encode()),
    ]
    return [*found, *([(b"etag", tag.encode()), REVALIDATE] if tag else [NO_STORE])]


def allow(held: Instance, head: Fields, right: Right) -> Holder:
    """Return the holder of the token that a request carries.

    Raises:
        Unauthorized: it carries none, or none that is valid.
        Forbidden: its role does not include `right`.
    """
    scheme, _, token = head.token.partition(" ")
    if not head.token:
        raise Unauthorized(
            "This needs a token: send “Authorization: Bearer …”. The operator makes one with "
            "ihubkg token create."
        )
    if scheme.lower() != "bearer":
        raise Unauthorized("The token is sent as “Authorization: Bearer …”.")
    holder = held.access.holder(token.strip()) if held.access is not None else None
    if holder is None:
        raise Unauthorized("This token is not valid here: it is unknown, expired or revoked.")
    if not holder.may(right):
        raise Forbidden(f"A token of the role {holder.role} may not do this.")
    return holder


async def answer(kept: Kept, unless: str, send: Send, *, bodiless: bool = False) -> int:
    """Send a finished answer, or 304 to a client that has it; return the status."""
    if unless and (kept.tag.removeprefix("W/") in unless or unless.strip() == "*"):
        await send({"type": "http.response.start", "status": 304, "headers": kept.headers})
        await send({"type": "http.response.body", "body": b""})
        return 304
    fields = kept.headers
    if kept.status != 204:
        fields = [*fields, (b"content-length", str(len(kept.body)).encode())]
    start = {"type": "http.response.start", "status": kept.status, "headers": fields}
    await send(start)
    await send({"type": "http.response.body", "body": b"" if bodiless else kept.body})
    return kept.status


async def stream(reply: Reply, fields: Headers, send: Send) -> None:
    """Send a long answer as it comes; one that is stopped half-way ends without its end."""
    parts = reply.parts
    if parts is None:
        return
    try:
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": reply.body, "more_body": True})
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        parts.close()


async def fail(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an error as a problem document."""
    request = Request(scope, receive)
    response = problems.of(request, error)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    await response(scope, receive, send)


async def other(method: str, path: str, methods: str, send: Send) -> None:
    """Answer OPTIONS, and methods that do nothing at `path`."""
    allowed = methods.encode()
    fields = [
        (b"allow", allowed),
        (b"accept-query", b"application/sparql-query, application/x-www-form-urlencoded"),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", allowed),
        (b"access-control-allow-headers", b"Accept, Content-Type, Authorization, Prefer"),
        (b"access-control-max-age", b"86400"),
    ]
    status = 204 if method == "OPTIONS" else 405
    body = b""
    if status == 405:
        body = orjson.dumps(problems.method_not_allowed(method, path))
        fields.append((b"content-type", b"application/problem+json"))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
