"""`/livez`: the process answers. `/readyz`: it can answer questions."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.instance import instance

router = APIRouter()


async def livez(request: Request) -> Response:
    """Answer that the event loop runs."""
    return Response("alive\n", media_type="text/plain", headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """Answer that the store is open, which dataset it holds, and that a worker answers."""
    held = instance(request)
    await held.pool.check()
    return Response(
        f"ready {held.store.version}\n",
        media_type="text/plain",
        headers={"Cache-Control": "no-store"},
    )


router.add_route("/livez", livez, methods=["GET"])
router.add_route("/readyz", readyz, methods=["GET"])
