from starlette.testclient import TestClient

from service.problems import kinds


def test_every_kind_that_a_problem_names_answers(client: TestClient) -> None:
    for slug, kind in kinds().items():
        document = client.get(f"/problem/{slug}").json()
        assert document["status"] == kind.status
        assert document["type"].endswith(f"/problem/{slug}")


def test_the_type_of_a_real_problem_leads_there(client: TestClient) -> None:
    kind = client.get("/questions/none").json()["type"]
    path = kind.removeprefix("https://w3id.org/ihub4schools")
    assert client.get(path, headers={"accept": "text/html"}).status_code == 200


def test_an_unknown_kind_names_those_there_are(client: TestClient) -> None:
    answer = client.get("/problem/none")
    assert answer.status_code == 404
    assert "not-found" in answer.json()["nearest"]
