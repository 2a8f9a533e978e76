"""`/store`: the SPARQL 1.1 Graph Store Protocol, as plain ASGI in front of the application.

`?default` and `?graph=` name a graph indirectly; `/store/{path}` is the graph of that very IRI;
POST to `/store` makes one. https://www.w3.org/TR/sparql11-http-rdf-update/
"""

import hashlib
import secrets
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ihubkg import formats, terms
from ihubkg.errors import BadParameter, Conflict, ParameterProblem, Unavailable
from ihubkg.terms import BASE
from service import protocol
from service.exchange import COMMON, NO_STORE, Kept, allow, answer, headers, other
from service.instance import Instance
from service.negotiate import HTML
from service.problems import UnsupportedMedia
from service.protocol import Fields

METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
OFFERS = tuple(offer for offer in protocol.GRAPH if offer is not HTML)


@dataclass(frozen=True, slots=True)
class Target:
    """The graph a request is about: `name` None is the store's own default graph."""

    name: str | None
    base: str
    made: bool = False


class Door:
    """Answers `/store` and everything below."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def takes(self, path: str) -> bool:
        """Tell whether a path is this endpoint's."""
        return path == "/store" or path.startswith("/store/")

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            IhubError: there is no answer, and nothing was sent.
        """
        method = scope["method"]
        if method not in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            await other(method, scope["path"], METHODS, send)
            return
        held = self._app.state.instance
        if not isinstance(held, Instance):
            raise Unavailable("The service is still starting.", 1)
        request = Request(scope, receive)
        head = protocol.fields(scope)
        target = _target(request)
        if method in ("GET", "HEAD"):
            kept = await _read(held, head, request, target)
        else:
            kept = await _write(held, head, request, target)
        unless = head.unless if method in ("GET", "HEAD") else ""
        await answer(kept, unless, send, bodiless=method == "HEAD")


def _target(request: Request) -> Target:
    """Return the graph that a request names.

    Raises:
        BadParameter: it names none, or two.
    """
    name, default = protocol.graph_iri(request.scope["query_string"])
    path = request.url.path.removeprefix("/store").removeprefix("/")
    root = str(request.base_url).rstrip("/")
    if (name is not None) + default + bool(path) > 1:
        raise BadParameter([ParameterProblem("graph", "Name one graph, in one way.")])
    if name is not None:
        return Target(name, name)
    if default:
        return Target(None, BASE)
    if path:
        direct = f"{root}{request.scope.get('raw_path', b'').decode('ascii')}"
        return Target(direct, direct)
    if request.method == "POST":
        made = f"{root}/store/{secrets.token_hex(8)}"
        return Target(made, made, made=True)
    raise BadParameter([ParameterProblem("graph", "Name a graph by ?graph=IRI, or say ?default.")])


async def _read(held: Instance, head: Fields, request: Request, target: Target) -> Kept:
    form = request.query_params.get("_mediatype")
    chosen, media_type = protocol.offer(head.accept, form, graph=True, offers=OFFERS)
    version = held.pool.version
    reply = await held.pool.run(
        {"op": "graph", "graph": target.name, "format": chosen.format.name},
        client=protocol.client(request.scope, head, held.settings.proxies),
    )
    text = "\0".join((version, target.name or "", media_type))
    tag = f'W/"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'
    return Kept(tag, headers(media_type, tag, version), reply.body)


async def _write(held: Instance, head: Fields, request: Request, target: Target) -> Kept:
    holder = allow(held, head, "store")
    if target.name in (terms.INFERRED,):
        raise Conflict(f"{target.name} is kept by the service itself: write to another graph.")
    parts = [] if request.method == "DELETE" else await _documents(held, head, request)
    existed = await held.publisher.write(
        target.name, request.method, parts, actor=holder.name, base=target.base
    )
    created = not existed and request.method != "DELETE" and target.name is not None
    found = [*COMMON, (b"x-dataset-version", held.pool.version.encode()), NO_STORE]
    if created and target.name is not None:
        found.append((b"location", target.name.encode()))
    return Kept("", found, b"", 201 if created else 204)


async def _documents(held: Instance, head: Fields, request: Request) -> list[tuple[str, bytes]]:
    """Return the documents of a body, one or, as multipart/form-data, several.

    Raises:
        UnsupportedMedia: one is of no format of graphs.
        TooLarge: the body is too large.
    """
    content = await protocol.body(request.receive, head, held.settings.upload_bytes)
    if not head.content_type.lower().startswith("multipart/form-data"):
        return [(_format(head.content_type), content)]

    async def again() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async with Request(request.scope, again).form(max_files=100, max_fields=0) as form:
        files = [file for _, file in form.multi_items() if isinstance(file, UploadFile)]
        return [(_format(file.content_type or ""), await file.read()) for file in files]


def _format(content_type: str) -> str:
    media_type, _, rest = content_type.partition(";")
    charset = rest.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    fmt = formats.by_media_type(media_type, kind="graph")
    if fmt is None or charset not in ("", "utf-8", "utf8"):
        known = ", ".join(one.media_type for one in formats.GRAPH_FORMATS)
        raise UnsupportedMedia(f"“{content_type}” is not read here: send {known}, as UTF-8.")
    return fmt.name
