import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from ihubkg.errors import NotFound
from service.front import Front


class Fast:
    """An endpoint for the paths below /fast."""

    def takes(self, path: str) -> bool:
        return path.startswith("/fast")

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/fast/none":
            raise NotFound("There is nothing.", ())
        if scope["path"] == "/fast/broken":
            raise ZeroDivisionError("secret")
        await PlainTextResponse("fast")(scope, receive, send)


@pytest.fixture
def front() -> TestClient:
    app = Front()
    app.endpoints = (Fast(),)
    app.get("/slow")(lambda: "slow")

    return TestClient(app, raise_server_exceptions=False)


def test_an_endpoint_answers_before_the_framework(front: TestClient) -> None:
    assert front.get("/fast").text == "fast"
    assert front.get("/slow").json() == "slow"
    assert front.get("/other").status_code == 404


def test_errors_become_problem_documents(front: TestClient) -> None:
    answer = front.get("/fast/none")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "There is nothing." in answer.text


def test_what_broke_is_not_told_to_strangers(front: TestClient) -> None:
    answer = front.get("/fast/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
