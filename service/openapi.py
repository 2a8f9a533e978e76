"""The OpenAPI 3.1 document of the service, with the schemas of every question's answer.

https://spec.openapis.org/oas/v3.1.1 — made from the headers of the questions, so it says what
the running service takes and gives.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ihubkg import csvw, schema
from ihubkg.header import Parameter
from ihubkg.names import Names
from ihubkg.question import Form, Question
from service.asking import CITATIONS, LANGUAGE
from service.questionnaire import said

Schema = Mapping[str, Any]

JSON = "application/json"
SPARQL_JSON = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
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
_OBJECT: Schema = {"schema": {"type": "object"}}
_TREE: Schema = {"schema": {"type": ["object", "array"]}}
_GRAPHS: Mapping[str, Schema] = {
    "text/turtle": _TEXT,
    "application/ld+json": _TREE,
    "application/n-triples": _TEXT,
    "application/rdf+xml": {},
}


def _argument(name: str, description: str, wanted: Schema) -> Schema:
    """Return an argument of the query that may stand there empty, as forms send it."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "allowEmptyValue": True,
        "schema": wanted,
    }


_COMMON: Mapping[str, Schema] = {
    "lang": _argument(
        "lang",
        "The language of labels (a language tag); English where there is none in it.",
        {"type": "string", "pattern": f"^{LANGUAGE}$"},
    ),
    "explain": _argument(
        "explain",
        "1: say for each row why it is there (`why` in the JSON).",
        {"type": "integer", "enum": [0, 1]},
    ),
    "cite": _argument(
        "cite",
        "Instead of the answer, how to cite it.",
        {"type": "string", "enum": [*CITATIONS]},
    ),
    "offset": _argument(
        "offset",
        "Rows to leave out at the beginning.",
        {"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0},
    ),
    **{
        name: _argument(name, f"{text} of the permalink that is checked.", {"type": "string"})
        for name, text in (
            ("version", "The version of the question"),
            ("dataset", "The dataset version"),
            ("result", "The digest of the rows"),
        )
    },
}


def document(
    questions: Mapping[str, Question], names: Names, *, version: str, languages: Sequence[str]
) -> dict[str, Any]:
    """Return the whole document; `version` is that of the software."""
    paths: dict[str, Any] = {"/questions": _catalogue()}
    for name, question in questions.items():
        told = _Asked(question, names, languages)
        paths[f"/questions/{name}"] = {"get": told.get(), "post": told.post()}
        paths[f"/questions/{name}/verify"] = {"get": told.verify()}
    tables = [name for name, one in questions.items() if one.query.form is not Form.GRAPH]
    paths["/questions/{name}.csv-metadata.json"] = {"get": _metadata(tables)}
    answers = {name: schema.answer(questions[name]) for name in tables}
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
        "components": {
            "schemas": {"Problem": _PROBLEM, **answers},
            "parameters": dict(_COMMON),
            "responses": _responses(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
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
            "parameters": [_common("lang")],
            "responses": {
                "200": {
                    "description": "The questions, with parameters and result columns.",
                    "content": {JSON: {"schema": listed}, "text/html": _TEXT},
                },
                **_refusals("406", "422"),
            },
        }
    }


def _metadata(tables: Sequence[str]) -> Schema:
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "The name of the question.",
        "schema": {"type": "string", "enum": [*tables]},
    }
    content = {csvw.MEDIA_TYPE: _OBJECT}
    return {
        "operationId": "metadata",
        "summary": "What stands in the columns of a question's CSV (CSV on the Web)",
        "tags": ["questions"],
        "parameters": [name],
        "responses": {
            "200": {"description": "The description.", "content": content},
            **_refusals("404", "406"),
        },
    }


