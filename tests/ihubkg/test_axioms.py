"""Axioms in Manchester syntax, and the axiom in which something unnamed stands."""

import pyoxigraph as ox
import pytest

from ihubkg import axioms
from ihubkg.axioms import Facts
from ihubkg.model import Model
from ihubkg.terms import term

HEAD = """
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture(scope="module")
def facts(model: Model) -> Facts:
    return axioms.index(triple for name in model.modules for triple in model.module(name))


def read(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("turtle", "told"),
    [
        ("ihub:A rdfs:subClassOf ihub:B .", "A SubClassOf B"),
        (
            "ihub:A rdfs:subClassOf [ owl:onProperty ihub:p ; owl:someValuesFrom ihub:B ] .",
            "A SubClassOf p some B",
        ),
        (
            "ihub:A rdfs:subClassOf [ owl:onProperty ihub:p ; owl:allValuesFrom [ owl:unionOf "
            "( ihub:B ihub:C ) ] ] .",
            "A SubClassOf p only (B or C)",
        ),
        (
            "ihub:A rdfs:subClassOf [ owl:onProperty ihub:p ; owl:minQualifiedCardinality 2 ; "
            "owl:onClass ihub:B ] .",
            "A SubClassOf p min 2 B",
        ),
        ("ihub:A owl:equivalentClass [ owl:complementOf ihub:B ] .", "A EquivalentTo not B"),
        ("ihub:A owl:equivalentClass [ owl:oneOf ( ihub:x ihub:y ) ] .", "A EquivalentTo {x, y}"),
        (
            "[ owl:intersectionOf ( ihub:A [ owl:onProperty ihub:p ; owl:hasValue true ] ) ] "
            "rdfs:subClassOf ihub:B .",
            "A and (p value true) SubClassOf B",
        ),
        ("ihub:p owl:propertyChainAxiom ( ihub:q ihub:r ) .", "p SubPropertyChain q o r"),
        (
            "[] a owl:AllDisjointClasses ; owl:members ( ihub:A ihub:B ) .",
            "DisjointClasses: A, B",
        ),
        ("ihub:A rdfs:subClassOf [ owl:onProperty ihub:p ; owl:hasSelf true ] .", "p Self"),
    ],
)
def test_every_statement_of_an_axiom_tells_the_whole_axiom(turtle: str, told: str) -> None:
    triples = read(turtle)
    facts = axioms.index(triples)
    assert all(told in axioms.axiom(facts, triple) for triple in triples)


def test_the_packaged_axioms_are_all_told(facts: Facts) -> None:
    unnamed = [node for node in facts if isinstance(node, ox.BlankNode)]
    assert len(unnamed) > 50
    assert [node for node in unnamed if "unnamed" in axioms.around(facts, node)] == []


def test_a_term_stands_with_what_its_links_do_not_say(facts: Facts) -> None:
    def about(name: str) -> list[str]:
        return [*axioms.about(facts, ox.NamedNode(term(name)))]

    assert about("memberOf") == ["SubPropertyChain: hasMembership o membershipIn"]
    assert about("occursWithin") == ["Characteristics: Transitive"]
    assert about("alternativeTo") == ["Characteristics: Symmetric, Irreflexive"]
    assert about("WholeSchoolMethod") == [
        "EquivalentTo: Method and (targetLevel value <voc/level/whole-school>)"
    ]
    assert "School and (memberOf some RegionalInnovationHub) SubClassOf HubSchool" in about(
        "HubSchool"
    )


def test_a_circle_of_unnamed_nodes_ends() -> None:
    facts = axioms.index(read("_:a rdfs:subClassOf _:b . _:b rdfs:subClassOf _:a ."))
    node = next(node for node in facts if isinstance(node, ox.BlankNode))
    assert axioms.climb(facts, node)[1] is None
