"""A service on a data folder, with tokens, for the tests that write or wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from ihubkg.access import ROLES, Access
from service.app import create_app
from service.settings import Settings


@dataclass(frozen=True)
class Writable:
    """A client, and the header that carries a token of each role."""

    client: TestClient
    bearer: dict[str, dict[str, str]]
    data: Path


@contextmanager
def writable(data: Path, **settings: object) -> Iterator[Writable]:
    """Run the service on the folder `data`, with short limits."""
    access = Access.of(data)
    bearer: dict[str, dict[str, str]] = {
        role: {"Authorization": f"Bearer {access.create(f'test-{role}', role)}"} for role in ROLES
    }
    chosen = Settings(data=data, **{"query_seconds": 1.0, **settings})  # type: ignore[arg-type]
    app = create_app(chosen)
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield Writable(client, bearer, data)
