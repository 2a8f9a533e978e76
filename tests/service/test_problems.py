import inspect

import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.testclient import TestClient

from ihubkg import errors
from ihubkg.errors import IhubError, ParameterProblem
from service import problems
from service.assets import Assets
from service.negotiate import TURTLE, NotAcceptable
from service.templates import Pages

EXAMPLES: dict[str, IhubError] = {
    "parse": errors.ParseError("A full stop is missing.", 3, 7),
    "query": errors.BadQuery("SELET is no keyword.", 1, 1, "https://www.w3.org/TR/sparql11-query/"),
    "parameter": errors.BadParameter([ParameterProblem("phase", "there is none", ("mapping",))]),
    "missing": errors.NotFound("There is no method digipedia.", ["/id/method/digipeda"]),
    "large": errors.TooLarge("Too large.", 10, 11),
    "slow": errors.Timeout("The query ran for 10 seconds.", 10.0),
    "busy": errors.Unavailable("All workers are busy.", 2),
    "form": NotAcceptable("No.", [TURTLE]),
    "store": errors.StoreError("The folder is of a newer version."),
    "token": problems.Unauthorized("Send a token."),
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.state.instance = None
    app.state.pages = Pages(Assets())
    problems.install(app)

    async def fail(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "gone":
            raise ClientDisconnect
        raise EXAMPLES[name] if name in EXAMPLES else ZeroDivisionError("secret")

    app.add_route("/fail/{name}", fail, methods=["GET"])
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_error_is_a_problem_document(client: TestClient, name: str) -> None:
    answer = client.get(f"/fail/{name}")
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == document["status"] == problems.kind_of(EXAMPLES[name]).status
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert document["detail"] == EXAMPLES[name].message


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_browser_gets_the_same_as_a_page(client: TestClient, name: str) -> None:
    answer = client.get(f"/fail/{name}", headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("text/html")
    assert EXAMPLES[name].message in answer.text


def test_members_beyond_the_four(client: TestClient) -> None:
    assert client.get("/fail/parse").json()["line"] == 3
    assert client.get("/fail/query").json()["see"].startswith("https://www.w3.org/")
    assert client.get("/fail/parameter").json()["errors"] == [
        {"parameter": "phase", "reason": "there is none", "nearest": ["mapping"]}
    ]
    assert client.get("/fail/missing").json()["nearest"] == ["/id/method/digipeda"]
    assert client.get("/fail/large").json()["limit"] == 10
    assert client.get("/fail/form").json()["offers"] == ["text/turtle"]
    assert client.get("/fail/busy").headers["retry-after"] == "2"
    assert client.get("/fail/token").headers["www-authenticate"] == "Bearer"


def test_every_error_of_the_tree_has_a_row() -> None:
    tree = [
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, IhubError) and member is not IhubError
    ]
    assert [error for error in tree if error not in problems.KINDS] == []


def test_a_fault_of_ours_says_nothing_of_its_cause(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/fail/zero")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "GET /fail/zero failed" in caplog.text


def test_a_path_that_is_not_there(client: TestClient) -> None:
    assert client.get("/nowhere").json()["detail"] == "No page at /nowhere."


def test_a_method_that_is_not_there(client: TestClient) -> None:
    answer = client.post("/fail/parse")
    assert answer.status_code == 405
    assert answer.json()["detail"] == "POST does nothing at /fail/parse."
    assert "GET" in answer.headers["allow"]


def test_long_details_are_cut_and_markup_is_escaped(client: TestClient) -> None:
    EXAMPLES["long"] = errors.ParseError("<script>" + "x" * 500)
    assert len(client.get("/fail/long").json()["detail"]) == problems.LONGEST_DETAIL
    page = client.get("/fail/long", headers={"accept": "text/html"}).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_client_that_has_gone_is_no_fault(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/fail/gone").status_code == 400
    assert [one for one in caplog.records if one.name.startswith("ihubkg")] == []
