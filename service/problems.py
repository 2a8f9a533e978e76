"""Errors as RFC 9457 problem documents, or as a page for browsers.

The one table from our errors to HTTP. https://www.rfc-editor.org/rfc/rfc9457
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ihubkg import errors
from ihubkg.errors import IhubError
from ihubkg.terms import BASE
from service.negotiate import NotAcceptable, prefers_page

log = logging.getLogger("ihubkg.service")

LONGEST_DETAIL = 300
"""Characters of a detail that are shown; parsers quote their input."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its HTTP status, slug and title."""

    status: int
    slug: str
    title: str


class UnsupportedMedia(IhubError):
    """The body is of a media type or coding that this path does not take."""


class SlowBody(IhubError):
    """The client took too long to send its body."""


class Forbidden(IhubError):
    """The token does not allow this."""


class Unauthorized(IhubError):
    """A token is needed, or the one sent is not valid."""


class Gone(IhubError):
    """What was there has been withdrawn."""


KINDS: Mapping[type[IhubError], Kind] = {
    errors.ParseError: Kind(400, "unreadable-data", "The data could not be read"),
    errors.BadQuery: Kind(400, "bad-query", "The query cannot be run"),
    errors.BadParameter: Kind(422, "bad-parameter", "A parameter is not as the question needs it"),
    errors.NotFound: Kind(404, "not-found", "There is nothing here"),
    errors.TooLarge: Kind(413, "too-large", "That is more than is taken"),
    errors.Timeout: Kind(504, "timeout", "It took too long and was stopped"),
    errors.LimitExceeded: Kind(422, "limit-exceeded", "A limit was reached"),
    errors.Conflict: Kind(409, "conflict", "The state is not what you expected"),
    errors.StoreError: Kind(503, "store-error", "The store cannot be used"),
    errors.OverBudget: Kind(429, "over-budget", "You have used your share for now"),
    errors.Unavailable: Kind(503, "unavailable", "Not now"),
    NotAcceptable: Kind(406, "not-acceptable", "There is no such form of this"),
    UnsupportedMedia: Kind(415, "unsupported-media", "This kind of data is not taken"),
    SlowBody: Kind(408, "slow-body", "The data did not arrive in time"),
    Unauthorized: Kind(401, "unauthorized", "A token is needed"),
    Forbidden: Kind(403, "forbidden", "That is not allowed"),
    Gone: Kind(410, "gone", "This was withdrawn"),
}

OUR_FAULT = "The fault is in the service, not in your request. It has been logged."
INTERNAL = Kind(500, "internal", "Something went wrong on our side")
BY_STATUS: Mapping[int, Kind] = {
    **{kind.status: kind for kind in reversed(tuple(KINDS.values()))},
    400: Kind(400, "bad-request", "The request cannot be understood"),
    405: Kind(405, "method-not-allowed", "That cannot be done here"),
    422: Kind(422, "bad-parameter", "A parameter is not as it should be"),
    431: Kind(431, "long-head", "The address or the headers are too long"),
    503: KINDS[errors.Unavailable],
}


def kinds() -> Mapping[str, Kind]:
    """Return every kind of problem by its slug, in the order of the statuses."""
    every = (*KINDS.values(), *BY_STATUS.values(), INTERNAL)
    return {kind.slug: kind for kind in sorted(every, key=lambda kind: (kind.status, kind.slug))}


def kind_of(error: IhubError) -> Kind:
    """Return the kind of `error`: the nearest of its classes that the table names."""
    for ancestor in type(error).__mro__:
        if ancestor in KINDS:
            return KINDS[ancestor]
    return INTERNAL


def problem(error: IhubError) -> dict[str, Any]:
    """Return the problem document of `error` as JSON values."""
    kind = kind_of(error)
    return document(kind, error.message) | _members(error)


def response(request: Request, document: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Return `document` as the page or the JSON that the client of `request` reads."""
    status = int(document["status"])
    common = {"Cache-Control": "no-store", "Vary": "Accept", **headers}
    pages = getattr(request.app.state, "pages", None)
    if pages is not None and prefers_page(request):
        body = pages.render(request, "problem.html", problem=document)
        return Response(body, status, {**common, "Content-Language": "en"}, "text/html")
    return Response(orjson.dumps(document), status, common, "application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(IhubError, _on_ihub_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_exception)


def method_not_allowed(method: str, path: str) -> dict[str, Any]:
    """Return the problem document for a method that does nothing at a path."""
    return document(BY_STATUS[405], f"{method} does nothing at {path}.")


def document(kind: Kind, detail: str) -> dict[str, Any]:
    """Return the problem document of a kind, `detail` cut where it is very long."""
    text = detail if len(detail) <= LONGEST_DETAIL else detail[: LONGEST_DETAIL - 1] + "…"
    return {
        "type": f"{BASE}problem/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": text,
    }


def _members(error: IhubError) -> dict[str, Any]:
    """Return what a problem says beyond the four members that all have."""
    match error:
        case errors.BadParameter():
            return {
                "errors": [
                    {"parameter": e.parameter, "reason": e.reason, "nearest": list(e.nearest)}
                    for e in error.errors
                ]
            }
        case errors.ParseError() | errors.BadQuery():
            place = {"line": error.line, "column": error.column}
            see = {"see": error.see} if isinstance(error, errors.BadQuery) else {}
            return {name: value for name, value in (place | see).items() if value is not None}
        case errors.NotFound():
            return {"nearest": list(error.candidates)} if error.candidates else {}
        case errors.TooLarge() | errors.LimitExceeded():
            found = {"limit": error.limit, "value": error.value}
            return {name: value for name, value in found.items() if value is not None}
        case errors.Unavailable():
            return {} if error.retry_after is None else {"retry_after": error.retry_after}
        case NotAcceptable():
            return {"offers": [offer.media_type for offer in error.offers]}
        case _:
            return {}


async def _on_ihub_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, IhubError):
        raise error
    return of(request, error)


def of(request: Request, error: Exception) -> Response:
    """Return the answer that tells the client of `request` about `error`."""
    if not isinstance(error, IhubError):
        return response(request, document(INTERNAL, OUR_FAULT), {})
    headers: dict[str, str] = {}
    if isinstance(error, errors.Unavailable) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooLarge | SlowBody):
        # What is still on its way would be read as the next request.
        headers["Connection"] = "close"
    return response(request, problem(error), headers)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = BY_STATUS.get(error.status_code, Kind(error.status_code, "http", error.detail))
    detail = error.detail if error.detail != "Not Found" else f"No page at {request.url.path}."
    if error.status_code == 405:
        detail = f"{request.method} does nothing at {request.url.path}."
    return response(request, document(kind, detail), dict(error.headers or {}))


async def _on_disconnect(request: Request, error: Exception) -> Response:
    """Say nothing to a client that has gone, and nothing of it in the log: it is no fault here."""
    del request, error
    return Response(status_code=400)


async def _on_exception(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return response(request, document(INTERNAL, OUR_FAULT), {})
