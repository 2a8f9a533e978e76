"""The dumps that the service offers: made once per dataset version, beside the readers.

The version before stays, so that a download that began before a publication can end after it.
"""

import shutil
import tempfile
from pathlib import Path
from threading import Lock

from ihubkg import dumps
from ihubkg.dumps import Dump
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

    def close(self) -> None:
        """Remove what was only kept for this process."""
        if self._own is not None:
            self._own.cleanup()

    def current(self, store: Store) -> tuple[Path, tuple[Dump, ...]]:
        """Return the folder of the present version's dumps and what it holds; make it if need be.

        Takes about a second for each 20,000 statements the first time: call it in a thread.
        """
        with self._lock:
            version = store.version
            folder = self._folder / version
            listed = dumps.read(folder)
            if listed is None:
                listed = dumps.write(store, folder)
                self._tidy(folder)
            return folder, listed

    def find(self, name: str, store: Store) -> tuple[Path, Dump] | None:
        """Return the dump called `name` of the present version, or None."""
        folder, listed = self.current(store)
        return next(((folder / dump.name, dump) for dump in listed if dump.name == name), None)

    def _tidy(self, newest: Path) -> None:
        others = [path for path in self._folder.iterdir() if path != newest]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT - 1 :]:
            shutil.rmtree(path, ignore_errors=True)
