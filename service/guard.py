"""What stands between the network and the routes: limits on bodies, headers on answers.

Plain ASGI, so that a body beyond its limit is refused while it streams in, before any of it is
kept, and so that every answer, errors included, carries the security headers.
"""

import time
from asyncio import wait_for
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ihubkg.errors import TooLarge
from service.problems import SlowBody, UnsupportedMedia
from service.settings import MIB, Settings

WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE", "QUERY"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Everything a page needs comes from this service; no inline script, no inline style."""

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

EXPOSED = (
    "Content-Location, Content-Profile, ETag, Link, Location, Retry-After, Vary, "
    "X-Dataset-Version, X-Result-Truncated, X-Total-Count"
)

PRIVATE = ("/submissions",)
"""Paths that other sites' scripts may not read."""


def body_limit(path: str, settings: Settings) -> int:
    """Return the bytes that a body sent to `path` may have."""
    if path == "/validate":
        # The file itself is measured again; this is the file with the form around it.
        return settings.validate_bytes + 64 * 1024
    if path == "/store" or path.startswith(("/store/", "/submissions")):
        return settings.upload_bytes
    if path == "/sparql":
        return max(settings.form_bytes, settings.query_bytes * 4)
    return settings.form_bytes


class BodyLimit:
    """Refuses bodies that are too large, too slow or compressed, while they arrive."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a `receive` that counts and keeps time."""
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self._app(scope, receive, send)
            return
        limit = body_limit(scope["path"], self._settings)
        await self._app(scope, self._metered(receive, Headers(scope=scope), limit), send)

    def _metered(self, receive: Receive, headers: Headers, limit: int) -> Receive:
        seen = 0
        done = False
        deadline = time.monotonic() + self._settings.body_seconds

        async def metered() -> Message:
            # Raised here and not earlier: inside the routes every error becomes a problem.
            nonlocal seen, done
            refuse_at_once(headers, limit)
            if done:
                return await receive()
            try:
                message = await wait_for(receive(), max(0.0, deadline - time.monotonic()))
            except TimeoutError as error:
                raise SlowBody(
                    f"The data did not arrive within {self._settings.body_seconds:g} seconds."
                ) from error
            seen += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if seen > limit:
                raise too_large(limit, seen)
            return message

        return metered


def refuse_at_once(headers: Headers, limit: int) -> None:
    """Refuse by its headers a body that need not be read.

    Raises:
        TooLarge: it announces more than `limit` bytes.
        UnsupportedMedia: it is compressed.
    """
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise too_large(limit, int(length))
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMedia(f"Send the data as it is; “{coding}” is not unpacked here.")


def too_large(limit: int, value: int) -> TooLarge:
    """Return the error for a body of at least `value` bytes where `limit` are taken."""
    return TooLarge(
        f"The data is larger than the {_size(limit)} that are taken here. "
        "Send it in parts, or run ihubkg on your own machine.",
        limit,
        value,
    )


class AnswerHeaders:
    """Adds the security headers and the rules for other sites' scripts to every answer."""

    def __init__(self, app: ASGIApp, extra: Iterable[tuple[str, str]] = ()) -> None:
        self._app = app
        self._headers = {**SECURITY_HEADERS, **dict(extra)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on and add headers to what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = not scope["path"].startswith(PRIVATE)
        asked = Headers(scope=scope)
        if public and _is_preflight(scope, asked):
            await _answer_preflight(asked, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if public:
                    headers.setdefault("Access-Control-Allow-Origin", "*")
                    headers.setdefault("Access-Control-Expose-Headers", EXPOSED)
            await send(message)

        await self._app(scope, receive, with_headers)


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def _answer_preflight(asked: Headers, send: Send) -> None:
    wanted = asked.get("access-control-request-headers", "")
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, QUERY, OPTIONS",
        "Access-Control-Allow-Headers": wanted or "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
        "Vary": "Access-Control-Request-Headers",
    }
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


def _size(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count // 1024} KiB"
