"""`/problem/{slug}`: what the `type` of a problem document means."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.errors import NotFound
from ihubkg.terms import BASE
from service.instance import instance
from service.negotiate import HTML, JSON, choose
from service.problems import kinds
from service.render import Answering, Body, answer, key

router = APIRouter()


async def problem(request: Request) -> Response:
    """Say what one kind of problem is, and which others there are."""
    held = instance(request)
    slug = request.path_params["slug"]
    listed = kinds()
    if slug not in listed:
        raise NotFound(f"There is no kind of problem called {slug}.", sorted(listed))
    offer = choose(request, (JSON, HTML))
    kind = listed[slug]

    def build() -> Body:
        if offer is HTML:
            page = held.pages.render(
                request, "problems.html", title=kind.title, kind=kind, kinds=listed.values()
            )
            return Body(page.encode(), "text/html; charset=utf-8")
        document = {"type": f"{BASE}problem/{slug}", "title": kind.title, "status": kind.status}
        return Body(orjson.dumps(document), JSON.media_type)

    return await answer(
        request, Answering(key(held.edition, request, offer, ())), held.cache, build
    )


router.add_route("/problem/{slug}", problem, methods=["GET"])