class _Asked:
    """One question as operations; its schemas are made once."""

    def __init__(self, question: Question, names: Names, languages: Sequence[str]) -> None:
        self._question = question
        self._names = names
        self._languages = languages
        self._schemas = {item.name: _values(item, names) for item in question.parameters}

    def get(self) -> Schema:
        """The question, asked by its address."""
        question = self._question
        return {
            **self._told(question.name),
            "parameters": [*self._arguments(), *map(_common, ("lang", "explain", "cite"))],
            "responses": self._responses(),
        }

    def post(self) -> Schema:
        """The question, asked by a body."""
        question = self._question
        fields: dict[str, Any] = {p.name: self._schemas[p.name] for p in question.parameters}
        fields |= {item["name"]: item["schema"] for item in self._window()}
        content = {JSON: {"schema": self._body(fields)}}
        empty = {"const": ""}
        forms: dict[str, Any] = {name: {"anyOf": [one, empty]} for name, one in fields.items()}
        required = [item.name for item in question.parameters if item.required]
        forms |= {name: fields[name] for name in required}
        content[FORM] = {"schema": self._body(forms)}
        return {
            **self._told(f"{question.name}-post"),
            "parameters": [*map(_common, ("lang", "explain", "cite"))],
            "requestBody": {"required": bool(required), "content": content},
            "responses": self._responses("400", "413", "415"),
        }

    def verify(self) -> Schema:
        """Whether an answer is still the one that was cited."""
        found = {
            "type": "object",
            "properties": {
                "same": {"type": "boolean"},
                "moved": {"type": "array", "items": {"type": "string"}},
                "cited": {"type": "object"},
                "now": {"type": "object"},
            },
            "required": ["same", "moved", "cited", "now"],
        }
        content = {JSON: {"schema": found}, "text/html": _TEXT}
        return {
            "operationId": f"{self._question.name}-verify",
            "summary": f"Whether this is still the answer: {self._summary}",
            "tags": ["citing"],
            "parameters": [*self._arguments(), *map(_common, ("version", "dataset", "result"))],
            "responses": {
                "200": {"description": "Same, or what moved.", "content": content},
                **_refusals("406", "422"),
            },
        }

    @property
    def _summary(self) -> str:
        return said(self._question.summary, self._languages)

    def _told(self, operation: str) -> Schema:
        question = self._question
        return {
            "operationId": operation,
            "summary": self._summary,
            "description": said(question.description, self._languages),
            "tags": [question.persona[0]],
            "deprecated": question.status == "deprecated",
        }

    def _arguments(self) -> Iterable[Schema]:
        for item in self._question.parameters:
            yield self._parameter(item)
        for one in self._window():
            yield _common("offset") if one["name"] == "offset" else one

    def _parameter(self, item: Parameter) -> Schema:
        values = self._schemas[item.name]
        needed = item.required and not item.default
        shown: dict[str, Any] = {
            "name": item.name,
            "in": "query",
            "required": needed,
            "description": said(item.description, self._languages),
            "schema": {k: v for k, v in values.items() if k != "anyOf"} if item.many else values,
        }
        if item.many:
            shown["schema"] = values["anyOf"][1]
        if not needed:
            shown["allowEmptyValue"] = True
        one = values["anyOf"][0] if item.many else values
        examples = [_example(item, text, one, self._names) for text in item.example]
        if examples:
            shown["example"] = examples if item.many else examples[0]
        return shown

    def _window(self) -> Sequence[Schema]:
        if self._question.query.form is not Form.ROWS:
            return ()
        page = self._question.page
        limit = {"type": "integer", "minimum": 0, "maximum": page.maximum, "default": page.size}
        return (_argument("limit", "Most rows to give.", limit), _COMMON["offset"])

    def _body(self, fields: Mapping[str, Schema]) -> Schema:
        needed = [item.name for item in self._question.parameters if item.required]
        return {
            "type": "object",
            "properties": fields,
            "required": needed,
            "additionalProperties": False,
        }

    def _responses(self, *more: str) -> Schema:
        answered = {"description": "The answer.", "content": _content(self._question)}
        return {"200": answered, **_refusals(*more, "406", "422")}


def _values(item: Parameter, names: Names) -> Schema:
    """Return the schema of what a parameter takes: one value, or for some also a list."""
    value = schema.parameter(item, names)
    if not item.many:
        return value
    return {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}


def _content(question: Question) -> Schema:
    cited: dict[str, Schema] = {CITATIONS["bibtex"]: _TEXT, CITATIONS["cff"]: _OBJECT}
    if question.query.form is Form.GRAPH:
        return {**_GRAPHS, "text/html": _TEXT, **cited}
    return {
        JSON: {"schema": {"$ref": f"#/components/schemas/{question.name}"}},
        SPARQL_JSON: _OBJECT,
        "text/csv": _TEXT,
        "text/tab-separated-values": _TEXT,
        "text/html": _TEXT,
        **cited,
    }


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


