"""`/schemas`: the JSON Schema of the JSON-LD documents of each class."""

from collections.abc import Mapping

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg import classes
from ihubkg.errors import NotFound
from ihubkg.shapes import Shapes
from service.instance import Instance, instance
from service.render import Answering, Body, answer, key

router = APIRouter()

MEDIA_TYPE = "application/schema+json"


def schemas(held: Instance) -> Mapping[str, classes.Schema]:
    """Return the schemas by the name of their class; made once."""

    def build() -> Mapping[str, classes.Schema]:
        return classes.schemas(Shapes(held.model.shapes), held.model.ontology, held.context)

    return held.store.remember("schemas of classes", build)


async def listing(request: Request) -> Response:
    """List the schemas."""
    held = instance(request)

    def build() -> Body:
        listed = [
            {"class": name, "title": schema["title"], "href": f"/schemas/{name}.json"}
            for name, schema in schemas(held).items()
        ]
        return Body(orjson.dumps({"schemas": listed}), "application/json")

    how = Answering(key(held.model.digest, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


async def one(request: Request) -> Response:
    """Answer with the schema of one class."""
    held = instance(request)
    name = request.path_params["name"]

    def build() -> Body:
        known = schemas(held)
        if name not in known:
            raise NotFound(f"There is no schema of {name}.", tuple(known))
        return Body(orjson.dumps(known[name], option=orjson.OPT_INDENT_2), MEDIA_TYPE)

    how = Answering(key(held.model.digest, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


router.add_route("/schemas", listing, methods=["GET"])
router.add_route("/schemas/{name}.json", one, methods=["GET"])
