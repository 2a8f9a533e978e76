"""The loaded process that workers are forked from, as seen from the service."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson

import ihubkg
from ihubkg.errors import Unavailable

ORDER_SECONDS = 1800.0
"""Longest time an order may take: loading a large graph is the longest."""


class Parent:
    """One `python -m ihubkg.worker`; safe from many threads."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def order(self, order: Mapping[str, Any], *files: IO[bytes] | socket.socket) -> dict[str, Any]:
        """Give an order and wait until it is carried out; return what it came to.

        Raises:
            Unavailable: the process has died, or cannot do it.
        """
        with self._lock:
            control = self._control
            try:
                if control is None:
                    raise OSError("not started")
                numbers = [file.fileno() for file in files]
                socket.send_fds(control, [orjson.dumps(order) + b"\n"], numbers)
                answer = _line(control)
            except OSError as error:
                raise Unavailable("The worker processes are being restarted.", 1) from error
        if answer is None:
            raise Unavailable("The worker processes are being restarted.", 1)
        found: dict[str, Any] = orjson.loads(answer)
        if "error" in found:
            raise Unavailable(f"The worker processes cannot do that: {found['error']}")
        return found

    def fork(self, walls: Mapping[str, Any]) -> tuple[socket.socket, int]:
        """Fork a worker within `walls`; return its socket and the number of its process.

        Raises:
            Unavailable: the process has died.
        """
        ours, theirs = socket.socketpair()
        try:
            pid = self.order({"do": "fork", "walls": walls}, theirs)["pid"]
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        return ours, int(pid)

    def stop(self) -> None:
        """End the process, and its workers with it."""
        with self._lock:
            self._end()

    def start(self) -> None:
        """Start the process anew, empty."""
        with self._lock:
            self._end()
            self._control = self._start()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(ORDER_SECONDS)
        # Its own session: the terminal's ^C is the service's to handle. No environment: nothing in
        # it is for strangers' queries to find. Few arenas: each takes 64 MiB of address space.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ihubkg.worker"],
            stdin=theirs.fileno(),
            cwd=Path(ihubkg.__file__).parent.parent,
            env={"MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        theirs.close()
        return ours


def kill(pid: int, handle: int | None) -> None:
    """Kill a process, by its handle where there is one, so that no other is hit."""
    with contextlib.suppress(ProcessLookupError):
        if handle is None:
            os.kill(pid, signal.SIGKILL)
        else:
            signal.pidfd_send_signal(handle, signal.SIGKILL)


def handle(pid: int) -> int | None:
    """Return a handle of a process (Linux), or None."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _line(control: socket.socket) -> bytes | None:
    parts = bytearray()
    while not parts.endswith(b"\n"):
        part = control.recv(65536)
        if not part:
            return None
        parts += part
    return bytes(parts)
