"""The dumps that the service offers: made once per dataset version, beside the readers.

A process of its own makes them from a checkpoint of the store. The version before stays, so that a
download that began before a publication can end after it.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock

from ihubkg import dumps
from ihubkg.dumps import Dump
from ihubkg.errors import Unavailable
from ihubkg.store import Store

KEPT = 2
"""How many versions stand on the shelf."""


class Shelf:
    """A folder with a folder of dumps for each of the last versions."""

    def __init__(self, data: Path | None) -> None:
        self._own = None if data is not None else tempfile.TemporaryDirectory(prefix="ihubkg-")
        base = data if data is not None else Path(self._own.name if self._own else "")
        self._folder = base / "dumps"
        self._lock = Lock()
        self._making: dict[str, asyncio.Future[tuple[Path, tuple[Dump, ...]]]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def close(self) -> None:
        """Stop making dumps, and remove what was only kept for this process."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        if self._own is not None:
            self._own.cleanup()

    async def stocked(self, store: Store) -> tuple[Path, tuple[Dump, ...]]:
        """Return what `current` does; however many wait for it, one thread is busy."""
        version = store.version
        folder = self._folder / version
        listed = dumps.read(folder)
        if listed is not None:
            return folder, listed
        making = self._making.get(version)
        if making is None:
            making = asyncio.ensure_future(asyncio.to_thread(self.current, store))
            self._making[version] = making
            making.add_done_callback(lambda _: self._making.pop(version, None))
        return await asyncio.shield(making)

    def current(self, store: Store) -> tuple[Path, tuple[Dump, ...]]:
        """Return the folder of the present version's dumps and what it holds; make it if need be.

        Takes about a second for each 20,000 statements the first time: call it in a thread.

        Raises:
            Unavailable: they could not be made.
        """
        with self._lock:
            folder = self._folder / store.version
            listed = dumps.read(folder)
            if listed is None:
                folder, listed = self._make(store)
                self._tidy(folder)
            return folder, listed

    def _make(self, store: Store) -> tuple[Path, tuple[Dump, ...]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        if store.path is None:
            folder = self._folder / store.version
            return folder, dumps.write(store, folder)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".copy-") as copy:
            with store.still():
                folder = self._folder / store.version
                store.checkpoint(Path(copy) / "store")
            self._run(Path(copy) / "store", folder)
        listed = dumps.read(folder)
        if listed is None:
            raise Unavailable("The dumps could not be made: try again later.", 60)
        return folder, listed

    def _run(self, copy: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "ihubkg.dumps", str(copy), str(folder)]
        if self._closed:
            raise Unavailable("The service is being stopped.", 5)
        self._process = subprocess.Popen(command)  # noqa: S603  # our own module and folders
        self._process.wait()
        self._process = None

    def _tidy(self, newest: Path) -> None:
        others = [
            path
            for path in self._folder.iterdir()
            if path != newest and not path.name.startswith(".")
        ]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT - 1 :]:
            shutil.rmtree(path, ignore_errors=True)
