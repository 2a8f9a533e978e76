"""From bytes to a response that can be cached, checked and linked: ETag, Last-Modified, Link, 304.

The tag of an answer is a hash of its bytes: what a publication did not change keeps its tag, and
every worker and replica that gives the same bytes gives the same tag. Which tag belongs to which
request is remembered for each dataset version, so that who holds an answer is told so (304) before
anything is asked of the store. https://www.rfc-editor.org/rfc/rfc9110#section-8.8
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from threading import Lock

import zstandard
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from service.negotiate import Offer

FORM_ARGUMENTS = frozenset({"_mediatype", "_profile", "lang"})
"""Query arguments that choose a form and are hashed as the form, not as the request."""

REVALIDATE = "public, no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"

PACKED_FROM = 2_048
"""Bytes from which on an answer is compressed for who takes that."""
CODINGS = ("zstd", "gzip")
"""Content codings (RFC 9110, section 8.4.1), the one that costs least first."""

MOST_KNOWN = 20_000
"""Requests whose tag is remembered."""

_UNSAFE_IN_LINK = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")


@dataclass(frozen=True)
class Body:
    """A finished answer: its bytes, full media type, and headers of its own.

    `modified` is since when it has been so, where that is known more exactly than for all answers;
    an answer of another status than 200 is sent and not kept.
    """

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    modified: datetime | None = None
    status: int = 200

    @property
    def tag(self) -> str:
        """The strong entity tag: the hash of what is sent."""
        digest = hashlib.sha256(self.media_type.encode() + b"\0" + self.content)
        return f'"{digest.hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an answer: its tag, and since when it has been so."""

    tag: str
    modified: datetime | None


class Cache:
    """Finished answers by their tag, the least recently used dropped when bytes run out.

    Beside them, for many more requests, which tag the answer has. `since` tells when anything that
    answers depend on changed last.
    """

    def __init__(self, capacity: int, since: Callable[[], datetime | None] = lambda: None) -> None:
        self.since = since
        self._capacity = capacity
        self._size = 0
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes held now."""
        return self._size

    def known(self, key: str) -> Known | None:
        """Return what is remembered of the answer to a request, or None."""
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def get(self, tag: str) -> Body | None:
        """Return the answer with that tag, or None."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def put(self, key: str, body: Body) -> Known:
        """Remember the tag of `body`; keep it unless it takes more than a quarter of the room."""
        known = Known(body.tag, body.modified)
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            if len(body.content) <= self._capacity // 4:
                self._keep(known.tag, body)
        return known

    def _keep(self, tag: str, body: Body) -> None:
        old = self._bodies.pop(tag, None)
        self._size -= len(old.content) if old else 0
        self._bodies[tag] = body
        self._size += len(body.content)
        while self._size > self._capacity:
            _, dropped = self._bodies.popitem(last=False)
            self._size -= len(dropped.content)


def key(edition: str, request: Request, offer: Offer | None, languages: Sequence[str]) -> str:
    """Return what the answer to `request` in that form is remembered by.

    `edition` is what it depends on beside the request: dataset version and software.
    """
    form = "" if offer is None else offer.media_type
    url = request.url
    here = (url.scheme, url.netloc, url.path)  # some answers name the address that was asked
    parts = (edition, *here, canonical(request.query_params), form, *languages)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def canonical(parameters: QueryParams) -> str:
    """Return the query arguments in one order, without those that choose the form."""
    kept = sorted((k, v) for k, v in parameters.multi_items() if k not in FORM_ARGUMENTS)
    return "".join(f"{len(k)}:{len(v)}:{k}{v}" for k, v in kept)


def unchanged(headers: Headers, tag: str, modified: datetime | None = None) -> bool:
    """Whether the client holds the answer already (RFC 9110, sections 13.1.2 and 13.1.3).

    `If-Modified-Since` counts only where there is no `If-None-Match`.
    """
    header = headers.get("if-none-match")
    if header is not None:
        held = {part.strip().removeprefix("W/") for part in header.split(",")}
        return tag in held or header.strip() == "*"
    since = headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        date = parsedate_to_datetime(since)
    except ValueError:
        return False
    return modified <= date.replace(tzinfo=date.tzinfo or UTC)


def dated(modified: datetime | None) -> datetime | None:
    """Return the time as a header may name it: in seconds, and only when its second is over.

    Else a second publication within the same second would pass for the first.
    """
    if modified is None or datetime.now(UTC) - modified < timedelta(seconds=2):
        return None
    return modified.replace(microsecond=0) + timedelta(seconds=1)


def link(target: str, **attributes: str) -> str:
    """Return one value of a `Link` header; what may not stand in it is percent-encoded."""
    safe = _UNSAFE_IN_LINK.sub(_escaped, target)
    rest = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f"<{safe}>{rest}"


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


@dataclass(frozen=True)
class Answering:
    """How one answer is sent: what it is remembered by, what it varies by, its links, how long."""

    key: str
    vary: Sequence[str] = ("Accept",)
    links: Iterable[str] = ()
    cache_control: str = REVALIDATE
    headers: Mapping[str, str] = field(default_factory=dict)

    def common(self, tag: str, modified: datetime | None = None) -> dict[str, str]:
        """Return the headers that the answer and its 304 share."""
        result = {"ETag": tag, "Cache-Control": self.cache_control, **self.headers}
        if modified is not None:
            result["Last-Modified"] = format_datetime(modified, usegmt=True)
        result["Vary"] = ", ".join((*self.vary, "Accept-Encoding"))
        links = ", ".join(self.links)
        return result | ({"Link": links} if links else {})


def coding(header: str | None) -> str:
    """Return the coding that an `Accept-Encoding` header takes and that costs least, or nothing.

    >>> coding("gzip, deflate, br, zstd;q=0")
    'gzip'
    """
    taken = {}
    for part in (header or "").lower().split(","):
        name, _, parameter = (side.strip() for side in part.partition(";"))
        taken[name] = re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) is None
    return next((name for name in CODINGS if taken.get(name)), "")


def packed(body: Body, wanted: str) -> Body:
    """Return `body` in the coding `wanted` where that pays; it then has a tag of its own."""
    if not wanted or len(body.content) < PACKED_FROM:
        return body
    content = (
        zstandard.ZstdCompressor(level=3).compress(body.content)
        if wanted == "zstd"
        else gzip.compress(body.content, 6, mtime=0)
    )
    return replace(body, content=content, headers={**body.headers, "Content-Encoding": wanted})


async def answer(
    request: Request, how: Answering, cache: Cache, build: Callable[[], Body]
) -> Response:
    """Return 304, the answer that is kept, or the one that `build` makes.

    `build` runs in a thread, and only when the tag of the answer is not known, or its bytes are
    asked for and not kept.
    """
    wanted = coding(request.headers.get("accept-encoding"))
    asked = f"{how.key} {wanted}"

    def made() -> Body:
        return packed(build(), wanted)

    known = cache.known(asked)
    body = None
    if known is None:
        body = await run_in_threadpool(made)
        if body.status != 200:
            vary = ", ".join((*how.vary, "Accept-Encoding"))
            headers = {"Cache-Control": "no-store", "Vary": vary, **body.headers}
            return Response(body.content, body.status, headers, body.media_type)
        known = cache.put(asked, body)
    modified = dated(known.modified or cache.since())
    headers = how.common(known.tag, modified)
    if unchanged(request.headers, known.tag, modified):
        return Response(status_code=304, headers=headers)
    if body is None:
        body = cache.get(known.tag)
    if body is None:
        body = await run_in_threadpool(made)
    return Response(body.content, 200, {**headers, **body.headers}, body.media_type)
