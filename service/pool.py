"""The pool of worker processes: what strangers ask is run there, in time, in turn, or not at all.

One loaded parent (`ihubkg.worker`) holds the published graph in memory and forks the workers, so a
killed worker is replaced in milliseconds. At its deadline a job's process is killed. A publication
reaches the parent first, then idle workers are replaced; a busy one ends its job on the state it
began with.
"""

import asyncio
import os
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from ihubkg import errors, formats, frames, terms
from ihubkg.change import Change
from ihubkg.errors import (
    BadQuery,
    IhubError,
    LimitExceeded,
    NotFound,
    ParseError,
    Timeout,
    Unavailable,
)
from ihubkg.sandbox import Walls
from ihubkg.store import Store
from service import parent
from service.settings import MIB, Settings
from service.turns import LOCAL, Budget, Client, Ticket, Turns

T = TypeVar("T")

READY_SECONDS = 1.0
"""Seconds in which a worker must answer for the service to be ready."""
HELD_BACK = MIB
"""Bytes of a long answer that may wait for the client before its worker is made to wait."""
INGEST_MEMORY = 2048 * MIB
"""Address space of a process that checks a file."""
BEHIND = 10
"""The niceness of a process with a long query: it gets a tenth of what another one gets."""
HELD_PER_BYTE = 8
"""Bytes of memory that readers take for each byte of N-Quads, at most."""
MOST_MEMORY = 600 * MIB
"""Resident memory over which a worker is replaced after its job."""


@dataclass(slots=True)
class Reply:
    """A worker's answer: what it says of it, and its bytes.

    A long answer comes in `parts` behind `body`; whoever takes it must close them.
    """

    head: dict[str, Any]
    body: bytes
    parts: "Parts | None" = None


class Parts:
    """The parts of a long answer as they come; the worker waits while the client does."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._waiting: deque[bytes] = deque()
        self._held = 0
        self._ended = False
        self._error: IhubError | None = None
        self._wake = asyncio.Event()
        self.ended: list[Any] = []

    def put(self, data: bytes) -> None:
        """Take a part in."""
        self._waiting.append(data)
        self._held += len(data)
        if self._held > HELD_BACK:
            self._worker.pause()
        self._wake.set()

    def end(self, error: IhubError | None = None) -> None:
        """Take the end in."""
        self._ended = True
        self._error = error
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._waiting:
                data = self._waiting.popleft()
                self._held -= len(data)
                if self._held <= HELD_BACK:
                    self._worker.resume()
                yield data
            if self._error is not None:
                raise self._error
            if self._ended:
                return
            self._wake.clear()
            await self._wake.wait()

    def close(self) -> None:
        """Give the worker back, or end it where it is not done."""
        while self.ended:
            self.ended.pop()()


class Worker(asyncio.Protocol):
    """One worker process."""

    def __init__(self, pid: int, generation: int, memory: int) -> None:
        self.generation = generation
        self.jobs = 0
        self.resident = 0
        self.busy = False
        self.gone = False
        self.is_behind = False
        """Whether other processes go first; it cannot be brought back to the front."""
        self._memory = memory
        self._pid = pid
        self._handle = parent.handle(pid)
        self._transport: asyncio.Transport | None = None
        self._frames = frames.Frames()
        self._reply: asyncio.Future[Reply] | None = None
        self._parts: Parts | None = None
        self._fate: IhubError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket in."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """Take in what the worker sends."""
        for frame in self._frames.feed(data):
            self._received(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that the worker is no more: killed, or dead of what it ran."""
        self.gone = True
        error = self._fate or LimitExceeded(
            "This needs more memory than it may use, and was stopped. Ask for less at a time.",
            self._memory,
        )
        self._finish(error)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    async def ask(self, job: Mapping[str, Any], body: bytes, seconds: float) -> Reply:
        """Give the worker a job and wait for its answer, or for the beginning of a long one.

        Raises:
            Timeout: it took longer than `seconds`.
            LimitExceeded: it needed more memory than there is.
            IhubError: what the job came to.
        """
        if self.gone or self._transport is None:
            raise Unavailable("The worker processes are being restarted.", 1)
        loop = asyncio.get_running_loop()
        self.busy = True
        self._reply = loop.create_future()
        timer = loop.call_later(seconds, self._expire, seconds)
        self._timer = timer
        self._transport.write(frames.pack(frames.JOB, job, body))
        try:
            return await self._reply
        except asyncio.CancelledError:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process."""
        if not self.gone:
            parent.kill(self._pid, self._handle)
            if self._transport is not None:
                self._transport.close()

    def step_back(self) -> None:
        """Let the processor do short queries, and the service itself, first."""
        if not self.gone:
            with suppress(OSError):  # it has just ended
                os.setpriority(os.PRIO_PROCESS, self._pid, BEHIND)
                self.is_behind = True

    def pause(self) -> None:
        """Let the worker wait."""
        if self._transport is not None and not self.gone:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Let the worker go on."""
        if self._transport is not None and not self.gone:
            self._transport.resume_reading()

    def _expire(self, seconds: float) -> None:
        self._fate = Timeout(
            f"This took longer than {seconds:g} seconds and was stopped. Ask for less: name the "
            "things you mean, join on fewer patterns, or add a LIMIT.",
            seconds,
        )
        parent.kill(self._pid, self._handle)

    def _received(self, frame: frames.Frame) -> None:
        if frame.kind == frames.RESULT:
            self.resident = frame.head.get("memory", self.resident)
            if self._parts is not None:
                self._parts.put(frame.body)
                self._finish(None)
            elif self._reply is not None and not self._reply.done():
                reply = self._reply
                self._finish(None)
                reply.set_result(Reply(frame.head, frame.body))
        elif frame.kind == frames.PART:
            if self._parts is not None:
                self._parts.put(frame.body)
            elif self._reply is not None and not self._reply.done():
                self._parts = Parts(self)
                self._reply.set_result(Reply(frame.head, frame.body, self._parts))
        else:
            self._finish(_error(frame.head, self._memory))

    def _finish(self, error: IhubError | None) -> None:
        """End the present job, if there is one."""
        if self._reply is None:
            return
        self._timer.cancel()
        if self._parts is not None:
            self._parts.end(error)
        elif error is not None and not self._reply.done():
            self._reply.set_exception(error)
        self._reply = None
        self._parts = None
        self.busy = False


