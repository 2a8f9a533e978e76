"""The SPARQL 1.1 Protocol as requests come: which operation, on what, answered how.

https://www.w3.org/TR/sparql11-protocol/
"""

import re
from asyncio import wait_for
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from ihubkg import formats
from ihubkg.errors import BadParameter, BadQuery, ParameterProblem
from ihubkg.gate import SEE_PROTOCOL, Operation
from service.guard import too_large
from service.negotiate import (
    CSV,
    HTML,
    JSONLD,
    NQUADS,
    NTRIPLES,
    RDFXML,
    TRIG,
    TSV,
    TURTLE,
    Offer,
    named,
    negotiate,
)
from service.problems import SlowBody, UnsupportedMedia
from service.turns import Client

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

BODY_SECONDS = 10.0
"""Longest pause in a body that is waited for."""
MOST_FIELDS = 200
"""Parameters of a request that are read."""

SPARQL_JSON = Offer(formats.JSON, ("application/json", "text/json"))
SPARQL_XML = Offer(formats.XML, ("application/xml", "text/xml"))
ROWS: tuple[Offer, ...] = (SPARQL_JSON, SPARQL_XML, CSV, TSV, HTML)
"""The forms of the answer to SELECT and ASK."""
GRAPH: tuple[Offer, ...] = (TURTLE, JSONLD, NTRIPLES, RDFXML, TRIG, NQUADS, HTML)
"""The forms of the answer to CONSTRUCT and DESCRIBE."""
_UNICODE_TEXT = ("text/turtle", "text/csv", "text/tab-separated-values", "text/html")
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Fields:
    """The headers of a request that matter here."""

    host: str = ""
    accept: str = ""
    content_type: str = ""
    token: str = ""
    unless: str = ""
    prefer: str = ""
    forwarded: str = ""
    coding: str = ""
    length: int | None = None


_WANTED = {
    b"host": "host",
    b"accept": "accept",
    b"content-type": "content_type",
    b"authorization": "token",
    b"if-none-match": "unless",
    b"prefer": "prefer",
    b"x-forwarded-for": "forwarded",
    b"content-encoding": "coding",
}


def fields(scope: Scope) -> Fields:
    """Return the headers of a request that matter here; lines of one name are joined."""
    found: dict[str, str] = {}
    length = None
    for name, value in scope["headers"]:
        wanted = _WANTED.get(name)
        if wanted is not None:
            text = value.decode("latin-1")
            found[wanted] = f"{found[wanted]}, {text}" if wanted in found else text
        elif name == b"content-length" and value.isdigit():
            length = int(value)
    return Fields(length=length, **found)


@dataclass(frozen=True, slots=True)
class Request:
    """One operation: `default` and `named` are None where the protocol gives no dataset."""

    kind: Operation
    text: str
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    seconds: float | None = None
    form: str | None = None
    explain: bool = False


