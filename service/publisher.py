"""Publications through the service: one at a time, seen by readers before the answer.

A write is worked out by a worker that it uses up, on the state that readers see; the difference
goes through the writer; then the readers follow. The next write begins on what this one left.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from ihubkg.change import Change, unpack
from ihubkg.changes import Journal
from ihubkg.errors import Conflict, IhubError, StoreError
from ihubkg.ledger import Ledger
from ihubkg.search import Index, touched
from ihubkg.store import Store
from ihubkg.terms import BASE
from ihubkg.writer import Writer
from service.pool import Pool, Reply
from service.settings import Settings
from service.shelf import Shelf

log = logging.getLogger("ihubkg.service")

SECONDS = 60.0
"""Longest time that working out a write may take."""

PAUSE = 1.0
"""Seconds without a publication after which dumps are made."""


class Publisher:
    """Makes the publications of one service."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        settings: Settings,
        ledger: Ledger,
        journal: Journal,
        search: Index,
        shelf: Shelf,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._shelving: asyncio.Task[None] | None = None
        self._journal = journal
        self._search = search
        self._pool = pool
        self._settings = settings
        self._writer = Writer(store, ledger)
        self._turn = asyncio.Lock()

    async def update(
        self,
        text: str,
        *,
        actor: str,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        seconds: float = SECONDS,
    ) -> str:
        """Run a SPARQL update; return the dataset version it led to.

        Raises:
            BadQuery: the engine cannot run it; nothing of it counts.
            Timeout: it took longer than `seconds`.
            Conflict: the service is for reading only.
        """
        self._check()
        job = {"op": "update", "base": BASE, "using": using, "using_named": using_named}
        await self._in_turn(job, text.encode(), seconds, actor, text)
        return self._store.version

    async def write(
        self,
        graph: str | None,
        method: str,
        parts: Sequence[tuple[str, bytes]] = (),
        *,
        actor: str,
        base: str = BASE,
    ) -> bool:
        """Write to one graph (None: the store's own default graph); tell whether it was there.

        `method` is PUT, POST or DELETE; `parts` are documents, each with its format's name.

        Raises:
            ParseError: a document cannot be read.
            NotFound: DELETE of a graph that is not there.
            Conflict: the service is for reading only.
        """
        self._check()
        job = {
            "op": "write",
            "graph": graph,
            "method": method,
            "base": base,
            "parts": [(name, len(data)) for name, data in parts],
        }
        body = b"".join(data for _, data in parts)
        operation = f"{method} {graph or 'default'}"
        reply = await self._in_turn(job, body, SECONDS, actor, operation)
        return bool(reply.head["existed"])

    async def catch_up(self) -> None:
        """Let the feed of changes take up what was published while no service ran."""
        await asyncio.to_thread(self._note)

    async def stop(self) -> None:
        """Make nothing more."""
        if self._shelving is not None:
            self._shelving.cancel()

    async def _shelve(self) -> None:
        """Make dumps of the newest version as soon as publications pause."""
        made = ""
        while made != self._store.version:
            version = self._store.version
            await asyncio.sleep(PAUSE)
            if version != self._store.version:
                continue
            try:
                await self._shelf.stocked(self._store)
            except IhubError as error:
                log.error("the dumps could not be made: %s", error.message)
            made = version

    def _check(self) -> None:
        if self._settings.read_only or self._store.read_only:
            raise Conflict("This service is for reading only.")

    async def _in_turn(
        self, job: Mapping[str, Any], body: bytes, seconds: float, actor: str, operation: str
    ) -> Reply:
        """Work a write out and publish it, whole, also where the client leaves meanwhile."""

        async def publication() -> Reply:
            async with self._turn:
                reply = await self._pool.run(job, body, seconds=seconds, once=True)
                change = unpack(reply.body)
                if change:
                    await asyncio.to_thread(self._note)
                    since = self._store.version
                    whole = await asyncio.to_thread(
                        self._writer.commit, change, actor=actor, operation=operation
                    )
                    await self._pool.follow(whole, self._store.version)
                    await asyncio.to_thread(self._note)
                    await asyncio.to_thread(self._index, whole, since)
                    if self._shelving is None or self._shelving.done():
                        self._shelving = asyncio.create_task(self._shelve())
                return reply

        return await asyncio.shield(publication())

    def _note(self) -> None:
        """Let the feed of changes follow; what it misses now it takes up the next time."""
        try:
            self._journal.follow(self._store)
        except StoreError as error:
            log.error("the feed of changes could not follow: %s", error.message)

    def _index(self, change: Change, since: str) -> None:
        """Let the search follow; what it misses now it takes up when it is asked."""
        try:
            self._search.follow(self._store, touched((*change.removed, *change.added)), since)
        except StoreError as error:
            log.error("the search could not follow: %s", error.message)