class Pool:
    """The workers of one service; use it as an asynchronous context manager."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._parent = parent.Parent()
        self._ingest = parent.Parent()
        self._idle: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        self._turns = Turns(
            places=settings.workers,
            slow=settings.slow,
            each=settings.client_queries,
            waiting=settings.queue,
        )
        self._budget = Budget(settings.client_seconds)
        self._walls = asdict(Walls(memory=settings.worker_bytes))
        self._ingest_walls = asdict(Walls(memory=INGEST_MEMORY))
        self._ingest_version = ""
        self._ingesting = asyncio.Lock()
        self._generation = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._filling = asyncio.Lock()
        self._loading = asyncio.Lock()
        self._closed = False
        self._place: Path | None = None
        self.version = ""

    async def __aenter__(self) -> Self:
        await self._reload()
        await self._fill()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in (*self._idle, *self._busy):
            worker.kill()
        await asyncio.to_thread(self._parent.stop)
        await asyncio.to_thread(self._ingest.stop)
        if self._place is not None:
            await asyncio.to_thread(shutil.rmtree, self._place, ignore_errors=True)

    async def check(self) -> None:
        """Make sure that a worker answers.

        Raises:
            Unavailable: none does within a second.
        """
        job = {"op": "query", "text": "ASK {}", "capped": None, "format": "json", "form": "ASK"}
        try:
            await self.run(job, seconds=READY_SECONDS)
        except LimitExceeded as error:
            raise Unavailable("No worker answers at present.", 1) from error

    async def run(
        self,
        job: Mapping[str, Any],
        body: bytes = b"",
        *,
        seconds: float | None = None,
        client: Client = LOCAL,
        once: bool = False,
    ) -> Reply:
        """Run a job in a worker, in `client`'s turn; `once` uses the worker up.

        Raises:
            OverBudget: the client has used its time.
            Unavailable: too many wait already.
            Timeout: the job ran longer than `seconds` and its process was killed.
            LimitExceeded: it needed more memory than a worker has.
            IhubError: what the job itself came to.
        """
        self._budget.check(client)
        ticket = await self._turns.enter(client)
        worker: Worker | None = None
        goes_on = False
        try:
            worker = await self._take()
            ticket.on_slow = worker.step_back
            limit = self._settings.query_seconds if seconds is None else seconds
            reply = await worker.ask(job, body, limit)
            if reply.parts is not None:
                goes_on = True
                reply.parts.ended.append(partial(self._end, ticket, worker, once))
            return reply
        finally:
            if not goes_on:
                self._end(ticket, worker, once)

    async def beside(self, work: Callable[[], Awaitable[T]], *, client: Client = LOCAL) -> T:
        """Wait for what is worked out elsewhere, in `client`'s turn and on its time.

        Raises:
            OverBudget: the client has used its time.
            Unavailable: too many wait already.
        """
        self._budget.check(client)
        ticket = await self._turns.enter(client)
        try:
            return await work()
        finally:
            self._budget.charge(client, ticket.leave())

    async def validate(
        self, data: bytes, job: Mapping[str, Any], *, client: Client = LOCAL
    ) -> Reply:
        """Check a file against the shapes, in a process of its own.

        `job` says how: the file's `format`, the report's, the languages.

        Raises:
            OverBudget: the client has used its time.
            Unavailable: too many wait already.
            Timeout: it took too long.
            LimitExceeded: it needed more memory than there is.
        """
        self._budget.check(client)
        ticket = await self._turns.enter(client)
        worker: Worker | None = None
        try:
            await self._prepare_ingest()
            worker = await self._fork_from(self._ingest, self._ingest_walls, INGEST_MEMORY)
            self._busy.add(worker)
            seconds = self._settings.validate_seconds
            return await worker.ask({"op": "validate", **job}, data, seconds)
        finally:
            self._budget.charge(client, ticket.leave())
            if worker is not None:
                self._busy.discard(worker)
                worker.kill()

    async def _prepare_ingest(self) -> None:
        """Start the process that checks files, or bring it up to date."""
        async with self._ingesting:
            if self._ingest.alive and self._ingest_version == self.version:
                return
            self._ingest_version = await self._load(self._ingest)
            await asyncio.to_thread(self._ingest.order, {"do": "warm"})

    async def follow(self, change: Change, version: str) -> None:
        """Let readers see a publication; when this returns, every new query does."""
        with tempfile.TemporaryFile() as removed, tempfile.TemporaryFile() as added:
            removed.write(b"\n".join(change.removed))
            added.write(b"\n".join(change.added))
            removed.flush()
            added.flush()
            order = {"do": "apply", "version": version}
            try:
                await asyncio.to_thread(self._parent.order, order, removed, added)
            except Unavailable:
                await self._reload()
        self._generation += 1
        self.version = version
        while self._idle:
            self._idle.popleft().kill()
        await self._fill()

    async def _reload(self) -> None:
        """Start the parent of the query workers anew."""
        self.version = await self._load(self._parent)
        self._generation += 1

    async def _load(self, target: parent.Parent) -> str:
        """Give a parent, started anew, the published graph; return the version of it."""
        version = self._store.version
        await asyncio.to_thread(target.start)
        with tempfile.TemporaryFile() as file:
            await asyncio.to_thread(self._store.dump, formats.NQUADS, file)
            file.flush()
            folder = self._folder(target, file.tell())
            order = {
                "do": "load",
                "version": version,
                "public": list(terms.PUBLIC_GRAPHS),
                "folder": folder and str(folder),
            }
            await asyncio.to_thread(target.order, order, file)
        return version

    def _folder(self, target: parent.Parent, size: int) -> Path | None:
        """Return where readers have the graph on disk; None where it fits into memory."""
        if size * HELD_PER_BYTE <= self._settings.memory_share * memory():
            return None
        if self._place is None:
            base = self._store.path
            ours = base is not None and not self._store.read_only
            self._place = base / "readers" if base and ours else Path(tempfile.mkdtemp())
            shutil.rmtree(self._place, ignore_errors=True)  # of a service that was killed
        return self._place / ("query" if target is self._parent else "ingest")

    async def _take(self) -> Worker:
        while self._idle:  # the last one back first: its memory is warm
            worker = self._idle.pop()
            if not worker.gone:
                break
        else:
            worker = await self._fork()
        self._busy.add(worker)
        return worker

    def _end(self, ticket: Ticket, worker: Worker | None, once: bool) -> None:
        self._budget.charge(ticket.client, ticket.leave())
        if worker is None:
            return
        self._busy.discard(worker)
        worker.jobs += 1
        spent = (
            once
            or worker.busy
            or worker.gone
            or worker.is_behind
            or worker.generation != self._generation
            or worker.jobs >= self._settings.worker_jobs
            or worker.resident > MOST_MEMORY
            or len(self._idle) > self._settings.workers
        )
        if not spent:
            self._idle.append(worker)
            return
        worker.kill()
        if not self._closed and len(self._idle) <= self._settings.workers:
            self._spawn(self._fill())

    async def _fill(self) -> None:
        """Keep one worker for each place and one to spare waiting."""
        async with self._filling:
            while not self._closed and len(self._idle) <= self._settings.workers:
                worker = await self._fork()
                if worker.generation == self._generation:
                    self._idle.append(worker)
                else:
                    worker.kill()

    async def _fork(self) -> Worker:
        async with self._loading:
            if not self._parent.alive:
                await self._reload()
        return await self._fork_from(self._parent, self._walls, self._settings.worker_bytes)

    async def _fork_from(
        self, source: parent.Parent, walls: Mapping[str, Any], memory: int
    ) -> Worker:
        generation = self._generation
        connection, pid = await asyncio.to_thread(source.fork, walls)
        worker = Worker(pid, generation, memory)
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: worker, sock=connection)
        return worker

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def memory() -> int:
    """Return the bytes of memory that this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _error(head: Mapping[str, Any], memory: int) -> IhubError:
    """Return the error that a worker reported."""
    message = str(head.get("message", ""))
    match head.get("type"):
        case "BadQuery":
            return BadQuery(message, head.get("line"), head.get("column"), head.get("see"))
        case "ParseError":
            return ParseError(message, head.get("line"), head.get("column"))
        case "NotFound":
            return NotFound(message)
        case "TooLarge":
            return errors.TooLarge(message, head.get("limit", 0), head.get("value"))
        case "Unavailable":
            return Unavailable(message)
        case "MemoryError":
            return LimitExceeded("This needs more memory than it may use.", memory)
        case "LimitExceeded":
            return LimitExceeded(message, head.get("limit"), head.get("value"))
        case _:
            return IhubError(message)
