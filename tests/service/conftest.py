"""The service, started once on the packaged graph, and a client for it."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of the running service; follows no redirect by itself."""
    app = create_app(Settings(workers=1, slow=1))
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as opened:
        yield opened
