from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


def test_a_process_that_runs_is_alive(client: TestClient) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert answer.headers["cache-control"] == "no-store"


def test_a_service_that_can_answer_is_ready_and_names_its_dataset(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith("ready sha256-")


def test_a_service_that_has_not_started_is_alive_but_not_ready() -> None:
    waiting = TestClient(create_app(Settings()))
    assert waiting.get("/livez").status_code == 200
    answer = waiting.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
