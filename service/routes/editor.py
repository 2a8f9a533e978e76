"""`/sparql/terms.json` and `/sparql/hints`: what the editor of queries asks while one types."""

from collections.abc import Mapping

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ihubkg import gate
from ihubkg.errors import IhubError
from service import editor, problems
from service.instance import Instance, instance
from service.render import IMMUTABLE, REVALIDATE, Answering, Body, answer, key
from service.routes.sparql import limits

router = APIRouter()


async def terms(request: Request) -> Response:
    """Send the names that complete; under the dataset version they may be kept for ever."""
    held = instance(request)
    lasting = request.query_params.get("v") == held.store.version
    how = Answering(
        key(held.edition, request, None, ()),
        vary=(),
        cache_control=IMMUTABLE if lasting else REVALIDATE,
        headers={"X-Dataset-Version": held.store.version},
    )

    def build() -> Body:
        return Body(orjson.dumps(editor.terms(held)), "application/json")

    return await answer(request, how, held.cache, build)


async def hints(request: Request) -> Response:
    """Say what is odd about the query in the body, without running it."""
    held = instance(request)
    query = (await request.body()).decode("utf-8", "replace")
    found = await run_in_threadpool(_hints, held, query)
    return Response(orjson.dumps(found), media_type="application/json", headers=_FRESH)


_FRESH = {"Cache-Control": "no-store"}


def _hints(held: Instance, query: str) -> Mapping[str, object]:
    try:
        gate.check(query, limits=limits(held.settings))
    except IhubError as error:
        return {"problem": problems.problem(error), "hints": []}
    return {"problem": None, "hints": [hint.as_dict() for hint in editor.hints(held, query)]}


router.add_route("/sparql/terms.json", terms, methods=["GET"])
router.add_route("/sparql/hints", hints, methods=["POST"])