def _fixed() -> dict[str, Any]:
    """Return the paths that no question makes."""
    plain = {"description": "Yes.", "content": {"text/plain": _TEXT}}
    return {
        "/.well-known/sparql-examples": {
            "get": {
                "operationId": "examples",
                "summary": "The questions as executable queries (sh:SPARQLExecutable)",
                "tags": ["SPARQL"],
                "responses": {
                    "200": {"description": "The queries.", "content": _GRAPHS},
                    **_refusals("406"),
                },
            }
        },
        "/sparql": _sparql(),
        "/livez": {
            "get": {
                "operationId": "livez",
                "summary": "Whether the process answers",
                "tags": ["health"],
                "responses": {"200": plain},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Whether questions can be answered, and from which dataset version",
                "tags": ["health"],
                "responses": {"200": plain, **_refusals("503")},
            }
        },
    }


QUERY: Schema = {
    "type": "string",
    "format": "sparql-query",
    "description": "A SPARQL 1.1 query.",
    "examples": ["ASK { ?s ?p ?o }"],
}
UPDATE: Schema = {
    "type": "string",
    "format": "sparql-update",
    "description": "A SPARQL 1.1 Update; needs a token.",
    "examples": ["CLEAR SILENT GRAPH <https://example.org/none>"],
}


def _sparql() -> Schema:
    kinds = {
        SPARQL_JSON: _OBJECT,
        "application/sparql-results+xml": {},
        "text/csv": _TEXT,
        "text/tab-separated-values": _TEXT,
        "text/html": _TEXT,
        **_GRAPHS,
    }
    answered = {"description": "The result.", "content": kinds}
    refused = _refusals("400", "406", "413", "415", "422", "429", "503", "504")
    form = {
        "oneOf": [
            {
                "type": "object",
                "properties": {name: one, other: False},
                "required": [name],
            }
            for name, one, other in (("query", QUERY, "update"), ("update", UPDATE, "query"))
        ]
    }
    return {
        "get": {
            "operationId": "sparql",
            "summary": "Ask in SPARQL 1.1",
            "tags": ["SPARQL"],
            "parameters": [
                {
                    "name": "query",
                    "in": "query",
                    "description": "The query; without it the answer describes the service.",
                    "schema": QUERY,
                }
            ],
            "responses": {"200": answered, **refused},
        },
        "post": {
            "operationId": "sparql-post",
            "summary": "Ask in SPARQL 1.1, or with a token change the graph by SPARQL 1.1 Update",
            "tags": ["SPARQL"],
            "security": [{}, {"token": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/sparql-query": {"schema": QUERY},
                    "application/sparql-update": {"schema": UPDATE},
                    FORM: {"schema": form},
                },
            },
            "responses": {
                "200": answered,
                "204": {"description": "The change is made, and readers see it."},
                **_refusals("401", "403", "408", "409"),
                **refused,
            },
        },
        "options": {
            "operationId": "sparql-options",
            "summary": "Which methods there are",
            "tags": ["SPARQL"],
            "responses": {"204": {"description": "`Allow` lists them."}},
        },
    }


_REFUSALS: Mapping[str, tuple[str, str]] = {
    "400": ("Unreadable", "The request cannot be understood."),
    "401": ("Unauthorized", "A token is needed, or the one sent is not valid."),
    "403": ("Forbidden", "The token does not allow this."),
    "404": ("NotFound", "There is no such thing; the problem names what is near."),
    "406": ("NotAcceptable", "There is no such form; the problem lists what there is."),
    "408": ("SlowBody", "The data did not arrive in time."),
    "409": ("Conflict", "The state is not what the request supposes."),
    "413": ("TooLarge", "The body is larger than is taken."),
    "415": ("UnsupportedMedia", "A body of this media type is not taken."),
    "422": ("BadParameter", "A parameter is wrong; `errors` names each with nearest values."),
    "429": ("OverBudget", "The client has used its share for now; `Retry-After` says how long."),
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


def _common(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}
