"""Processes that do what strangers ask: forked from a loaded parent, shut in, killed at will.

`python -m ihubkg.worker` holds the published graph in memory and does nothing but fork. Each
child shares that memory, is shut in (`ihubkg.sandbox`), and serves jobs on one socket, in its main
thread, until the socket closes or it is killed. A new child takes milliseconds, whatever the size
of the graph, and sees the graph as it was when it was forked: a publication reaches the next ones.

The parent takes orders on the socket that is its standard input, one at a time; what is large
comes as an open file beside the order.
"""

import contextlib
import gc
import importlib
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyoxigraph as ox

from ihubkg import change, evaluate, explain, federation, frames, sandbox
from ihubkg.checkpoints import Checkpoints
from ihubkg.errors import IhubError, Unavailable
from ihubkg.frames import FAILURE, PART, RESULT
from ihubkg.reader import Reader

MEASURED_EVERY = 32
"""Jobs after which a worker says how much memory it holds; asking costs more than a small query."""
MAPPED = 512 * 1024 * 1024
"""Further address space of a child whose copy is on disk: files and threads of the store."""
ORDER = 64 * 1024
"""Most bytes of an order."""

Answer = tuple[dict[str, Any], bytes]
Validate = Callable[[bytes, Mapping[str, Any], ox.Store], Answer]


