"""`/static/…`: the style, scripts and pictures of the pages."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ihubkg.errors import NotFound
from service.assets import Assets
from service.render import IMMUTABLE, REVALIDATE, Answering, unchanged

router = APIRouter()


async def asset(request: Request) -> Response:
    """Send one file; with its hash in the address it may be kept for ever."""
    assets: Assets = request.app.state.assets
    name = request.path_params["name"]
    if name not in assets:
        raise NotFound(f"There is no file {name}.")
    found = assets[name]
    lasting = request.query_params.get("v") == found.digest
    tag = f'"{found.digest}"'
    how = Answering("", vary=(), cache_control=IMMUTABLE if lasting else REVALIDATE)
    headers = how.common(tag, found.modified)
    if unchanged(request.headers, tag, found.modified):
        return Response(status_code=304, headers=headers)
    return FileResponse(found.path, headers=headers, media_type=found.media_type)


router.add_route("/static/{name:path}", asset, methods=["GET"])
