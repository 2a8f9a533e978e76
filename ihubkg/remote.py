"""Graphs elsewhere: a running service of this project, or any SPARQL 1.1 endpoint. The only home of
httpx.

Requests and answers follow https://www.w3.org/TR/sparql11-protocol/; what a service refuses comes
back as the error that the library itself would have raised.
"""

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any, TypeVar, cast

import httpx
import orjson
import pyoxigraph as ox

from ihubkg import errors, files, tokens
from ihubkg.errors import IhubError, ParameterProblem
from ihubkg.formats import JSON, NTRIPLES
from ihubkg.terms import PREFIXES, PUBLIC_GRAPHS

T = TypeVar("T")
Results = ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]

CONNECT_SECONDS = 2.0
READ_SECONDS = 61.0
"""A service stops a query after at most a minute; then it has a second to say so."""

LARGEST = 256 * 1024 * 1024
"""Bytes of an answer that are taken."""


@dataclass(frozen=True)
class Reply:
    """What came back: the body, its media type, and whether the sender cut it short."""

    body: bytes
    media_type: str
    truncated: bool


class Remote:
    """A graph behind a URL.

    A URL that ends in `/sparql` or `/query` is a SPARQL endpoint; any other is the root of a
    service.
    """

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self.is_service = not self.url.endswith(("/sparql", "/query"))
        self.endpoint = f"{self.url}/sparql" if self.is_service else self.url
        self._remembered: dict[str, object] = {}
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,
            headers={"User-Agent": "ihubkg"},
        )

    def __enter__(self) -> "Remote":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def version(self) -> str:
        """What stands for the dataset version of a graph that does not tell it."""
        return f"at {self.url}"

    def remember(self, key: str, build: Callable[[], T]) -> T:
        """Return what `build` gave for `key` the first time."""
        if key not in self._remembered:
            self._remembered[key] = build()
        return cast(T, self._remembered[key])

    def get(self, path: str, *, accept: str, parameters: Mapping[str, Any] | None = None) -> Reply:
        """Return what the service has at `path`.

        Raises:
            IhubError: the service refuses, as it says.
            Unavailable: it does not answer.
        """
        request = self._client.build_request(
            "GET", f"{self.url}{path}", params=parameters, headers={"Accept": accept}
        )
        return self._send(request)

    def select(
        self, text: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> tuple[Results, bool]:
        """Return what a query gives there, and whether rows were cut off.

        Raises:
            IhubError: the endpoint refuses, as it says.
            Unavailable: it does not answer.
        """
        form = {
            "query": text,
            "default-graph-uri": [*default_graphs],
            "named-graph-uri": [*named_graphs],
        }
        accept = f"{JSON.media_type}, {NTRIPLES.media_type}"
        request = self._client.build_request(
            "POST", self.endpoint, data=form, headers={"Accept": accept}
        )
        reply = self._send(request)
        return _results(reply), reply.truncated

    def query(self, text: str) -> Results:
        """Return what a query of ours gives on the public graphs there.

        An endpoint of any kind is told the dataset: the public graphs as the default one, and, for
        a query that says GRAPH, all graphs of ours that it holds.
        """
        if self.is_service:
            return self.select(text)[0]
        named: Sequence[str] = ()
        if any(token.says("GRAPH") for token in tokens.scan(text)):
            named = self.remember("graphs", self._graphs)
        return self.select(text, default_graphs=PUBLIC_GRAPHS, named_graphs=named)[0]

    def _graphs(self) -> tuple[str, ...]:
        text = (files.root() / "queries" / "index" / "graphs.rq").read_text(encoding="utf-8")
        rows, _ = self.select(text)
        assert isinstance(rows, ox.QuerySolutions)  # noqa: S101  # a SELECT gives rows
        return tuple(row["graph"].value for row in rows)

    def _send(self, request: httpx.Request) -> Reply:
        try:
            response = self._client.send(request, stream=True)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    response.close()
                    message = f"{request.url} sends more than {LARGEST:,} bytes: ask for less."
                    raise errors.TooLarge(message, LARGEST, len(body))
        except httpx.TimeoutException as error:
            message = f"{self.url} did not answer within {READ_SECONDS:.0f} seconds."
            raise errors.Timeout(message, READ_SECONDS) from error
        except (httpx.TransportError, httpx.InvalidURL, httpx.TooManyRedirects) as error:
            message = f"{self.url} does not answer ({error}): is the address right, is it running?"
            raise errors.Unavailable(message) from error
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise _refusal(response, media_type, bytes(body))
        return Reply(bytes(body), media_type, "X-Result-Truncated" in response.headers)


def _results(reply: Reply) -> Results:
    """Read rows or a graph, by what the endpoint says it sent."""
    kind = ox.QueryResultsFormat.from_media_type(reply.media_type)
    syntax = ox.RdfFormat.from_media_type(reply.media_type)
    try:
        if kind is not None and reply.media_type != "application/n-triples":
            body = _canonical(reply.body) if kind is ox.QueryResultsFormat.JSON else reply.body
            return ox.parse_query_results(body, format=kind)
        if syntax is not None:
            return [quad.triple for quad in ox.parse(reply.body, format=syntax)]
    except (SyntaxError, ValueError) as error:
        raise errors.ParseError(
            f"The endpoint sent what it calls {reply.media_type}: {error}"
        ) from error
    raise errors.ParseError(f"The endpoint sent {reply.media_type or 'no media type'}, no results.")


_BOOLEAN = f"{PREFIXES['xsd']}boolean"
_TRUTH = {"1": "true", "0": "false"}


def _canonical(body: bytes) -> bytes:
    """Return rows in JSON with every truth written `true` or `false`: Virtuoso sends `1` and `0`.

    https://www.w3.org/TR/xmlschema11-2/#boolean
    """
    if _BOOLEAN.encode() not in body:
        return body
    said = orjson.loads(body)
    for row in said.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term.get("datatype") == _BOOLEAN:
                term["value"] = _TRUTH.get(term["value"], term["value"])
    return orjson.dumps(said)


_BY_STATUS: Mapping[int, type[IhubError]] = {
    404: errors.NotFound,
    409: errors.Conflict,
    410: errors.NotFound,
}


def _refusal(response: httpx.Response, media_type: str, body: bytes) -> IhubError:
    """Return the error that a refusal tells of, by its problem document (RFC 9457) or status."""
    said: dict[str, Any] = {}
    if media_type == "application/problem+json":
        said = dict(orjson.loads(body))
    status = response.status_code
    message = str(
        said.get("detail") or f"{response.url} answers {status} {response.reason_phrase}."
    )
    match status:
        case 400:
            return errors.BadQuery(message, said.get("line"), said.get("column"), said.get("see"))
        case 413:
            return errors.TooLarge(message, int(said.get("limit", 0)), said.get("value"))
        case 422 if "errors" in said:
            return errors.BadParameter(
                ParameterProblem(
                    str(item.get("parameter", "")),
                    str(item.get("reason", "")),
                    tuple(item.get("nearest", ())),
                )
                for item in said["errors"]
            )
        case 504:
            return errors.Timeout(message, said.get("limit"), said.get("value"))
        case 429 | 502 | 503:
            wait = response.headers.get("Retry-After", "")
            return errors.Unavailable(message, int(wait) if wait.isdigit() else None)
    return _BY_STATUS.get(status, IhubError)(message)


FAR_CONNECT_SECONDS = 2.0
FAR_BYTES = 4 * 1024 * 1024
"""Bytes of another endpoint's answer that are taken in the place of a SERVICE."""


def ask(url: str, query: str, *, seconds: float, size: int = FAR_BYTES) -> bytes:
    """Return the SPARQL JSON that the endpoint `url` gives for a SELECT, within time and size.

    A host that is written as a name must be a public one, and is spoken to at the address that
    was checked; one written as an address is taken as it is. No redirect is followed, and no
    proxy of the environment is used.

    Raises:
        Unavailable: it does not answer, not in time, or not as it should.
        BadQuery: it refuses the query.
        LimitExceeded: its answer is longer than `size` bytes.
    """
    end = time.monotonic() + seconds
    parts = httpx.URL(url)
    address = _public(parts)
    timeout = httpx.Timeout(seconds, connect=min(seconds, FAR_CONNECT_SECONDS))
    headers = {
        "Accept": JSON.media_type,
        "Accept-Encoding": "identity",  # what is packed may be larger than it looks
        "Host": parts.netloc.decode("ascii"),
        "User-Agent": "ihubkg",
    }
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                parts.copy_with(host=address),
                data={"query": query},
                headers=headers,
                extensions={"sni_hostname": parts.host},
            ) as answer,
        ):
            _check_status(url, answer.status_code)
            return _within(url, answer, end, size, seconds)
    except httpx.TimeoutException as error:
        raise _late(url, seconds) from error
    except httpx.HTTPError as error:
        raise errors.Unavailable(f"<{url}> cannot be reached.") from error


def _public(url: httpx.URL) -> str:
    """Return the address to connect to."""
    try:
        return str(ip_address(url.host))
    except ValueError:
        pass
    try:
        port = url.port or (443 if url.scheme == "https" else 80)
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise errors.Unavailable(f"<{url}> cannot be found.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise errors.Unavailable(
            f"<{url}> leads to an address that is not public: "
            "who means it writes the address itself into the setting."
        )
    return addresses[0]


def _check_status(url: str, status: int) -> None:
    if status == httpx.codes.OK:
        return
    if httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS:
        raise errors.BadQuery(f"<{url}> refuses its part of the query ({status}).")
    raise errors.Unavailable(f"<{url}> does not answer at present ({status}).")


def _within(url: str, answer: httpx.Response, end: float, size: int, seconds: float) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise errors.Unavailable(f"<{url}> packs its answer, which is not unpacked here.")
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > size:
            message = f"The answer of <{url}> is longer than {size:,} bytes: ask for less there."
            raise errors.LimitExceeded(message, size)
        if time.monotonic() > end:
            raise _late(url, seconds)
    return bytes(body)


def _late(url: str, seconds: float) -> errors.Unavailable:
    return errors.Unavailable(f"<{url}> did not answer within {seconds:g} seconds.")
