"""CSV answers described: what stands in each column, by CSV on the Web, from the header.

https://www.w3.org/TR/tabular-metadata/ (vocabulary), https://www.w3.org/TR/tabular-data-model/
(how the description is found: a `Link` of `rel="describedby"` beside the CSV).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ihubkg.answer import TRUTH, has_label
from ihubkg.header import Column
from ihubkg.question import Form, Question

MEDIA_TYPE = "application/csvm+json"

Description = Mapping[str, Any]

_DATATYPES: Mapping[str, str] = {
    "concept": "anyURI",
    "thing": "anyURI",
    "iri": "anyURI",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
}
"""Types of columns as CSVW names them; all others are strings: a date may be a year."""


def description(question: Question, url: str, *, publisher: str) -> dict[str, Any]:
    """Return the description of the CSV answers of `question` at `url`.

    Titles are in the languages of the header; the name of a column is what the CSV's first line
    calls it. `publisher` is an IRI.
    """
    summary, told = question.summary, question.description
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@type": "Table",
        "url": url,
        "dc:title": _texts(summary),
        "dc:description": _texts(told),
        "dc:license": {"@id": question.header.licence},
        "dc:publisher": {"@id": publisher},
        "dc:conformsTo": {"@id": question.iri},
        "tableSchema": {"columns": [*_columns(question)]},
    }


def _columns(question: Question) -> Iterable[Description]:
    for column in question.results if question.query.form is Form.ROWS else (TRUTH,):
        yield _column(column)
        if has_label(column.type):
            yield _label(column)


def _column(column: Column) -> Description:
    described = {"dc:description": _texts(column.description)} if column.description else {}
    return {
        "name": column.name,
        "titles": _titles(column, ""),
        **described,
        "datatype": _DATATYPES.get(column.type.name, "string"),
        "required": not column.nullable,
    }


def _label(column: Column) -> Description:
    """Describe the column of labels behind a column of concepts or things."""
    titles = _titles(column, "_label")
    return {"name": f"{column.name}_label", "titles": titles, "datatype": "string"}


def _titles(column: Column, ending: str) -> Mapping[str, list[str]]:
    """Return what a column may be called: first what the CSV calls it, which readers compare."""
    shown = {tag: text + (" (label)" if ending else "") for tag, text in column.label.items()}
    titles: dict[str, list[str]] = {"en": [column.name + ending]}
    for tag, text in shown.items():
        if text not in titles.setdefault(tag, []):
            titles[tag].append(text)
    return titles


def _texts(texts: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [{"@value": text, "@language": tag} for tag, text in texts.items()]
