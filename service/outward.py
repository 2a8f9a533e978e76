"""The parts of queries that other endpoints answer, asked from here: workers have no network."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ihubkg import remote
from ihubkg.errors import IhubError, Unavailable
from ihubkg.federation import Service

AT_ONCE = 8
"""Requests that are under way to other endpoints at the same time."""


class Outward:
    """Asks the endpoints that the operator allows; the gate has let no other through."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="outward")

    def close(self) -> None:
        """Ask no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, parts: Sequence[Service]) -> list[bytes | None]:
        """Return the answers to the parts, asked side by side; None where a SILENT one fails.

        Raises:
            IhubError: a part has no answer; says which endpoint and why.
        """
        return list(await asyncio.gather(*map(self._one, parts)))

    async def _one(self, part: Service) -> bytes | None:
        work = partial(remote.ask, part.endpoint, part.query, seconds=self._seconds)
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.wait_for(running, self._seconds + 1)
        except TimeoutError as error:
            if part.silent:
                return None
            raise Unavailable(
                f"<{part.endpoint}> did not answer within {self._seconds:g} seconds."
            ) from error
        except IhubError:
            if part.silent:
                return None
            raise
