"""JSON Schemas of the documents that are served as JSON-LD: one per class, made from its shapes.

A schema says which short names a document of the class has, what stands under each, and which are
never absent; its sentences are those of the shapes. What the shapes do not speak of is allowed.
https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Iterable, Mapping
from typing import Any

import rdflib
from rdflib.namespace import RDFS, SH, SKOS

from ihubkg.jsonld import Context, Entry
from ihubkg.shapes import Field, Shapes
from ihubkg.terms import BASE, PREFIXES

Schema = dict[str, Any]

_REFERENCE: Schema = {"anyOf": [{"type": "string", "format": "uri"}, {"$ref": "#/$defs/node"}]}
_DEFS: Schema = {
    "node": {
        "description": "A thing: a reference where it holds its id alone, else described here.",
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "type": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["id"],
    },
    "literal": {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {
                "type": "object",
                "properties": {
                    "@value": {"type": ["string", "number", "boolean"]},
                    "@language": {"type": "string"},
                    "type": {"type": "string"},
                },
                "required": ["@value"],
                "additionalProperties": False,
            },
        ]
    },
    "texts": {
        "description": "Text by language tag; several texts in one language as a list.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
        "additionalProperties": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        },
        "minProperties": 1,
    },
}


def schemas(shapes: Shapes, ontology: rdflib.Graph, context: Context) -> Mapping[str, Schema]:
    """Return the schemas by the short name of their class, of all classes of ours with a shape."""
    space = PREFIXES["ihub"]
    names = {iri: iri.removeprefix(space) for iri in shapes.targets if iri.startswith(space)}
    return {
        name: schema(iri, shapes, ontology, context)
        for iri, name in sorted(names.items(), key=lambda pair: pair[1])
    }


def schema(iri: str, shapes: Shapes, ontology: rdflib.Graph, context: Context) -> Schema:
    """Return the schema of the documents of things of the class `iri`."""
    above = ontology.transitive_objects(rdflib.URIRef(iri), RDFS.subClassOf)
    ordered = tuple(str(node) for node in above if isinstance(node, rdflib.URIRef))
    by_path: dict[str, list[Field]] = {}
    for field in shapes.fields(ordered):
        if field.path is not None and field.path in context.properties:
            by_path.setdefault(field.path, []).append(field)
    named = {context.properties[path][0]: fields for path, fields in by_path.items()}
    properties = {
        name: _property(context.properties[fields[0].path or ""][1], fields, shapes)
        for name, fields in sorted(named.items())
        if name != "type"
    }
    required = sorted(n for n, fields in named.items() if n in properties and _is_needed(fields))
    name = iri.removeprefix(PREFIXES["ihub"])
    node = rdflib.URIRef(iri)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{BASE}schemas/{name}.json",
        "title": str(
            ontology.value(node, SKOS.prefLabel) or ontology.value(node, RDFS.label) or name
        ),
        "description": str(ontology.value(node, SKOS.definition) or name),
        "type": "object",
        "properties": {
            "@context": {"type": "object"},
            "id": {"type": "string", "format": "uri"},
            "type": {
                "type": "array",
                "items": {"type": "string"},
                "contains": {"const": context.classes.get(iri, name)},
            },
            **properties,
        },
        "required": ["@context", "id", "type", *required],
        "$defs": _DEFS,
    }


def _property(entry: Entry, fields: Iterable[Field], shapes: Shapes) -> Schema:
    told = next(iter(fields))
    words = {
        "title": shapes.texts(told.shape, SH.name).get("en"),
        "description": shapes.texts(told.shape, SH.description).get("en"),
    }
    return {**{key: text for key, text in words.items() if text}, **_values(entry)}


def _values(entry: Entry) -> Schema:
    if entry.language_map:
        return {"$ref": "#/$defs/texts"}
    value: Schema = {"anyOf": [{"$ref": "#/$defs/literal"}, {"$ref": "#/$defs/node"}]}
    if entry.coercion == "@id":
        value = _REFERENCE
    elif entry.coercion is not None:
        value = {"$ref": "#/$defs/literal"}
    many: Schema = {"type": "array", "items": value, "minItems": 1}
    # One value stands alone only where every shape allows one; data with a warning may have more.
    return {"anyOf": [value, many]} if entry.single else many


def _is_needed(fields: Iterable[Field]) -> bool:
    return any(field.minimum > 0 and field.severity == "Violation" for field in fields)
