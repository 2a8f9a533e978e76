"""A data folder: who holds it, which store in it counts, and what that store was made from.

    DIR/ihubkg.lock      held while a process uses the folder
    DIR/ihubkg.sqlite    the manifest: format, current generation, digests
    DIR/store/<n>/       the generations; all but the current one are leftovers

A generation is built beside the current one and takes its place by one SQLite transaction, so that
a process killed at any moment leaves either the old state or the new one.
"""

import errno
import hashlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ihubkg.errors import StoreError

FORMAT = 1
"""The format this code reads and writes; a folder of a higher one is refused."""

LOCK = "ihubkg.lock"
MANIFEST = "ihubkg.sqlite"
_MAGIC = 0x69687562
_TABLE = re.compile(r"(?:access|ledger)\.sqlite(?:-\w+)?")
"""What may be in a folder before it is filled: tokens are made before the first start."""

_TABLES = f"""
PRAGMA application_id = {_MAGIC};
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS graph (iri TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class State:
    """What the manifest says about the current generation.

    `packaged` is the digest of the files it was filled from; `written` tells that somebody changed
    it since; `unsettled` that a change began whose inference and digests were not finished;
    `digests` are the canonical digests of its graphs.
    """

    generation: int
    packaged: str
    written: bool = False
    unsettled: bool = False
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The dataset version."""
        return version_of(self.digests)


def version_of(digests: Mapping[str, str]) -> str:
    """Return the dataset version that graphs of these digests make together."""
    lines = "".join(f"{name} {digests[name]}\n" for name in sorted(digests))
    return f"sha256-{hashlib.sha256(lines.encode()).hexdigest()}"


class Folder:
    """A data folder that this process holds until `close`."""

    def __init__(self, path: Path, lock: IO[str] | None, *, exclusive: bool) -> None:
        self.path = path
        self.exclusive = exclusive
        self._lock = lock

    @classmethod
    def hold(cls, path: Path, *, shared: bool = False) -> "Folder":
        """Take the folder, alone; with `shared`, beside others where it cannot be had alone.

        Raises:
            StoreError: it is not ours, of a newer format, damaged, or held by another process.
        """
        with _plain(path):
            _refuse_foreign(path)
            path.mkdir(parents=True, exist_ok=True)
            lock, exclusive = _take(path / LOCK, shared=shared)
            held = cls(path, lock, exclusive=exclusive)
            try:
                if exclusive:
                    held._set_up()
                held._check_format()
            except BaseException:
                held.close()
                raise
            return held

    def close(self) -> None:
        """Let the folder go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def share(self) -> None:
        """Let other readers in."""
        if self._lock is not None and self.exclusive:
            _flock(self._lock, shared=True)
            self.exclusive = False

    @property
    def state(self) -> State | None:
        """What the manifest says; None while the folder has never been filled."""
        with self._manifest() as manifest:
            facts = dict(manifest.execute("SELECT key, value FROM state"))
            digests = dict(manifest.execute("SELECT iri, digest FROM graph ORDER BY iri"))
        if "generation" not in facts:
            return None
        return State(
            generation=int(facts["generation"]),
            packaged=facts["packaged"],
            written=facts["written"] == "1",
            unsettled=facts["unsettled"] == "1",
            digests=digests,
        )

    def commit(self, state: State) -> None:
        """Make `state` what the manifest says; on disk when this returns."""
        facts = {
            "generation": str(state.generation),
            "packaged": state.packaged,
            "written": str(int(state.written)),
            "unsettled": str(int(state.unsettled)),
        }
        with self._manifest() as manifest:
            manifest.executemany("REPLACE INTO state VALUES (?, ?)", facts.items())
            manifest.execute("DELETE FROM graph")
            manifest.executemany("INSERT INTO graph VALUES (?, ?)", state.digests.items())

    def store(self, generation: int) -> Path:
        """Return where the store of `generation` is."""
        return self.path / "store" / str(generation)

    def fresh(self) -> int:
        """Return the number of a new generation, whose place is free."""
        state = self.state
        number = 1 if state is None else state.generation + 1
        shutil.rmtree(self.store(number), ignore_errors=True)
        self.store(number).parent.mkdir(exist_ok=True)
        return number

    def tidy(self) -> None:
        """Remove every generation but the current one."""
        state = self.state
        current = "" if state is None else str(state.generation)
        for path in (self.path / "store").glob("*"):
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)

    def _set_up(self) -> None:
        with self._manifest() as manifest:
            if manifest.execute("PRAGMA user_version").fetchone()[0] == 0:
                manifest.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")

    def _check_format(self) -> None:
        with self._manifest() as manifest:
            magic = manifest.execute("PRAGMA application_id").fetchone()[0]
            number = manifest.execute("PRAGMA user_version").fetchone()[0]
        if magic != _MAGIC:
            raise StoreError(f"{self.path / MANIFEST} is not a manifest of ihubkg.")
        if number > FORMAT:
            raise StoreError(
                f"The data folder {self.path} was made by a newer ihubkg (its format is {number}, "
                f"this one reads {FORMAT}): update ihubkg, or choose another folder with --data."
            )

    @contextmanager
    def _manifest(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are committed, and on disk, at the end."""
        with (
            _plain(self.path),
            closing(sqlite3.connect(self.path / MANIFEST, timeout=10)) as connection,
        ):
            connection.execute("PRAGMA synchronous = FULL")
            with connection:
                yield connection


def is_filled(path: Path) -> bool:
    """Tell whether `path` is a data folder, filled or in the making."""
    return (path / MANIFEST).is_file()


def _refuse_foreign(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file: name a folder with --data.")
    if path.is_dir() and not (path / LOCK).exists() and not (path / MANIFEST).exists():
        stranger = next((item for item in path.iterdir() if not _TABLE.fullmatch(item.name)), None)
        if stranger is not None:
            raise StoreError(
                f"{path} holds other files, such as {stranger.name}, and no data of ihubkg: "
                "name an empty or a new folder with --data."
            )


def _take(path: Path, *, shared: bool) -> tuple[IO[str] | None, bool]:
    """Return the lock file, held, and whether it is held alone."""
    try:
        lock = path.open("a+", encoding="ascii")
    except PermissionError:
        if shared and path.exists():
            return None, False
        raise
    if _flock(lock, shared=False):
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock, True
    if shared:
        _flock(lock, shared=True)  # a writer holds it: read what it has committed
        return lock, False
    lock.seek(0)
    holder = lock.read(20).strip()
    lock.close()
    raise StoreError(
        f"The data folder {path.parent} is in use by another ihubkg"
        + (f" (process {holder})" if holder else "")
        + ": stop that one, or choose another folder with --data."
    )


if sys.platform == "win32":

    def _flock(lock: IO[str], *, shared: bool) -> bool:
        """Leave it to RocksDB's own lock."""
        return not shared

else:
    import fcntl

    def _flock(lock: IO[str], *, shared: bool) -> bool:
        """Take the lock, or tell that somebody else has it."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(lock, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _plain(path: Path) -> Iterator[None]:
    """Turn what the system and SQLite say into what a person can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"The manifest of {path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The manifest of {path} is damaged: restore the folder from a backup, or remove it "
            "to begin again from the packaged graph."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreError(f"The disk of {path} is full: free some space.") from error
        if isinstance(error, PermissionError):
            message = f"{path} may not be written: choose another folder with --data."
            raise StoreError(message) from error
        raise StoreError(f"{path} cannot be used: {error.strerror or error}.") from error
