from collections.abc import Iterator
from functools import partial

import pytest
from starlette.testclient import TestClient

from ihubkg.errors import Conflict, NotFound
from service.instance import Instance
from tests.service.writable import writable

GRAPH = "http://h/g"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with writable(tmp_path_factory.mktemp("publisher") / "data", query_seconds=10.0) as opened:
        yield opened.client


@pytest.fixture
def held(own: TestClient) -> Instance:
    found = own.app.state.instance  # type: ignore[attr-defined]
    assert isinstance(found, Instance)
    return found


def test_a_write_is_seen_and_taken_back(own: TestClient, held: Instance) -> None:
    assert own.portal is not None
    before = held.store.version
    parts = [("turtle", b"<http://h/1> <http://h/p> 1 .")]
    put = partial(held.publisher.write, GRAPH, "PUT", parts, actor="anna")
    assert own.portal.call(put) is False
    assert held.store.version != before
    ask = {"query": f"ASK {{ GRAPH <{GRAPH}> {{ <http://h/1> <http://h/p> 1 }} }}"}
    assert own.get("/sparql", params=ask).json()["boolean"] is True
    delete = partial(held.publisher.write, GRAPH, "DELETE", actor="anna")
    assert own.portal.call(delete) is True
    assert held.store.version == before
    with pytest.raises(NotFound):
        own.portal.call(delete)


def test_a_store_for_reading_publishes_nothing(own: TestClient, held: Instance) -> None:
    assert own.portal is not None
    before = held.store.version
    held.store.read_only = True
    try:
        with pytest.raises(Conflict, match="for reading only"):
            own.portal.call(partial(held.publisher.update, "CLEAR ALL", actor="anna"))
    finally:
        held.store.read_only = False
    assert held.store.version == before
