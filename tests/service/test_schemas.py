import jsonschema
from starlette.testclient import TestClient


def test_every_listed_schema_is_one(client: TestClient) -> None:
    listed = client.get("/schemas").json()["schemas"]
    assert "Method" in {item["class"] for item in listed}
    for item in listed:
        answer = client.get(item["href"])
        assert answer.headers["content-type"].startswith("application/schema+json")
        assert answer.json()["title"] == item["title"]
        jsonschema.Draft202012Validator.check_schema(answer.json())


def test_an_unknown_class_has_no_schema(client: TestClient) -> None:
    answer = client.get("/schemas/Methode.json")
    assert answer.status_code == 404
    assert "There is no schema of Methode." in answer.text
