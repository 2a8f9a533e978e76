"""`/templates/{name}.csv`: tables to fill in, and beside each its mapping to RDF.

The mapping stands where CSV on the Web looks for it, at the address of the table with
`-metadata.json` behind it, and is linked as `describedby`:
https://www.w3.org/TR/tabular-data-model/#locating-metadata.
"""

import codecs

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.templates import TABLES, Templates, find
from service.instance import Instance, instance
from service.render import Answering, Body, answer, key

router = APIRouter()

METADATA = "-metadata.json"
MEDIA_TYPE = "application/csvm+json"


async def listing(request: Request) -> Response:
    """List the tables."""
    held = instance(request)

    def build() -> Body:
        listed = [
            {
                "name": table.name,
                "title": table.summary,
                "href": f"/templates/{table.name}.csv",
                "metadata": f"/templates/{table.name}.csv{METADATA}",
            }
            for table in TABLES
        ]
        return Body(orjson.dumps({"templates": listed}), "application/json")

    how = Answering(key(held.model.digest, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


async def empty(request: Request) -> Response:
    """Answer with an empty table; the mark of UTF-8 at its start is for spreadsheets."""
    held = instance(request)
    name = request.path_params["name"]

    def build() -> Body:
        content = codecs.BOM_UTF8 + _templates(held).csv(find(name).name).encode()
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Link": f'</templates/{name}.csv{METADATA}>; rel="describedby"; type="{MEDIA_TYPE}"',
        }
        return Body(content, "text/csv; charset=utf-8; header=present", headers)

    how = Answering(key(held.model.digest, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


async def metadata(request: Request) -> Response:
    """Answer with the mapping of a table to RDF."""
    held = instance(request)
    name = request.path_params["name"]

    def build() -> Body:
        found = _templates(held).metadata(find(name).name)
        return Body(orjson.dumps(found, option=orjson.OPT_INDENT_2), MEDIA_TYPE)

    how = Answering(key(held.model.digest, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


def _templates(held: Instance) -> Templates:
    return held.store.remember("templates of tables", lambda: Templates(held.model))


router.add_route("/templates", listing, methods=["GET"])
router.add_route("/templates/{name}.csv", empty, methods=["GET"])
router.add_route(f"/templates/{{name}}.csv{METADATA}", metadata, methods=["GET"])
