from starlette.testclient import TestClient

from ihubkg.model import Model


def test_every_question_is_described_for_programs(client: TestClient, model: Model) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    for name in model.questions:
        assert any(f"/questions/{name}" in path for path in document["paths"]), name


def test_the_page_leads_to_every_question(client: TestClient, model: Model) -> None:
    answer = client.get("/api", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    for name in model.questions:
        assert f"/questions/{name}" in answer.text


def test_a_client_that_has_it_is_told_so(client: TestClient) -> None:
    tag = client.get("/openapi.json").headers["etag"]
    assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304
