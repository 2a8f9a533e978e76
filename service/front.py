"""The application with plain ASGI endpoints in front, for what is asked most.

What goes through the framework costs several times what an answer from the cache does; so the
endpoints of researchers and machines are asked first, by their path.
"""

import logging
from functools import cached_property
from typing import Protocol

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from ihubkg.errors import IhubError
from service.doorstep import Doorstep
from service.exchange import fail

log = logging.getLogger("ihubkg.service")


class Endpoint(Protocol):
    """A plain ASGI endpoint that knows its own paths."""

    def takes(self, path: str) -> bool:
        """Tell whether a path is this endpoint's."""

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            IhubError: there is no answer, and nothing was sent.
        """


class Front(FastAPI):
    """FastAPI behind endpoints that answer first."""

    endpoints: tuple[Endpoint, ...] = ()

    @cached_property
    def doorstep(self) -> Doorstep:
        """What is remembered of answers, for those who hold them already."""
        return Doorstep()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            path = scope["path"]
            for endpoint in self.endpoints:
                if endpoint.takes(path):
                    await self._serve(endpoint, scope, receive, send)
                    return
            held = getattr(self.state, "instance", None)
            if held is not None:
                passed = await self.doorstep.passed(scope, held.edition, send)
                if passed is None:
                    return
                send = passed
        await super().__call__(scope, receive, send)

    async def _serve(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        try:
            await endpoint.serve(scope, receive, send)
        except IhubError as error:
            await fail(error, scope, receive, send)
        except Exception as error:
            log.exception("%s %s failed", scope["method"], scope["path"])
            await fail(error, scope, receive, send)
            raise
