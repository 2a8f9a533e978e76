"""The OpenAPI document: valid JSON Schemas, every question, and answers that obey them."""

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from ihubkg.model import Model


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    """The document that the service serves."""
    got = client.get("/openapi.json")
    assert got.headers["content-type"] == "application/json"
    described: dict[str, Any] = got.json()
    return described


def test_describes_every_question(document: dict[str, Any], model: Model) -> None:
    """A path for each, with its parameters and whether they are needed."""
    assert document["openapi"] == "3.1.0"
    for name, question in model.questions.items():
        operation = document["paths"][f"/questions/{name}"]["get"]
        described = {
            item["name"]: item["required"] for item in operation["parameters"] if "required" in item
        }
        expected = {p.name: p.required and not p.default for p in question.parameters}
        assert described == expected


def test_examples_obey_the_parameter_schemas(document: dict[str, Any]) -> None:
    """What the document offers as an example is a value that it allows."""
    for methods in document["paths"].values():
        for item in methods["get"].get("parameters", ()):
            jsonschema.Draft202012Validator.check_schema(item["schema"])
            if "example" in item:
                jsonschema.validate(item["example"], item["schema"])


def test_answers_obey_their_schemas(
    document: dict[str, Any], client: TestClient, model: Model
) -> None:
    """The JSON of every question is valid by the schema that the document gives it."""
    for name, question in model.questions.items():
        content = document["paths"][f"/questions/{name}"]["get"]["responses"]["200"]["content"]
        if "application/json" not in content:
            continue
        schema = content["application/json"]["schema"]
        jsonschema.Draft202012Validator.check_schema(schema)
        for call in question.examples:
            given = {key: list(texts) for key, texts in call.items()}
            got = client.get(f"/questions/{name}.json", params=given).json()
            jsonschema.validate(got, schema)


def test_page_for_people(client: TestClient, model: Model) -> None:
    """`/api` names every question."""
    page = client.get("/api").text
    assert all(f'href="/questions/{name}"' in page for name in model.questions)
