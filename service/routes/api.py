"""`/openapi.json` for programs and `/api`, its page, for the people who write them."""

from importlib.metadata import version

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.names import Names
from service import openapi
from service.instance import instance
from service.negotiate import languages
from service.render import Answering, Body, answer, key

router = APIRouter()


async def document(request: Request) -> Response:
    """Answer with the OpenAPI document."""
    held = instance(request)
    tongues = languages(request)

    def build() -> Body:
        described = openapi.document(
            held.model.questions,
            Names.of(held.store),
            version=version("ihubkg"),
            languages=tongues,
        )
        return Body(orjson.dumps(described), "application/json")

    how = Answering(key(held.edition, request, None, tongues), ("Accept-Language",))
    return await answer(request, how, held.cache, build)


async def page(request: Request) -> Response:
    """Show the interface to people."""
    held = instance(request)

    def build() -> Body:
        text = held.pages.render(
            request, "api.html", title="API", questions=held.model.questions.values()
        )
        return Body(text.encode(), "text/html; charset=utf-8")

    how = Answering(key(held.edition, request, None, ()), ())
    return await answer(request, how, held.cache, build)


router.add_route("/openapi.json", document, methods=["GET"])
router.add_route("/api", page, methods=["GET"])
