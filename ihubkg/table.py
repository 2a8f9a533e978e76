"""A file of SQLite that outlives power cuts: opened one way, brought up to its newest format.

Each writing transaction is on disk when it ends (`synchronous = FULL`); readers and one writer do
not wait for each other (WAL).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ihubkg.errors import StoreError


def connect(path: Path | None, formats: Sequence[str]) -> sqlite3.Connection:
    """Open the file at `path`, or a table in memory where it is None.

    `formats` are scripts: the first makes the tables, each further one brings them from the format
    before to the next. `PRAGMA user_version` counts those that were run.

    Raises:
        StoreError: the file cannot be used, is damaged, or was made by a newer ihubkg.
    """
    with plain(path):
        connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=10,
            check_same_thread=False,
            isolation_level=None,
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _bring_up(connection, formats, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _bring_up(connection: sqlite3.Connection, formats: Sequence[str], path: Path | None) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > len(formats):
        raise StoreError(
            f"{path} was made by a newer ihubkg: update ihubkg, or choose another folder."
        )
    for number, script in enumerate(formats[found:], found + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")


@contextmanager
def plain(path: Path | None) -> Iterator[None]:
    """Turn what SQLite says about the table at `path` into what a person can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise StoreError(f"The disk of {path} is full: free some space.") from error
        raise StoreError(f"{path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is damaged: restore the folder from a backup.") from error
