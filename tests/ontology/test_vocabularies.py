"""Terms of other vocabularies: each exists, is used as what it is, and is left as it was made.

`external/terms.csv` says where each was seen. A new one needs a line there: look it up first.
"""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.model import Model
from ihubkg.terms import BASE, ONTOLOGY, PREFIXES, PROV, SHAPES
from tests.conftest import Gate

KNOWN = {
    row["iri"]: row["kind"]
    for row in csv.DictReader(
        (Path(__file__).parent / "external" / "terms.csv").read_text("utf-8").splitlines()
    )
}
BUILT_IN = tuple(PREFIXES[prefix] for prefix in ("rdf", "rdfs", "owl", "xsd"))
TYPE = PREFIXES["rdf"] + "type"
OURS = PREFIXES["ihub"]
CLOSE = OURS + "isCloseTo"


@pytest.fixture(scope="module")
def quads(model: Model) -> list[ox.Quad]:
    beside = {ox.NamedNode(name) for name in (SHAPES, PROV)}
    return [quad for quad in model.quads() if quad.graph_name not in beside]


def is_foreign(iri: str) -> bool:
    return not iri.startswith((BASE, *BUILT_IN))


def foreign_terms(quads: list[ox.Quad]) -> set[str]:
    """IRIs of others that stand as property or class, and in the ontology those that are linked."""
    found: set[str] = set()
    for quad in quads:
        found.add(quad.predicate.value)
        linked = quad.predicate.value.startswith(BUILT_IN) or quad.predicate.value == CLOSE
        in_ontology = quad.graph_name == ox.NamedNode(ONTOLOGY)
        is_term = quad.predicate.value == TYPE or (in_ontology and linked)
        if is_term and isinstance(quad.object, ox.NamedNode):
            found.add(quad.object.value)
    prefixes = ("seeAlso", "isDefinedBy", "imports", "versionIRI")
    beside = {
        quad.object.value
        for quad in quads
        if quad.predicate.value.endswith(prefixes) and isinstance(quad.object, ox.NamedNode)
    }
    return {iri for iri in found - beside if is_foreign(iri)}


def test_every_foreign_term_is_known_to_exist(quads: list[ox.Quad], gate: Gate) -> None:
    terms = foreign_terms(quads)
    unknown = sorted(terms - set(KNOWN))
    gate("foreign terms exist", f"{len(unknown)} unknown of {len(terms)}")
    assert unknown == []


def test_no_line_of_the_list_is_idle(model: Model) -> None:
    used = {
        node.value
        for quad in model.quads()
        for node in (quad.subject, quad.predicate, quad.object)
        if isinstance(node, ox.NamedNode)
    }
    assert sorted(set(KNOWN) - used) == []


def test_each_is_used_as_the_kind_of_thing_it_is(quads: list[ox.Quad]) -> None:
    wrong = []
    kinds = {quad.subject: _kind(quad) for quad in quads if _kind(quad)}
    for quad in quads:
        value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        if is_foreign(quad.predicate.value) and KNOWN.get(quad.predicate.value) != "property":
            wrong.append(str(quad.triple))
        if quad.predicate.value == TYPE and is_foreign(value) and KNOWN.get(value) != "class":
            wrong.append(str(quad.triple))
        if quad.predicate.value == CLOSE and KNOWN.get(value) != kinds[quad.subject]:
            wrong.append(str(quad.triple))
    assert wrong == []


def _kind(quad: ox.Quad) -> str:
    value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
    if quad.predicate.value != TYPE or not value.startswith(PREFIXES["owl"]):
        return ""
    return "class" if value.endswith("Class") else "property" if value.endswith("Property") else ""


def test_nothing_is_said_about_what_is_not_ours(quads: list[ox.Quad]) -> None:
    """Stubs declare what a foreign term is, and say no more."""
    said = [
        str(quad.triple)
        for quad in quads
        if quad.graph_name == ox.NamedNode(ONTOLOGY)
        and isinstance(quad.subject, ox.NamedNode)
        and is_foreign(quad.subject.value)
        and not _kind(quad)
    ]
    assert said == []


def test_the_header_names_the_vocabularies_that_are_specialised(quads: list[ox.Quad]) -> None:
    """LOV reads it: those of which some class or property of ours is a kind."""
    links = {PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf")}
    linked = {
        quad.object.value
        for quad in quads
        if quad.predicate.value in links
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(OURS)
        and isinstance(quad.object, ox.NamedNode)
        and is_foreign(quad.object.value)
    }
    named = {
        quad.object.value
        for quad in quads
        if quad.predicate.value.endswith("#specializes") and isinstance(quad.object, ox.NamedNode)
    }
    assert {next(n for n in PREFIXES.values() if iri.startswith(n)) for iri in linked} == named
