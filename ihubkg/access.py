"""Tokens of access: made by an operator, kept as hashes, valid at once and until revoked.

A token has 256 random bits, so its SHA-256 is enough to recognise it by and tells nobody what it
is. The file lies in the data folder beside the store and is read while a service runs.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from ihubkg.errors import Conflict, NotFound, StoreError
from ihubkg.folder import Folder

FILE = "access.sqlite"
PREFIX = "ihubkg_"
"""What a token begins with, so that scanners for leaked secrets know it."""
DAYS = 90
MOST_DAYS = 365

Role = Literal["editor", "reviewer", "maintainer", "admin"]
Right = Literal["submit", "review", "update", "store", "tokens"]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "editor": frozenset({"submit"}),
    "reviewer": frozenset({"submit", "review"}),
    "maintainer": frozenset({"submit", "review", "update", "store"}),
    "admin": frozenset({"submit", "review", "update", "store", "tokens"}),
}
"""What each role may do; what is not named here nobody may."""

_TABLE = """
CREATE TABLE IF NOT EXISTS token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  end TEXT NOT NULL,
  made TEXT NOT NULL,
  expires TEXT NOT NULL,
  revoked TEXT
)
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a token was made for; `end` are its last four characters."""

    name: str
    role: Role
    end: str
    made: str
    expires: str
    revoked: str | None = None

    def may(self, right: Right) -> bool:
        """Tell whether the role includes a right."""
        return right in RIGHTS[self.role]


class Access:
    """The tokens of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    @classmethod
    def of(cls, folder: Path) -> "Access":
        """Return the tokens of a data folder, which is made if there is none.

        Raises:
            StoreError: it is not ours, or of a newer format.
        """
        Folder.hold(folder, shared=True).close()
        return cls(folder)

    def create(self, name: str, role: Role, *, days: int = DAYS) -> str:
        """Make a token and return it; it is not kept and cannot be shown again.

        Raises:
            Conflict: `name` has a valid token already.
        """
        token = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        with self._open() as table:
            if any(holder.name == name for holder in _valid(table)):
                raise Conflict(f"{name} has a token already: revoke it first.")
            table.execute(
                "INSERT INTO token (name, role, hash, end, made, expires)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    name,
                    role,
                    _hash(token),
                    token[-4:],
                    now.isoformat(timespec="seconds"),
                    (now + timedelta(days=min(days, MOST_DAYS))).isoformat(timespec="seconds"),
                ),
            )
        return token

    def holders(self) -> list[Holder]:
        """Return every holder there was, in the order they were made."""
        with self._open() as table:
            return [_holder(row) for row in table.execute(f"{_SELECT} ORDER BY id")]

    def revoke(self, name: str) -> None:
        """Make the token of `name` invalid, at once.

        Raises:
            NotFound: nobody of that name has a valid one.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as table:
            names = {holder.name for holder in _valid(table)}
            if name not in names:
                raise NotFound(f"{name} has no valid token.", sorted(names))
            table.execute(
                "UPDATE token SET revoked = ? WHERE name = ? AND revoked IS NULL", (now, name)
            )

    def holder(self, token: str) -> Holder | None:
        """Return the holder of a valid token, or None."""
        if not self._path.exists():
            return None
        with self._open() as table:
            row = table.execute(f"{_SELECT} WHERE hash = ?", (_hash(token),)).fetchone()
        holder = None if row is None else _holder(row)
        return holder if holder is not None and _is_valid(holder) else None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are committed at the end."""
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(_TABLE)
                with connection:
                    yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path} cannot be used: {error}.") from error


_SELECT = "SELECT name, role, end, made, expires, revoked FROM token"


def _valid(table: sqlite3.Connection) -> list[Holder]:
    holders = (_holder(row) for row in table.execute(_SELECT))
    return [holder for holder in holders if _is_valid(holder)]


def _is_valid(holder: Holder) -> bool:
    return holder.revoked is None and datetime.fromisoformat(holder.expires) > datetime.now(UTC)


def _holder(row: tuple[str, Role, str, str, str, str | None]) -> Holder:
    return Holder(*row)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
