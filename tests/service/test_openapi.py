"""The OpenAPI document: valid JSON Schemas, every question, and answers that obey them."""

import json
from typing import Any

import hypothesis
import jsonschema
import pytest
import schemathesis
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
        assert operation["operationId"] == name
        expected = {p.name: p.required and not p.default for p in question.parameters}
        assert described == expected


def test_examples_obey_the_parameter_schemas(document: dict[str, Any]) -> None:
    """What the document offers as an example is a value that it allows."""
    for methods in document["paths"].values():
        for item in methods["get"].get("parameters", ()):
            if "$ref" in item:
                continue
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
        assert content["application/json"]["schema"] == {"$ref": f"#/components/schemas/{name}"}
        schema = document["components"]["schemas"][name]
        jsonschema.Draft202012Validator.check_schema(schema)
        for call in question.examples:
            given = {key: list(texts) for key, texts in call.items()}
            got = client.get(f"/questions/{name}.json", params=given).json()
            jsonschema.validate(got, schema)


def test_bodies_obey_their_schemas(
    document: dict[str, Any], client: TestClient, model: Model
) -> None:
    """The examples as a JSON body are what the document allows, and give the rows of GET."""
    for name, question in model.questions.items():
        body = document["paths"][f"/questions/{name}"]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator.check_schema(schema)
        for call in question.examples:
            given = {
                key: _typed(schema["properties"][key], list(texts)) for key, texts in call.items()
            }
            answer = client.post(f"/questions/{name}", json=given)
            assert answer.status_code == 200, (name, answer.text)


def _typed(schema: dict[str, Any], texts: list[str]) -> object:
    """Return the texts of an example as the JSON that the schema wants."""
    if "anyOf" in schema:
        return texts
    (text,) = texts
    return text if schema.get("type") == "string" else json.loads(text)


SAMPLE = ("/questions", "/questions/method-finder", "/questions/methods-within")
"""Paths that a bounded run of schemathesis goes over; `make conformance` goes over all."""


@pytest.mark.parametrize("path", SAMPLE)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_schemathesis_finds_nothing(
    path: str, mode: str, document: dict[str, Any], client: TestClient
) -> None:
    """What the document allows is answered as it says, what it does not is refused."""
    described = schemathesis.openapi.from_dict(document)
    operation = described[path]["GET"]
    wanted = getattr(schemathesis.GenerationMode, mode.upper())

    @hypothesis.settings(max_examples=10, derandomize=True, database=None, deadline=None)
    @hypothesis.given(case=operation.as_strategy(generation_mode=wanted))
    def ask(case: schemathesis.Case[Any]) -> None:
        sent = {k: v for k, v in case.as_transport_kwargs().items() if k != "cookies"}
        case.validate_response(client.request(**sent))

    ask()


def test_page_for_people(client: TestClient, model: Model) -> None:
    """`/api` names every question."""
    page = client.get("/api").text
    assert all(f'href="/questions/{name}"' in page for name in model.questions)
