"""The settings of one running service, read once from the environment as `IHUBKG_<NAME>`.

The limits are those of the threat model: small enough that no visitor can starve another, large
enough for every real query and file that was measured.

>>> Settings.read({"IHUBKG_QUERY_SECONDS": "2.5"}).query_seconds
2.5
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ihubkg.errors import IhubError

Number = TypeVar("Number", int, float)

KIB = 1024
MIB = 1024 * KIB

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class BadSetting(IhubError):
    """An environment variable holds what the setting does not take."""


@dataclass(frozen=True)
class Settings:
    """What an operator may choose; every field has a default that suits one machine."""

    data: Path | None = None
    """Folder of the embedded store; None keeps the packaged graph in memory."""
    read_only: bool = False
    """Refuse every write, whatever the token."""

    query_bytes: int = 64 * KIB
    """Longest text of a query."""
    query_depth: int = 32
    """Deepest nesting of a query, all bracket kinds together."""
    query_operators: int = 500
    """Most operators and group keywords in a query."""
    query_patterns: int = 100
    """Most triple patterns in a query."""
    query_seconds: float = 10.0
    """Longest time a query may run; then its process is killed and the answer is 504."""
    rows: int = 10_000
    """Most rows of a SELECT; the rest is cut and the answer says so."""
    answer_bytes: int = 10 * MIB
    """Most bytes of an answer; the rest is cut and the answer says so."""
    federation: tuple[str, ...] = ()
    """Endpoints that SERVICE may name, with commas between; none by default."""
    federation_seconds: float = 5.0
    """Longest time that another endpoint may take for its part of a query."""
    federation_rows: int = 1_000
    """Most rows that another endpoint may give for its part of a query."""
    memory_share: float = 0.25
    """Share of the machine's memory that readers may take; a larger graph is read from disk."""
    workers: int = 2
    """Processes that evaluate queries at the same time."""
    queue: int = 64
    """Queries that may wait for a process; further ones are told to come back later."""
    slow: int = 4
    """Further processes for queries that run long, so that short ones need not wait for them."""
    client_queries: int = 2
    """Queries of one client that are run at the same time; its others wait their turn."""
    worker_bytes: int = 1024 * MIB
    """Address space of one query process."""
    worker_jobs: int = 1_000
    """Jobs after which a process is replaced by a fresh one."""

    validate_bytes: int = 2 * MIB
    """Largest file that `/validate` takes."""
    validate_seconds: float = 60.0
    """Longest time that parsing and checking one file may take."""
    upload_bytes: int = 50 * MIB
    """Largest body of a write with a token."""
    form_bytes: int = 256 * KIB
    """Largest body of any other request."""
    body_seconds: float = 60.0
    """Longest time that a client may take to send its body."""
    triples: int = 200_000
    """Most triples of one submitted file."""
    problems: int = 1_000
    """Most problems that one report lists."""

    cache_bytes: int = 32 * MIB
    """Memory for finished answers, dropped oldest first."""
    client_seconds: float = 60.0
    """Seconds of query time that one client may use per minute; a client is who holds a token,
    else a network."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies whose `X-Forwarded-For` is believed."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings that `environment` (default: the process's own) describes.

        Raises:
            BadSetting: a value is not of the setting's type.
        """
        source = os.environ if environment is None else environment
        values = {
            field.name: _value(field.name, source[name], field.default)
            for field in fields(cls)
            if (name := f"IHUBKG_{field.name.upper()}") in source
        }
        return cls(**values)  # type: ignore[arg-type]  # _value gives each field's own type


def _value(name: str, text: str, default: object) -> object:
    if name == "federation":
        return tuple(_endpoint(part.strip()) for part in text.split(",") if part.strip())
    if name == "data":
        return Path(text) if text else None
    try:
        match default:
            case bool():
                return _truth(text)
            case int():
                return _positive(int(text))
            case float():
                return _positive(float(text))
            case _:
                return tuple(part for part in (p.strip() for p in text.split(",")) if part)
    except ValueError as error:
        wanted = {bool: "yes or no", int: "a whole number above 0", float: "a number above 0"}
        raise BadSetting(
            f"IHUBKG_{name.upper()} is “{text}”; it takes {wanted[type(default)]}."
        ) from error


def _endpoint(text: str) -> str:
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in text
    except ValueError:
        fits = False
    if not fits or any(character in text for character in '<>"{}|^`\\ #'):
        raise BadSetting(
            f"IHUBKG_FEDERATION holds “{text}”; it takes addresses of SPARQL endpoints that begin "
            "with https:// or http://, with commas between."
        )
    return text


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(text)


def _positive(number: Number) -> Number:
    if not number > 0:
        raise ValueError(number)
    return number
