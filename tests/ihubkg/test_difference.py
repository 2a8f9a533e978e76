"""What changed between two versions, and whether it is major, minor or patch."""

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from ihubkg.build import merged
from ihubkg.difference import AXIOM, Level, compare
from ihubkg.model import Model
from ihubkg.terms import concept, expand, term

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


@pytest.fixture(scope="module")
def released(model: Model) -> str:
    """The ontology and one scheme, as N-Triples."""
    triples = [*merged(model)]
    path = model.root / "ontology" / "voc" / "phase.ttl"
    triples += [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
    return "".join(f"{triple} .\n" for triple in triples)


def parsed(text: str) -> list[ox.Quad]:
    return [*ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]


def without(name: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(f"<{name}> "))

    return edit


def beside(line: str) -> Callable[[str], str]:
    return lambda text: f"{text}{line}\n"


def swapped(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert text.count(old) >= 1
        return text.replace(old, new, 1)

    return edit


UNIT, NEW = f"<{term('unit')}>", f"<{term('New')}>"
TYPE, CLASS = f"<{expand('rdf:type')}>", f"<{expand('owl:Class')}>"
MAPPING = concept("phase", "mapping-needs")


@pytest.mark.parametrize(
    ("edit", "level", "reason"),
    [
        (without(term("unit")), Level.MAJOR, "ihub:unit is gone"),
        (beside(f"{NEW} {TYPE} {CLASS} ."), Level.MINOR, "ihub:New is new"),
        (
            swapped("Relates a statement of time or amount", "Relates a statement of an amount"),
            Level.PATCH,
            "skos:definition of ihub:unit came",
        ),
        (swapped('"unit"@en', '"measure"@en'), Level.MINOR, "skos:prefLabel of ihub:unit came"),
        (
            swapped(
                f"{UNIT} <{expand('rdfs:domain')}> <{term('SourcedStatement')}>",
                f"{UNIT} <{expand('rdfs:domain')}> <{term('DurationRange')}>",
            ),
            Level.MAJOR,
            "rdfs:domain of ihub:unit came",
        ),
        (
            beside(f'{UNIT} <{expand("owl:deprecated")}> "true"^^<{expand("xsd:boolean")}> .'),
            Level.MINOR,
            "ihub:unit is retired",
        ),
        (
            swapped(f"<{expand('owl:someValuesFrom')}> <{term('Pilot')}>", "<urn:p> <urn:q>"),
            Level.MAJOR,
            "a general axiom went",
        ),
        (without(MAPPING), Level.MAJOR, "is gone"),
        (
            beside(f'{UNIT} <{expand("skos:editorialNote")}> "Read twice."@en .'),
            Level.PATCH,
            "skos:editorialNote of ihub:unit came",
        ),
    ],
)
def test_real_edits_of_the_ontology(
    released: str, edit: Callable[[str], str], level: Level, reason: str
) -> None:
    found = compare(parsed(released), parsed(edit(released)))
    assert found.level is level
    assert any(reason in one for one in found.reasons), found.reasons


def test_an_axiom_is_told_in_manchester_syntax(released: str) -> None:
    chain = f"<{expand('rdf:first')}> <{term('membershipIn')}>"
    assert chain in released
    edited = released.replace(chain, f"<{expand('rdf:first')}> <{term('membershipOf')}>")
    found = compare(parsed(released), parsed(edited))
    assert [(change.value, change.added) for change in found.changes] == [
        ("hasMembership o membershipIn", False),
        ("hasMembership o membershipOf", True),
    ]


def test_a_place_in_a_list_that_is_lost_is_major() -> None:
    old = 'ihub:a skos:prefLabel "a"@en ; skos:broader ihub:b .'
    new = 'ihub:a skos:prefLabel "a"@en .'
    assert compare(triples(old), triples(new)).level is Level.MAJOR
    assert compare(triples(new), triples(old)).level is Level.MINOR


@pytest.mark.parametrize(
    ("before", "after", "extra", "said"),
    [
        ("0.1.0", "0.1.0", "ihub:N a owl:Class .", "is still 0.1.0: call the next one 0.2.0"),
        ("1.2.3", "1.3.0", "ihub:N a owl:Class .", "from 1.2.3 to 1.3.0, which is enough"),
        ("1.2.3", "1.2.4", "ihub:N a owl:Class .", "to 1.2.4 only: call the next one 1.3.0"),
        ("1.2.3", "1.2.4", "", "which is enough"),
    ],
)
def test_the_version_is_held_against_the_change(
    before: str, after: str, extra: str, said: str
) -> None:
    old = f'ihub: owl:versionInfo "{before}" ; skos:note "x"@en .'
    new = f'ihub: owl:versionInfo "{after}" ; skos:note "y"@en . {extra}'
    assert said in compare(triples(old), triples(new)).advice


def test_major_changes_raise_the_first_number_once_there_is_one() -> None:
    old = 'ihub: owl:versionInfo "1.2.3" . ihub:N a owl:Class .'
    found = compare(triples(old), triples('ihub: owl:versionInfo "1.2.3" .'))
    assert "call the next one 2.0.0" in found.advice
    assert compare(triples(old), triples(old)).advice == ""
