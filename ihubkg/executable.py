"""The questions as linked data, so that editors of SPARQL and agents can list and run them.

https://www.w3.org/TR/shacl/#SPARQLExecutable and the convention of `/.well-known/sparql-examples`.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from ihubkg.question import Form, Question
from ihubkg.terms import BASE, expand, thing

CREATOR = thing("organisation", "ihubkg-contributors")

_FORMS = {
    Form.ROWS: ("sh:SPARQLSelectExecutable", "sh:select"),
    Form.TRUTH: ("sh:SPARQLAskExecutable", "sh:ask"),
    Form.GRAPH: ("sh:SPARQLConstructExecutable", "sh:construct"),
}


def executables(questions: Iterable[Question]) -> list[ox.Triple]:
    """Return the description of every question: what it asks, in words and in SPARQL."""
    return [triple for question in questions for triple in _executable(question)]


def _executable(question: Question) -> Iterable[ox.Triple]:
    this = ox.NamedNode(question.iri)
    kind, holds = _FORMS[question.query.form]
    for name in ("sh:SPARQLExecutable", kind):
        yield ox.Triple(this, _node("rdf:type"), _node(name))
    yield ox.Triple(this, _node(holds), ox.Literal(question.body))
    yield ox.Triple(this, _node("dcterms:identifier"), ox.Literal(question.name))
    yield ox.Triple(this, _node("schema:target"), ox.NamedNode(BASE + "sparql"))
    yield ox.Triple(this, _node("dcterms:creator"), ox.NamedNode(CREATOR))
    yield ox.Triple(this, _node("dcterms:license"), ox.NamedNode(question.header.licence))
    yield ox.Triple(this, _node("owl:versionInfo"), ox.Literal(question.version))
    for language, text in question.summary.items():
        yield ox.Triple(this, _node("rdfs:label"), ox.Literal(text, language=language))
        yield ox.Triple(this, _node("rdfs:comment"), ox.Literal(text, language=language))
    for language, text in question.description.items():
        yield ox.Triple(this, _node("dcterms:description"), ox.Literal(text, language=language))
    for word in (*question.persona, *question.answers):
        yield ox.Triple(this, _node("schema:keywords"), ox.Literal(word))


def _node(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))
