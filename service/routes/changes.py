"""`/changes`: the feed of changes (LDES on TREE), a page of members at a time.

Full pages never change and may be kept for ever. https://w3id.org/ldes/specification
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihubkg import feed
from ihubkg.changes import Span
from ihubkg.errors import NotFound
from ihubkg.terms import PREFIXES
from service.instance import Instance, instance
from service.negotiate import DATASET, HTML, JSONLD, NQUADS, TRIG, Offer, choose
from service.render import IMMUTABLE, REVALIDATE, Answering, Body, answer, key, link
from service.templates import address

router = APIRouter()

PAGE: tuple[Offer, ...] = (TRIG, NQUADS, JSONLD, HTML)
"""The forms of a page: those that keep the statements of members apart."""


@dataclass(frozen=True)
class Part:
    """The stream or one page of it: its statements, its page for people, its digest, its links."""

    quads: Callable[[], Sequence[ox.Quad]]
    html: Callable[[], str]
    digest: str
    links: Sequence[str]
    cache_control: str = REVALIDATE


async def stream(request: Request) -> Response:
    """Describe the stream and lead to its pages."""
    held = instance(request)
    spans = await run_in_threadpool(_spans, held)
    home = str(request.base_url)

    def html() -> str:
        batches = held.journal.batches()
        context = {"title": "Changes", "batches": batches, "pages": spans}
        return held.pages.render(request, "changes.html", **context)

    links = [link("/changes/1", rel="first"), link(f"/changes/{len(spans)}", rel="last")]
    digest = spans[-1].digest
    part = Part(lambda: feed.stream(spans, home), html, digest, links)
    return await _respond(request, part, DATASET)


async def page(request: Request) -> Response:
    """Answer with one page of members."""
    held = instance(request)
    number = request.path_params["number"]
    spans = await run_in_threadpool(_spans, held)
    if not 0 < number <= len(spans):
        raise NotFound(f"The feed has {len(spans)} pages, and none is number {number}.")
    span = spans[number - 1]
    home = str(request.base_url)

    def quads() -> list[ox.Quad]:
        return feed.page(number, held.journal.page(number), home)

    def html() -> str:
        members = held.journal.page(number)
        context = {"title": f"Changes, page {number}", "number": number, "members": members}
        return held.pages.render(request, "changes-page.html", **context, last=len(spans))

    lasting = IMMUTABLE if span.full else REVALIDATE
    part = Part(quads, html, span.digest, _around(number, len(spans)), lasting)
    return await _respond(request, part, PAGE)


async def record(request: Request) -> Response:
    """Lead from what a graph says of a thing to the thing's document."""
    about = request.query_params.get("about", "")
    where = address(about)
    if where is None or not where.startswith("/"):
        raise NotFound(f"There is no document about {about or 'nothing'} here.")
    return RedirectResponse(where, status_code=303)


async def _respond(request: Request, part: Part, offers: Sequence[Offer]) -> Response:
    held = instance(request)
    offer = choose(request, offers)
    path = request.url.path
    alternates = [
        link(f"{path}?_mediatype={o.media_type}", rel="alternate", type=o.media_type)
        for o in offers
        if o is not offer
    ]
    look = held.pages.digest if offer is HTML else ""
    how = Answering(
        key(f"{part.digest} {request.base_url} {look}", request, offer, ()),
        links=[*part.links, *alternates],
        cache_control=part.cache_control,
    )

    def build() -> Body:
        if offer is HTML:
            return Body(part.html().encode(), "text/html; charset=utf-8")
        return Body(_written(part.quads(), offer), offer.media_type)

    return await answer(request, how, held.cache, build)


def _written(quads: Sequence[ox.Quad], offer: Offer) -> bytes:
    kind = ox.RdfFormat.from_media_type(offer.media_type)
    if kind is None:
        raise ValueError(f"{offer.media_type} is no form of graphs")
    if not kind.supports_datasets:
        triples = [quad.triple for quad in quads]
        return ox.serialize(triples, format=kind, prefixes=dict(PREFIXES)) or b""
    return ox.serialize(quads, format=kind, prefixes=dict(PREFIXES)) or b""


def _spans(held: Instance) -> tuple[Span, ...]:
    held.journal.follow(held.store)
    return held.journal.spans()


def _around(number: int, last: int) -> list[str]:
    """Return the links to the pages beside a page."""
    found = [link("/changes", rel="collection"), link("/changes/1", rel="first")]
    if number > 1:
        found.append(link(f"/changes/{number - 1}", rel="prev"))
    if number < last:
        found.append(link(f"/changes/{number + 1}", rel="next"))
    return found


for route, endpoint in (
    ("/changes", stream),
    ("/changes/record", record),
    ("/changes/{number:int}", page),
):
    router.add_route(route, endpoint, methods=["GET"])
