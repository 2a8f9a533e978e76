"""From bytes to a response that can be cached, checked and linked: ETag, Vary, Link, 304.

The tag of an answer is a hash of the dataset version, the software, the canonical request and the
form, so every worker and every replica computes the same one, before it computes the answer.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from service.negotiate import Offer

FORM_ARGUMENTS = frozenset({"_mediatype", "_profile", "lang"})
"""Query arguments that choose a form and are hashed as the form, not as the request."""

REVALIDATE = "public, no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"

SAFE_IN_LINK = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"
)


@dataclass(frozen=True)
class Body:
    """A finished answer: its bytes, full media type, and headers of its own."""

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Cache:
    """Finished answers by their tag, the least recently used dropped when bytes run out."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes held now."""
        return self._size

    def get(self, tag: str) -> Body | None:
        """Return the answer with that tag, or None."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def put(self, tag: str, body: Body) -> None:
        """Keep `body`, unless it alone would take more than a quarter of the room."""
        if len(body.content) > self._capacity // 4:
            return
        with self._lock:
            old = self._bodies.pop(tag, None)
            self._size -= len(old.content) if old else 0
            self._bodies[tag] = body
            self._size += len(body.content)
            while self._size > self._capacity:
                _, dropped = self._bodies.popitem(last=False)
                self._size -= len(dropped.content)


def tag(version: str, request: Request, offer: Offer | None, languages: Sequence[str]) -> str:
    """Return the strong entity tag of the answer to `request` in that form."""
    form = "" if offer is None else offer.media_type
    parts = (version, request.url.path, canonical(request.query_params), form, *languages)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f'"{digest[:32]}"'


def canonical(parameters: QueryParams) -> str:
    """Return the query arguments in one order, without those that choose the form."""
    kept = sorted((k, v) for k, v in parameters.multi_items() if k not in FORM_ARGUMENTS)
    return "".join(f"{len(k)}:{len(v)}:{k}{v}" for k, v in kept)


def unchanged(request: Request, entity_tag: str) -> bool:
    """Whether the client holds the answer with that tag already (RFC 9110, section 13.1.2)."""
    header = request.headers.get("if-none-match")
    if header is None:
        return False
    held = {part.strip().removeprefix("W/") for part in header.split(",")}
    return entity_tag in held


def link(target: str, **attributes: str) -> str:
    """Return one value of a `Link` header; what may not stand in it is percent-encoded."""
    safe = "".join(
        c if c in SAFE_IN_LINK else "".join(f"%{byte:02X}" for byte in c.encode()) for c in target
    )
    rest = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f"<{safe}>{rest}"


@dataclass(frozen=True)
class Answering:
    """How one answer is sent: its tag, the headers it varies by, its links, how long it lasts."""

    tag: str
    vary: Sequence[str] = ("Accept",)
    links: Iterable[str] = ()
    cache_control: str = REVALIDATE
    headers: Mapping[str, str] = field(default_factory=dict)

    def common(self) -> dict[str, str]:
        """Return the headers that the answer and its 304 share."""
        result = {"ETag": self.tag, "Cache-Control": self.cache_control, **self.headers}
        if self.vary:
            result["Vary"] = ", ".join(self.vary)
        links = ", ".join(self.links)
        return result | ({"Link": links} if links else {})


async def answer(
    request: Request, how: Answering, cache: Cache, build: Callable[[], Body]
) -> Response:
    """Return 304, the answer kept under its tag, or the one that `build` makes.

    `build` runs in a thread, only when the client does not hold the answer and the cache neither.
    """
    if unchanged(request, how.tag):
        return Response(status_code=304, headers=how.common())
    body = cache.get(how.tag)
    if body is None:
        body = await run_in_threadpool(build)
        cache.put(how.tag, body)
    return Response(body.content, 200, {**how.common(), **body.headers}, body.media_type)
