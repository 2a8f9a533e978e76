"""`/sparql`: the SPARQL 1.1 Protocol, as plain ASGI in front of the application.

A query passes the gate, waits for its turn, and is answered by a worker; finished answers are kept
per dataset version. Everything else goes through to the application behind.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ihubkg import federation, gate
from ihubkg.errors import BadQuery, IhubError, Unavailable
from ihubkg.evaluate import GRAPHS, tidy
from ihubkg.gate import Limits, Passed
from ihubkg.terms import BASE, PREFIXES
from service import editor, protocol
from service.accounts import Accounts
from service.editor import Shown
from service.exchange import (
    COMMON,
    NO_STORE,
    Answers,
    Kept,
    allow,
    answer,
    headers,
    other,
    stream,
)
from service.instance import Instance
from service.negotiate import Offer, prefers_page
from service.pool import Reply
from service.protocol import Fields
from service.publisher import SECONDS
from service.repeats import Repeats
from service.settings import Settings
from service.turns import Client

METHODS = "GET, HEAD, POST, QUERY, OPTIONS"
DESCRIPTION = Path(__file__).parent.parent / "description.ttl"

STREAM_OVER = 16 * 1024 * 1024
"""Answers that may be longer than this are sent as they come."""


class Door:
    """Answers `/sparql`."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._answers: Answers | None = None
        self._accounts: Accounts | None = None

    def takes(self, path: str) -> bool:
        """Tell whether a path is this endpoint's."""
        return path in ("/sparql", "/sparql/")

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            IhubError: there is no answer, and nothing was sent.
        """
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST", "QUERY"):
            await other(method, "/sparql", METHODS, send)
            return
        held = self._app.state.instance
        if not isinstance(held, Instance):
            raise Unavailable("The service is still starting.", 1)
        if self._answers is None or self._accounts is None:
            self._answers = Answers(held.settings.cache_bytes)
            self._accounts = Accounts(held.access, held.settings.proxies)
        head = protocol.fields(scope)
        content = b""
        if method in ("POST", "QUERY"):
            content = await protocol.body(receive, head, held.settings.query_bytes * 4)
        address = (scope["scheme"], head.host, scope["query_string"])
        key = (method == "POST", address, head.accept, head.content_type, content)
        version = held.pool.version
        kept = None if head.token else self._answers.get(key, version)
        is_again = kept is not None
        if kept is None:
            asked = protocol.read(method, scope["query_string"], head, content)
            if asked is None:
                kept = await nothing_asked(Request(scope, receive), held, head)
            else:
                client = await self._accounts.client(scope, head)
                turn = Turn(held, head, asked, Request(scope, receive), client)
                kept = await turn.answered(send)
                if kept is None:
                    return
                version = turn.version
                if not (head.token or turn.volatile):
                    self._answers.put(key, version, kept)
        unless = "" if method == "POST" else head.unless
        status = await answer(kept, unless, send, bodiless=method == "HEAD")
        repeats: Repeats | None = scope.get("state", {}).get("repeats")
        if repeats is not None and is_again and kept.repeats and method == "GET":
            body = b"" if status == 304 else kept.body
            repeats.put(scope, version, status, kept.headers, body)


class Turn:
    """One operation on its way from the gate to its answer."""

    def __init__(
        self, held: Instance, head: Fields, asked: protocol.Request, of: Request, client: Client
    ) -> None:
        self._held = held
        self._client = client
        self._head = head
        self._asked = asked
        self._of = of
        self.volatile = False
        self.version = held.pool.version

    async def answered(self, send: Send) -> Kept | None:
        """Return what `run` does; who asks on the page is told there why there is no answer.

        Raises:
            IhubError: there is none, and no page was asked for.
        """
        try:
            return await self.run(send)
        except IhubError as error:
            if not self._on_page or self._asked.kind == "update":
                raise
            self.volatile = True
            status, page = await asyncio.to_thread(
                editor.failed, self._of, self._held, self._asked.text, error
            )
            found = headers("text/html; charset=utf-8", "", self.version)
            if isinstance(error, Unavailable) and error.retry_after is not None:
                found.append((b"retry-after", str(error.retry_after).encode()))
            return Kept("", found, page, status)

    @property
    def _on_page(self) -> bool:
        form = self._asked.form
        return form in ("html", "text/html") or (form is None and prefers_page(self._of))

    async def run(self, send: Send) -> Kept | None:
        """Return the answer; None where it was sent already, as it came.

        Raises:
            IhubError: there is none; says why.
        """
        if self._asked.kind == "update":
            return await self._update()
        settings = self._held.settings
        passed = gate.check(self._asked.text, limits=limits(settings))
        self.volatile = passed.volatile
        if self._asked.explain:
            return await self._explained(passed)
        graph = passed.form in ("CONSTRUCT", "DESCRIBE")
        chosen, media_type = protocol.offer(self._head.accept, self._asked.form, graph=graph)
        tag = self._tag(passed, media_type)
        if not self.volatile and tag in self._head.unless and self._of.method != "POST":
            self.volatile = True  # nothing was asked of a worker: there is no answer to keep
            return Kept(tag, headers(media_type, tag, self.version), b"")
        most = settings.query_seconds
        job, body = await self._with_elsewhere(passed, self._job(passed, chosen))
        reply = await self._held.pool.run(
            job,
            body,
            seconds=min(self._asked.seconds or most, most),
            client=self._client,
        )
        found = headers(media_type, "" if self.volatile else tag, self.version)
        if reply.parts is not None:
            await stream(reply, found, send)
            return None
        cut = reply.head.get("cut", "")
        if cut:
            found.append((b"x-result-truncated", cut.encode()))
            found.append((b"link", b'</dumps/>; rel="alternate"; title="everything"'))
        body = reply.body
        if chosen.format.kind == "page":
            body = await asyncio.to_thread(self._page, reply, graph=graph)
        repeats = not (self.volatile or chosen.format.kind == "page")
        return Kept(tag, found, body, repeats=repeats)

    async def _with_elsewhere(
        self, passed: Passed, job: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        """Return a job and its body, with what other endpoints say to their parts of the query."""
        settings = self._held.settings
        parts = federation.services(passed.text) if settings.federation else ()
        if not parts:
            return job, b""
        self.volatile = True  # what is elsewhere may change without a word
        outward = self._held.outward
        answers = await self._held.pool.beside(lambda: outward.ask(parts), client=self._client)
        lengths = [-1 if answer is None else len(answer) for answer in answers]
        whole = b"".join(answer for answer in answers if answer is not None)
        return {**job, "elsewhere": (lengths, settings.federation_rows)}, whole

    async def _explained(self, passed: Passed) -> Kept:
        """Return the parts of the query with their rows, as a page or as JSON."""
        settings = self._held.settings
        seconds = min(self._asked.seconds or settings.query_seconds, settings.query_seconds)
        job = self._job(passed, protocol.SPARQL_JSON)
        reply = await self._held.pool.run(
            {**job, "op": "explain", "seconds": seconds / 2},
            seconds=seconds,
            client=self._client,
        )
        tag = self._tag(passed, "explained" if self._on_page else "explained as JSON")
        if not self._on_page:
            content = orjson.dumps(reply.head, option=orjson.OPT_INDENT_2)
            return Kept(tag, headers("application/json", tag, self.version), content)
        shown = Shown(self._asked.text, parts=reply.head["parts"])
        page = await asyncio.to_thread(editor.render, self._of, self._held, shown)
        return Kept(tag, headers("text/html; charset=utf-8", tag, self.version), page)

    async def _update(self) -> Kept:
        """Run an update; readers see it when this returns."""
        holder = allow(self._held, self._head, "update")
        asked = self._asked
        passed = gate.check(asked.text, kind="update", limits=gate.TRUSTED)
        if passed.dataset and (asked.default or asked.named):
            raise BadQuery(
                "The dataset is given both in the update and beside it: choose one.",
                see=gate.SEE_PROTOCOL,
            )
        version = await self._held.publisher.update(
            passed.text,
            actor=holder.name,
            using=asked.default or (),
            using_named=asked.named or (),
            seconds=min(asked.seconds or SECONDS, SECONDS),
        )
        self.volatile = True
        found = [*COMMON, (b"x-dataset-version", version.encode()), NO_STORE]
        return Kept("", found, b"", 204)

    def _tag(self, passed: Passed, media_type: str) -> str:
        parts = (
            self.version,
            passed.text,
            media_type,
            repr((self._asked.default, self._asked.named)),
            self._held.edition if media_type.startswith("text/html") else "",
        )
        digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()
        return f'W/"{digest}"'

    def _job(self, passed: Passed, chosen: Offer) -> dict[str, Any]:
        settings = self._held.settings
        name = chosen.format.name
        if chosen.format.kind == "page":
            name = "turtle" if passed.form in ("CONSTRUCT", "DESCRIBE") else "json"
        return {
            "op": "query",
            "text": passed.text,
            "capped": gate.cap(passed, settings.rows + 1) if passed.form == "SELECT" else None,
            "format": name,
            "form": passed.form,
            "base": BASE,
            "default": self._asked.default,
            "named": self._asked.named,
            "rows": settings.rows,
            "size": settings.answer_bytes,
            "stream": settings.answer_bytes > STREAM_OVER and chosen.format.kind != "page",
        }

    def _page(self, reply: Reply, *, graph: bool) -> bytes:
        shown = Shown(
            self._asked.text,
            answer=None if graph else orjson.loads(reply.body),
            graph=reply.body.decode() if graph else "",
            cut=reply.head.get("cut", ""),
        )
        return editor.render(self._of, self._held, shown)


def limits(settings: Settings) -> Limits:
    """Return what the gate lets through."""
    return Limits(
        text=settings.query_bytes,
        depth=settings.query_depth,
        operators=settings.query_operators,
        patterns=settings.query_patterns,
        federation=settings.federation,
    )


async def nothing_asked(request: Request, held: Instance, head: Fields) -> Kept:
    """Return the answer to a request without a query: a form for people, else what this is.

    Raises:
        BadQuery: it came by POST or QUERY, which are for operations.
        NotFound: it names an example that there is not.
    """
    if request.method not in ("GET", "HEAD"):
        raise BadQuery("There is no query here: send one as “query=…”.", see=gate.SEE_PROTOCOL)
    form = request.query_params.get("_mediatype")
    version = held.pool.version
    if form in (None, "html", "text/html") and (form or prefers_page(request)):
        name = request.query_params.get("example")
        query = await asyncio.to_thread(editor.example, held, name) if name else ""
        page = await asyncio.to_thread(editor.render, request, held, Shown(query))
        tag = f'W/"{hashlib.blake2b(page, digest_size=12).hexdigest()}"'
        return Kept(tag, headers("text/html; charset=utf-8", tag, version), page)
    chosen, media_type = protocol.offer(head.accept, form, graph=True)
    endpoint = str(request.url.replace(query=""))
    federated = bool(held.settings.federation)
    body = description(endpoint, held.store.graphs(), chosen, federated=federated)
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Kept(tag, headers(media_type, tag, version), body)


def description(
    endpoint: str, graphs: Iterable[str], chosen: Offer, *, federated: bool = False
) -> bytes:
    """Return the Service Description of the endpoint at that address.

    https://www.w3.org/TR/sparql11-service-description/
    """
    triples = [
        quad.triple
        for quad in ox.parse(
            DESCRIPTION.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=endpoint
        )
    ]
    dataset = ox.NamedNode(f"{endpoint}#dataset")
    sd, rdf = PREFIXES["sd"], PREFIXES["rdf"]
    for name in graphs:
        node = ox.BlankNode()
        triples += [
            ox.Triple(dataset, ox.NamedNode(f"{sd}namedGraph"), node),
            ox.Triple(node, ox.NamedNode(f"{rdf}type"), ox.NamedNode(f"{sd}NamedGraph")),
            ox.Triple(node, ox.NamedNode(f"{sd}name"), ox.NamedNode(name)),
        ]
    if federated:
        feature = ox.NamedNode(f"{sd}feature"), ox.NamedNode(f"{sd}BasicFederatedQuery")
        triples.append(ox.Triple(ox.NamedNode(endpoint), *feature))
    fmt = GRAPHS.get(chosen.format.name, ox.RdfFormat.TURTLE)
    body = ox.serialize(triples, format=fmt, prefixes=dict(PREFIXES)) or b""
    return tidy(body, chosen.format.name)
