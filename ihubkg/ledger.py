"""Every publication, written down before it is made: what was acknowledged is never lost.

One SQLite file in the data folder, `synchronous = FULL`: an entry is on disk before the store
changes, and is closed when the store has it. Entries are differences of sets of quads, so carrying
out the last ones again, in their order, leads to the same state whatever of them was there before.
"""

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ihubkg.change import Change, pack, unpack
from ihubkg.errors import StoreError
from ihubkg.table import connect, plain

FILE = "ledger.sqlite"

_TABLES = """
CREATE TABLE publication (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  time TEXT NOT NULL,
  actor TEXT NOT NULL,
  operation TEXT NOT NULL,
  content BLOB NOT NULL,
  digest TEXT NOT NULL,
  version TEXT
);
CREATE TRIGGER publication_stays BEFORE DELETE ON publication
  BEGIN SELECT RAISE(ABORT, 'the ledger keeps every publication'); END;
CREATE TRIGGER publication_is_fixed
  BEFORE UPDATE OF sequence, time, actor, operation, content, digest ON publication
  BEGIN SELECT RAISE(ABORT, 'the ledger keeps every publication as it was'); END;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication: `version` is the dataset version it led to, None while it is under way."""

    sequence: int
    time: str
    actor: str
    operation: str
    change: Change
    version: str | None


class Ledger:
    """The ledger of a data folder, or of a store in memory where `folder` is None."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self._lock = threading.Lock()
        self._connection = connect(self._path, (_TABLES,))

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def begin(self, change: Change, *, actor: str, operation: str) -> int:
        """Write a publication down; on disk when this returns its number."""
        content = pack(change)
        row = (
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            actor,
            operation,
            zlib.compress(content, 1),
            hashlib.sha256(content).hexdigest(),
        )
        with self._lock, plain(self._path):
            cursor = self._connection.execute(
                "INSERT INTO publication (time, actor, operation, content, digest)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )
            return int(cursor.lastrowid or 0)

    def end(self, sequence: int, version: str) -> None:
        """Note that the store has the publication, on disk, and its dataset version with it."""
        with self._lock, plain(self._path):
            self._connection.execute(
                "UPDATE publication SET version = ? WHERE sequence = ?", (version, sequence)
            )

    def version(self) -> str | None:
        """Return the dataset version that the last publication led to; None without one."""
        with self._lock, plain(self._path):
            row = self._connection.execute(
                "SELECT version FROM publication ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
        return None if row is None else row[0]

    def unfinished(self) -> int | None:
        """Return the number of the first publication that the store may lack; None without one."""
        with self._lock, plain(self._path):
            row = self._connection.execute(
                "SELECT min(sequence) FROM publication WHERE version IS NULL"
            ).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def entries(self, first: int = 0) -> Iterator[Entry]:
        """Yield the publications from the number `first` on.

        Raises:
            StoreError: the content of one is not what was written.
        """
        with self._lock, plain(self._path):
            rows = self._connection.execute(
                "SELECT sequence, time, actor, operation, content, digest, version"
                " FROM publication WHERE sequence >= ? ORDER BY sequence",
                (first,),
            ).fetchall()
        for sequence, time, actor, operation, content, digest, version in rows:
            try:
                text = zlib.decompress(content)
            except zlib.error:
                text = b""
            if hashlib.sha256(text).hexdigest() != digest:
                raise StoreError(
                    f"Publication {sequence} in {self._path} is damaged: restore a backup."
                )
            yield Entry(sequence, time, actor, operation, unpack(text), version)


def copy(source: Path, target: Path) -> None:
    """Copy a ledger that may be in use."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
