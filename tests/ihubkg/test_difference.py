"""What changed between two versions, and whether it is major, minor or patch."""

import pyoxigraph as ox
import pytest

from ihubkg.difference import AXIOM, Level, compare

HEAD = """
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
METHOD = 'ihub:Method a owl:Class ; skos:prefLabel "method"@en ; rdfs:subClassOf ihub:Design . '
AXIOMS = "[ a owl:Class ; owl:intersectionOf ( ihub:Method ihub:Design ) ] rdfs:subClassOf ihub:X ."


def triples(text: str) -> list[ox.Quad]:
    """Return the statements of a piece of Turtle."""
    return [*ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        (METHOD, METHOD, Level.NONE),
        (AXIOMS, AXIOMS, Level.NONE),
        (METHOD, METHOD + 'ihub:Method skos:editorialNote "x"@en .', Level.PATCH),
        (METHOD, METHOD + 'ihub:Method skos:altLabel "way"@en .', Level.MINOR),
        (METHOD, METHOD + "ihub:Step a owl:Class ; rdfs:subClassOf ihub:Design .", Level.MINOR),
        (METHOD, METHOD + "ihub:Method owl:deprecated true .", Level.MINOR),
        (METHOD, METHOD + "ihub:Method rdfs:subClassOf ihub:Thing .", Level.MAJOR),
        (METHOD, METHOD + "ihub:Method owl:disjointWith ihub:Thing .", Level.MAJOR),
        (METHOD, METHOD.replace("rdfs:subClassOf ihub:Design", "owl:versionInfo 1"), Level.MAJOR),
        (METHOD, "", Level.MAJOR),
        (METHOD, METHOD + AXIOMS, Level.MAJOR),
        (METHOD + AXIOMS, METHOD, Level.MAJOR),
    ],
)
def test_level_of_a_change(before: str, after: str, level: Level) -> None:
    """The level is what the policy says, also for axioms without a name."""
    assert compare(triples(before), triples(after)).level is level


def test_names_what_came_and_went() -> None:
    """Terms that are new or gone are listed, and each statement with its sign."""
    found = compare(triples("ihub:A a owl:Class ."), triples("ihub:B a owl:Class ."))
    assert [term.rpartition("#")[2] for term in found.removed] == ["A"]
    assert [term.rpartition("#")[2] for term in found.added] == ["B"]
    assert [str(change) for change in found.changes] == [
        "- ihub:A rdf:type owl:Class  [major]",
        "+ ihub:B rdf:type owl:Class  [minor]",
    ]


def test_an_altered_axiom_without_name_is_both_gone_and_new() -> None:
    """General axioms are compared by what they say."""
    changed = compare(triples(AXIOMS), triples(AXIOMS.replace("ihub:X", "ihub:Y")))
    assert [(change.term, change.added) for change in changed.changes] == [
        (AXIOM, False),
        (AXIOM, True),
    ]
    assert (changed.added, changed.removed) == ((), ())