@dataclass
class Parent:
    """The loaded process: its `control` socket, its copy of the graph, what validates.

    A copy on disk is opened by each child for itself; `reader` is empty then.
    """

    control: socket.socket
    reader: Reader
    validate: Validate | None = None
    disk: Checkpoints | None = None

    def run(self) -> None:
        """Take orders until the other side goes."""
        while True:
            order, files = _order(self.control)
            if order is None:
                return
            try:
                answer = self._obey(order, files)
            except (OSError, ValueError, SyntaxError, ImportError, IhubError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            finally:
                for file in files:
                    os.close(file)
            self.control.sendall(orjson.dumps(answer) + b"\n")

    def _obey(self, order: Mapping[str, Any], files: list[int]) -> dict[str, Any]:
        match order["do"]:
            case "load":
                self._load(order, files[0])
            case "apply":
                with _file(files[0]) as removed, _file(files[1]) as added:
                    if self.disk is not None:
                        self.disk.apply(removed, added)
                    else:
                        self.reader.apply(_quads(removed), _quads(added))
                self.reader.version = order["version"]
            case "warm":
                module = importlib.import_module("ihubkg.ingest")
                self.validate = module.prepare()
                gc.freeze()
            case "fork":
                return {"pid": self._fork(files[0], sandbox.Walls(**order["walls"]))}
            case other:
                return {"error": f"there is no order {other!r}"}
        held = {"quads": len(self.reader.store), "resident": sandbox.resident()}
        return {**held, "on_disk": self.disk is not None}

    def _load(self, order: Mapping[str, Any], file: int) -> None:
        """Take the graph in: into memory, or where a folder is named, there."""
        public = frozenset(order["public"])
        self.reader = Reader(public, order["version"])
        self.disk = Checkpoints(Path(order["folder"]), public) if order.get("folder") else None
        with _file(file) as quads:
            if self.disk is not None:
                self.disk.build(quads)
            else:
                self.reader.load(_quads(quads))
        gc.collect()
        gc.freeze()

    def _fork(self, file: int, walls: sandbox.Walls) -> int:
        """Fork a child that serves jobs on the socket `file`."""
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            connection = socket.socket(fileno=os.dup(file))
            os.close(file)
            self.control.close()
            sandbox.die_with_parent()
            _mute()
            if self.disk is None:
                sandbox.close(walls)
                Child(connection, self.reader, self.validate).serve()
            else:
                sandbox.close(replace(walls, memory=walls.memory + MAPPED))
                self._on_disk(self.disk, connection).serve()
            code = 0
        finally:
            os._exit(code)  # nothing of the parent's is to be tidied up here

    def _on_disk(self, disk: Checkpoints, connection: socket.socket) -> "Child":
        """Return a child that reads the newest checkpoint, or says that it cannot."""
        try:
            return Child(connection, disk.open(self.reader.version), self.validate)
        except (OSError, RuntimeError):
            return Child(connection, self.reader, self.validate, is_blind=True)


@dataclass
class Child:
    """A process that serves jobs on `connection`; one `is_blind` whose copy cannot be read."""

    connection: socket.socket
    reader: Reader
    validate: Validate | None
    jobs: int = 0
    is_blind: bool = False

    def serve(self) -> None:
        """Serve jobs until the other side goes."""
        waiting = frames.Frames()
        while job := frames.receive(self.connection, waiting):
            try:
                head, body = self._do(job.head, job.body)
                self.jobs += 1
                if self.jobs % MEASURED_EVERY == 0:
                    head["memory"] = sandbox.resident()
                self._send(RESULT, head, body)
            except IhubError as error:
                self._send(FAILURE, evaluate.failure(error))
            except MemoryError:
                self._send(FAILURE, {"type": "MemoryError", "message": ""})
            del job

    def _do(self, job: dict[str, Any], body: bytes) -> Answer:
        if self.is_blind:
            raise Unavailable("The readers' copy on disk cannot be read at present.")
        match job.pop("op"):
            case "query":
                question = evaluate.Question(**_joined(job, body))
                outcome = evaluate.run(self.reader, question, self._part)
                return {"kind": outcome.kind, "cut": outcome.cut}, outcome.body
            case "explain":
                seconds = job.pop("seconds")
                asked = evaluate.Question(**job)
                return explain.explain(self.reader, asked, seconds), b""
            case "update":
                return change.update(self.reader, job, body)
            case "write":
                return change.write(self.reader, job, body)
            case "graph":
                return change.read(self.reader, job)
            case "validate" if self.validate is not None:
                return self.validate(body, job, self.reader.store)
            case other:
                raise IhubError(f"This worker does not know the job {other!r}.")

    def _part(self, data: bytes) -> None:
        self._send(PART, {}, data)

    def _send(self, kind: bytes, head: Mapping[str, Any], body: bytes = b"") -> None:
        self.connection.sendall(frames.pack(kind, head, body))


def _joined(job: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Return a query's job with what came from other endpoints in the place of its parts.

    `elsewhere` are the lengths of their answers in `body`, -1 where none came, and the most rows.
    """
    elsewhere = job.pop("elsewhere", None)
    if elsewhere is None:
        return job
    lengths, rows = elsewhere
    answers: list[bytes | None] = []
    at = 0
    for length in lengths:
        answers.append(None if length < 0 else body[at : at + length])
        at += max(length, 0)
    for name in ("text", "capped"):
        if job[name] is not None:
            parts = federation.services(job[name])
            job[name] = federation.inline(job[name], parts, answers, rows)
    return job


def _mute() -> None:
    """Let a dying engine's last words go nowhere: the other side says what happened."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)


def _order(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    message, files, _, _ = socket.recv_fds(control, ORDER, 4)
    while message and not message.endswith(b"\n"):
        more = control.recv(ORDER)
        if not more:
            return None, files
        message += more
    return (orjson.loads(message) if message else None), files


@contextlib.contextmanager
def _file(number: int) -> Iterator[BinaryIO]:
    with os.fdopen(os.dup(number), "rb") as file:
        file.seek(0)
        yield file


def _quads(file: BinaryIO) -> Iterator[ox.Quad]:
    """Read N-Quads that we wrote; blank nodes keep their names, which changes rely on."""
    yield from ox.parse(file, format=ox.RdfFormat.N_QUADS)


def main() -> None:
    """Serve the orders on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's ^C is the service's to handle
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    sandbox.die_with_parent()
    control = socket.socket(fileno=os.dup(0))
    Parent(control, Reader(frozenset())).run()


if __name__ == "__main__":
    main()
