import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from ihubkg.errors import Unavailable
from service.instance import Instance, instance


def asked(app: FastAPI) -> Request:
    return Request({"type": "http", "app": app, "headers": []})


def test_routes_get_what_the_service_holds(client: TestClient) -> None:
    held = instance(asked(client.app))  # type: ignore[arg-type]
    assert isinstance(held, Instance)
    assert held.edition.startswith(held.store.version + "/")
    assert held.edition.endswith(held.assets.digest())


def test_a_service_that_starts_says_so() -> None:
    app = FastAPI()
    app.state.instance = None
    with pytest.raises(Unavailable, match="still starting"):
        instance(asked(app))
