"""The OpenAPI 3.1 document of the service, with the schemas of every question's answer.

https://spec.openapis.org/oas/v3.1.1 — made from the headers of the questions, so it says what
the running service takes and gives.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ihubkg import schema
from ihubkg.header import Parameter
from ihubkg.names import Names
from ihubkg.question import Form, Question
from service.questionnaire import said

Schema = Mapping[str, Any]

JSON = "application/json"
PROBLEM = "application/problem+json"

_PROBLEM: Schema = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "reason": {"type": "string"},
                    "nearest": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
_TEXT: Schema = {"schema": {"type": "string"}}
_LANGUAGE: Schema = {
    "name": "lang",
    "in": "query",
    "description": "The language of labels; English where there is none in it.",
    "schema": {"type": "string", "pattern": "^[a-z]{2}$"},
}


def document(
    questions: Mapping[str, Question], names: Names, *, version: str, languages: Sequence[str]
) -> dict[str, Any]:
    """Return the whole document; `version` is that of the software."""
    paths: dict[str, Any] = {"/questions": _catalogue()}
    for name, question in questions.items():
        paths[f"/questions/{name}"] = _question(question, names, languages)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ihubkg",
            "version": version,
            "summary": "Knowledge graph of the iHub4Schools mentoring framework",
            "description": "Named questions with typed answers, each with its sources; SPARQL; "
            "linked data. An independent description of the project's published work.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "paths": paths | _fixed(),
        "components": {"schemas": {"Problem": _PROBLEM}, "responses": _responses()},
    }


def _catalogue() -> Schema:
    listed = {
        "type": "object",
        "properties": {"questions": {"type": "array", "items": {"type": "object"}}},
        "required": ["questions"],
    }
    return {
        "get": {
            "operationId": "questions",
            "summary": "List the questions",
            "tags": ["questions"],
            "parameters": [_LANGUAGE],
            "responses": {
                "200": {
                    "description": "The questions, with parameters and result columns.",
                    "content": {JSON: {"schema": listed}, "text/html": _TEXT},
                },
                **_refusals("406"),
            },
        }
    }


def _question(question: Question, names: Names, languages: Sequence[str]) -> Schema:
    return {
        "get": {
            "operationId": question.name,
            "summary": said(question.summary, languages),
            "description": said(question.description, languages),
            "tags": [question.persona[0]],
            "deprecated": question.status == "deprecated",
            "parameters": [
                *(_parameter(item, names, languages) for item in question.parameters),
                *_window(question),
                _LANGUAGE,
            ],
            "responses": {
                "200": {"description": "The answer.", "content": _content(question)},
                **_refusals("406", "422"),
            },
        }
    }


def _content(question: Question) -> Schema:
    if question.query.form is Form.GRAPH:
        kinds = ("text/turtle", "application/ld+json", "application/n-triples")
        return dict.fromkeys((*kinds, "application/rdf+xml", "text/html"), _TEXT)
    return {
        JSON: {"schema": schema.answer(question)},
        "application/sparql-results+json": {"schema": {"type": "object"}},
        "text/csv": _TEXT,
        "text/tab-separated-values": _TEXT,
        "text/html": _TEXT,
    }


def _parameter(item: Parameter, names: Names, languages: Sequence[str]) -> Schema:
    value = schema.parameter(item, names)
    shown: dict[str, Any] = {
        "name": item.name,
        "in": "query",
        "required": item.required and not item.default,
        "description": said(item.description, languages),
        "schema": {"type": "array", "items": value, "minItems": 1} if item.many else value,
    }
    examples = [_example(item, text, value, names) for text in item.example]
    if examples:
        shown["example"] = examples if item.many else examples[0]
    return shown


def _example(item: Parameter, text: str, value: Schema, names: Names) -> object:
    """Return an example in its canonical spelling, which the schema allows."""
    if "enum" in value and not item.choices:
        return names.short(item.type, names.find(item.type, text).iris[0])
    match value.get("type"):
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return text == "true"
        case _:
            return text


def _window(question: Question) -> Sequence[Schema]:
    if question.query.form is not Form.ROWS:
        return ()
    page = question.page
    limit = {"type": "integer", "minimum": 1, "maximum": page.maximum, "default": page.size}
    return (
        {"name": "limit", "in": "query", "description": "Most rows to give.", "schema": limit},
        {
            "name": "offset",
            "in": "query",
            "description": "Rows to leave out at the beginning.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0},
        },
    )


def _fixed() -> dict[str, Any]:
    """Return the paths that no question makes."""
    rows = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
    graphs = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
    kinds = (*rows, "text/tab-separated-values", "text/html", *graphs)
    return {
        "/sparql": {
            "get": {
                "operationId": "sparql",
                "summary": "Ask in SPARQL 1.1",
                "tags": ["SPARQL"],
                "parameters": [
                    {
                        "name": "query",
                        "in": "query",
                        "description": "The query; without it the answer describes the service.",
                        "schema": {"type": "string"},
                        "example": "ASK { ?s ?p ?o }",
                    }
                ],
                "responses": {
                    "200": {"description": "Result.", "content": dict.fromkeys(kinds, _TEXT)},
                    **_refusals("400", "406", "422", "503", "504"),
                },
            }
        },
        "/livez": {
            "get": {
                "operationId": "livez",
                "summary": "Whether the process answers",
                "tags": ["health"],
                "responses": {"200": {"description": "Yes.", "content": {"text/plain": _TEXT}}},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Whether questions can be answered, and from which dataset version",
                "tags": ["health"],
                "responses": {
                    "200": {"description": "Yes.", "content": {"text/plain": _TEXT}},
                    **_refusals("503"),
                },
            }
        },
    }


_REFUSALS: Mapping[str, tuple[str, str]] = {
    "400": ("Unreadable", "The request cannot be understood."),
    "406": ("NotAcceptable", "There is no such form; the problem lists what there is."),
    "422": ("BadParameter", "A parameter is wrong; `errors` names each with nearest values."),
    "503": ("Unavailable", "Not now; `Retry-After` says when."),
    "504": ("Timeout", "It took longer than the limit and was stopped."),
}


def _refusals(*statuses: str) -> Schema:
    return {
        status: {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"} for status in statuses
    }


def _responses() -> Schema:
    content = {
        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": _TEXT,
    }
    return {name: {"description": text, "content": content} for name, text in _REFUSALS.values()}