async def body(receive: Receive, head: Fields, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        TooLarge: it has more than `limit` bytes.
        UnsupportedMedia: it is compressed.
        SlowBody: it took too long, or the client left before it was complete.
    """
    length = head.length
    if head.coding.lower() not in ("", "identity"):
        raise UnsupportedMedia(f"Send the data as it is; “{head.coding}” is not unpacked here.")
    if length is not None and length > limit:
        raise too_large(limit, length)
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            message = await wait_for(receive(), BODY_SECONDS) if parts else await receive()
        except TimeoutError as error:
            raise SlowBody(f"No data came for {BODY_SECONDS:g} seconds.") from error
        if message["type"] == "http.disconnect":
            raise SlowBody("The connection was closed before the body was complete.")
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            raise too_large(limit, size)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def read(method: str, query_string: bytes, head: Fields, content: bytes) -> Request | None:
    """Return the operation that a request asks for; None where it asks for none.

    Raises:
        BadQuery: it asks for more than one, or not in UTF-8.
        BadParameter: a parameter is not as it should be.
        UnsupportedMedia: its body is of a type that holds no operation.
    """
    parameters = _pairs(query_string)
    if method in ("GET", "HEAD"):
        return _operation(parameters, head, get=True)
    media_type, _, rest = head.content_type.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in (FORM, QUERY, UPDATE):
        said = f"“{media_type}” holds no operation" if media_type else "The body has no type"
        raise UnsupportedMedia(f"{said}: send {QUERY}, {UPDATE} or {FORM}.")
    charset = rest.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMedia(f"The body is {charset}: send it as UTF-8.")
    if media_type == FORM:
        return _operation([*parameters, *_pairs(content)], head, get=method == "QUERY")
    if method == "QUERY" and media_type == UPDATE:
        raise UnsupportedMedia("QUERY asks and changes nothing: send updates by POST.")
    name = "query" if media_type == QUERY else "update"
    if any(key in ("query", "update") for key, _ in parameters):
        raise BadQuery("The body is the operation: leave it out of the address.", see=SEE_PROTOCOL)
    return _operation([*parameters, (name, _text(content))], head, get=method == "QUERY")


def _operation(parameters: Sequence[tuple[str, str]], head: Fields, *, get: bool) -> Request | None:
    texts = [(key, value) for key, value in parameters if key in ("query", "update")]
    if not texts:
        return None
    if len(texts) > 1:
        raise BadQuery("Send one query or one update at a time.", see=SEE_PROTOCOL)
    key, text = texts[0]
    if key == "update" and get:
        raise BadQuery("An update is sent by POST, with a token.", see=SEE_PROTOCOL)
    prefix = "" if key == "query" else "using-"
    graphs = {
        part: tuple(value for name, value in parameters if name == f"{prefix}{part}-uri")
        for part in (
            ("default-graph", "named-graph") if key == "query" else ("graph", "named-graph")
        )
    }
    default, named_graphs = graphs.values()
    for name in (*default, *named_graphs):
        _check_iri(name)
    given = bool(default or named_graphs)
    return Request(
        kind="query" if key == "query" else "update",
        text=text,
        default=default if given else None,
        named=named_graphs if given else None,
        seconds=_seconds(parameters, head.prefer),
        form=next((v for k, v in parameters if k in ("_mediatype", "format", "output")), None),
        explain=any(k == "explain" and v not in ("", "0") for k, v in parameters),
    )


def _seconds(parameters: Sequence[tuple[str, str]], prefer: str) -> float | None:
    """Return the seconds a client will wait: `timeout`, or `Prefer: wait` (RFC 7240)."""
    given = next((value for key, value in parameters if key == "timeout"), None)
    if given is None:
        found = _WAIT.search(prefer) if prefer else None
        given = found[1] if found else None
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise BadParameter(
            [ParameterProblem("timeout", f"“{given}” is not a number of seconds above 0.")]
        )
    return seconds


def _check_iri(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`]*", name):
        raise BadParameter([ParameterProblem("graph", f"“{name}” is not an absolute IRI.")])


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Return the parameters of an address or a form, percent-decoded.

    https://url.spec.whatwg.org/#urlencoded-parsing
    """
    if not encoded:
        return []
    parts = encoded.split(b"&")
    if len(parts) > MOST_FIELDS:
        raise BadQuery(f"There are {len(parts)} parameters; at most {MOST_FIELDS} are read.")
    found = []
    for part in parts:
        key, _, value = part.partition(b"=")
        found.append((_decoded(key), _decoded(value)))
    return found


def _decoded(encoded: bytes) -> str:
    if b"+" in encoded:
        encoded = encoded.replace(b"+", b" ")
    if b"%" in encoded:
        encoded = unquote_to_bytes(encoded)
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise BadQuery("The parameters are not UTF-8, percent-encoded.") from error


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery(f"The text is not UTF-8: byte {error.start} cannot be read.") from error


@lru_cache(maxsize=512)
def offer(
    accept: str, form: str | None, *, graph: bool, offers: tuple[Offer, ...] | None = None
) -> tuple[Offer, str]:
    """Return the form of an answer and the media type to call it.

    Raises:
        NotAcceptable: there is none that suits.
    """
    offers = offers or (GRAPH if graph else ROWS)
    if form is not None:
        chosen = named(form.strip().replace(" ", "+").lower(), offers)
    else:
        chosen = negotiate(accept, offers)
    media_type = chosen.media_type
    if form is None and media_type not in accept and "*" not in accept:
        media_type = next((name for name in chosen.also if name in accept), media_type)
    if media_type in _UNICODE_TEXT:
        media_type += "; charset=utf-8"
    return chosen, media_type


def client(scope: Scope, head: Fields, proxies: Sequence[str]) -> Client:
    """Return whom to account the request to; a proxy we know speaks for its clients."""
    peer = scope.get("client")
    host = str(peer[0]) if peer else ""
    if host in proxies:
        for name in reversed([part.strip() for part in head.forwarded.split(",")]):
            if name and name not in proxies:
                return Client(_network(name))
        return Client(host)
    return _loopback(host) or Client(_network(host))


@lru_cache(maxsize=1024)
def _loopback(host: str) -> Client | None:
    try:
        return Client(host, free=True) if ip_address(host).is_loopback else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _network(host: str) -> str:
    """Return the part of an address that one client has: IPv6 hosts own a /64."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else ":".join(address.exploded.split(":")[:4])


def graph_iri(query_string: bytes) -> tuple[str | None, bool]:
    """Return the graph that a Graph Store request names by `?graph=`, and whether by `?default`.

    Percent-encoding is undone once, so that an IRI may hold some of its own.
    """
    name: str | None = None
    default = False
    for part in query_string.split(b"&"):
        key, _, value = part.partition(b"=")
        if key == b"default":
            default = True
        elif key == b"graph":
            name = unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
            _check_iri(name)
    return name, default
