"""Whom a query is accounted to: the holder of its token, else the network that it comes from."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from starlette.types import Scope

from ihubkg.access import Access
from service import protocol
from service.protocol import Fields
from service.turns import Client

SECONDS: Final = 10.0
"""How long a token is taken for its holder's; what it may *do* is looked up each time."""
MOST: Final = 1_000
"""Tokens that are remembered."""


class Accounts:
    """Finds out who asks; `proxies` are addresses whose `X-Forwarded-For` is believed."""

    def __init__(self, access: Access | None, proxies: Sequence[str]) -> None:
        self._access = access
        self._proxies = proxies
        self._known: OrderedDict[str, tuple[float, Client | None]] = OrderedDict()

    async def client(self, scope: Scope, head: Fields) -> Client:
        """Return whom to account a request to; a token that is none counts for nothing."""
        scheme, _, token = head.token.partition(" ")
        if self._access is not None and scheme.lower() == "bearer":
            holder = await self._holder(token.strip(), self._access)
            if holder is not None:
                return holder
        return protocol.client(scope, head, self._proxies)

    async def _holder(self, token: str, access: Access) -> Client | None:
        now = time.monotonic()
        until, client = self._known.get(token, (0.0, None))
        if until < now:
            holder = await asyncio.to_thread(access.holder, token)
            client = None if holder is None else Client(f"token of {holder.name}")
            self._known[token] = (now + SECONDS, client)
            self._known.move_to_end(token)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return client
