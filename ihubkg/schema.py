"""JSON Schemas of what a question takes and gives, from its header.

https://json-schema.org/draft/2020-12/json-schema-core as OpenAPI 3.1 uses it.
"""

from collections.abc import Mapping
from typing import Any

from ihubkg.header import Column, Parameter, ValueType
from ihubkg.names import Names
from ihubkg.question import Form, Question

Schema = Mapping[str, Any]

MOST_LISTED = 300
"""Values that a schema lists; a parameter that can be more things than these takes any text."""

_VALUES: Mapping[str, Schema] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "duration": {"type": "string", "pattern": r"^P(?:[0-9]{1,3}[MWD]|T[0-9]{1,3}[HM])$"},
    "language": {"type": "string", "pattern": r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
    "iri": {"type": "string", "format": "uri"},
    "text": {"type": "string"},
}
_CELLS: Mapping[str, Schema] = {
    **_VALUES,
    "date": {"type": "string"},
    "duration": {"type": "string"},
    "language": {"type": "string"},
}
"""Cells hold what the graph says: a date may be a month or a year."""


def parameter(item: Parameter, names: Names) -> Schema:
    """Return the schema of one value of a parameter; slugs stand for concepts and things.

    Labels, CURIEs and IRIs are taken too; the schema names the canonical values.
    """
    if item.choices:
        return {"type": "string", "enum": list(item.choices)}
    if item.type.name in ("concept", "thing"):
        members = names.members(item.type)
        if len(members) > MOST_LISTED:
            return {"type": "string", "format": "name-of-a-thing"}
        return {"type": "string", "enum": [names.short(item.type, iri) for iri in members]}
    schema = dict(_VALUES[item.type.name])
    if item.minimum is not None:
        schema["minimum"] = item.minimum
    if item.maximum is not None:
        schema["maximum"] = item.maximum
    return schema


def answer(question: Question) -> Schema:
    """Return the schema of the JSON answer of a SELECT or an ASK."""
    parameters = {item.name: _echo(item) for item in question.parameters}
    whole = _object(
        {
            "name": {"const": question.name},
            "parameters": {**_object(parameters), "required": []},
            "rows": {"type": "array", "items": row(question)},
            "truncated": {
                "type": "boolean",
                "description": "Whether there are more rows than these.",
            },
            "why_empty": {
                "type": ["object", "null"],
                "description": "Where there is no row: which part of the question removed the "
                "last one, and what would give an answer.",
            },
            "limit": {"type": "integer", "minimum": 0},
            "offset": {"type": "integer", "minimum": 0},
            "version": {"type": "string", "description": "The version of the question."},
            "dataset": {"type": "string", "description": "The dataset version (content hash)."},
            "cite": {
                "type": "object",
                "description": "Permalink, digest of the rows, and where to check it later.",
            },
            "why": {
                "type": "array",
                "items": {"type": "object"},
                "description": "With `explain=1`: for each row the statements, rules and passages "
                "that support it.",
            },
        }
    )
    optional = ("cite", "why")
    return {**whole, "required": [name for name in whole["required"] if name not in optional]}


def row(question: Question) -> Schema:
    """Return the schema of one row: an unbound column is absent, an unknown one never there."""
    if question.query.form is Form.TRUTH:
        return _object({"answer": _cell(ValueType("boolean"))})
    schema = dict(_object({item.name: _column(item) for item in question.results}))
    schema["required"] = [item.name for item in question.results if not item.nullable]
    return schema


def _column(item: Column) -> Schema:
    described = item.description.get("en") or item.label.get("en") or item.name
    return {**_cell(item.type), "description": described}


def _echo(item: Parameter) -> Schema:
    cell = _cell(item.type)
    return {"type": "array", "items": cell} if item.many else cell


def _cell(kind: ValueType) -> Schema:
    value = _CELLS.get(kind.name, {"type": "string", "format": "uri"})
    schema = dict(
        _object(
            {
                "value": value,
                "type": {"const": kind.name},
                "label": {"type": "string"},
                "href": {"type": "string", "format": "uri-reference"},
                "lang": {"type": "string"},
            }
        )
    )
    schema["required"] = ["value", "type"]
    return schema


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
