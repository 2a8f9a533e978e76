"""Names: a label, a CURIE, a slug or an IRI is found to mean one thing, several, or nothing."""

import pyoxigraph as ox
import pytest

from ihubkg import terms
from ihubkg.header import ValueType
from ihubkg.names import Names, fold, slug
from ihubkg.store import Store

PHASE = ValueType("concept", "phase")
METHOD = ValueType("thing", "Method")
SCHOOL = ValueType("thing", "School")
MAPPING = terms.concept("phase", "mapping-needs")


@pytest.fixture(scope="module")
def names(store: Store) -> Names:
    """The names of the packaged graph."""
    return Names.of(store)


@pytest.mark.parametrize(
    ("kind", "text", "iri"),
    [
        (PHASE, "mapping-needs", MAPPING),
        (PHASE, "Mapping needs", MAPPING),
        (PHASE, "  MAPPING  NEEDS! ", MAPPING),
        (PHASE, MAPPING, MAPPING),
        (PHASE, "voc/phase/mapping-needs", MAPPING),
        (PHASE, "/voc/phase/mapping-needs", MAPPING),
        (PHASE, "4", MAPPING),
        (PHASE, "Mapping development needs", MAPPING),
        (METHOD, "digipeda", terms.thing("method", "digipeda")),
        (METHOD, "m-digipeda", terms.thing("method", "digipeda")),
        (METHOD, "Digipeda workshop", terms.thing("method", "digipeda")),
        (METHOD, "DigiKiirendi", terms.thing("method", "digital-accelerator")),
        (SCHOOL, "Vårberga school", terms.thing("school", "varberga")),
        (SCHOOL, "varberga SKOLA", terms.thing("school", "varberga")),
        (ValueType("thing"), "digipeda", terms.thing("method", "digipeda")),
    ],
)
def test_a_thing_is_found_by_any_of_its_names(
    names: Names, kind: ValueType, text: str, iri: str
) -> None:
    assert names.find(kind, text).iris == (iri,)


def test_what_is_unknown_is_told_with_the_nearest(names: Names) -> None:
    found = names.find(PHASE, "maping neds")
    assert found.iris == ()
    assert found.nearest[0] == "mapping-needs"


def test_what_is_like_nothing_is_told_with_the_first_there_are(names: Names) -> None:
    assert names.find(PHASE, "qqqq").nearest == ("initiative", "anchoring", "joint-planning")


def test_an_ambiguous_name_gives_all_that_it_can_mean() -> None:
    one, two = terms.thing("method", "a"), terms.thing("method", "b")
    names = Names(
        labels={one: {"en": "Workshop"}, two: {"en": "Workshop"}},
        others={one: [(0, "Workshop")], two: [(0, "Workshop")]},
        kinds={terms.term("Method"): frozenset({one, two})},
    )
    found = names.find(METHOD, "workshop")
    assert found.iris == (one, two)
    assert found.nearest == ("a", "b")


def test_its_own_name_wins_over_another_name_of_something_else() -> None:
    one, two = terms.thing("method", "lab"), terms.thing("method", "x")
    names = Names(
        labels={two: {"en": "Lab"}},
        others={two: [(0, "Lab")]},
        kinds={terms.term("Method"): frozenset({one, two})},
    )
    assert names.find(METHOD, "lab").iris == (one,)


def test_members_stand_in_the_order_of_their_notation(names: Names) -> None:
    assert [slug(iri) for iri in names.members(PHASE)] == [
        "initiative",
        "anchoring",
        "joint-planning",
        "mapping-needs",
        "new-perspectives",
        "development-actions",
        "reflection",
    ]


def test_the_short_form_of_a_value_finds_it_again(names: Names) -> None:
    for kind in (PHASE, METHOD, SCHOOL, ValueType("thing", "Source"), ValueType("thing")):
        for iri in names.members(kind):
            assert names.find(kind, names.short(kind, iri)).iris == (iri,)


def test_a_label_is_chosen_by_language(names: Names) -> None:
    accelerator = terms.thing("method", "digital-accelerator")
    assert names.label(accelerator) == "Digital Accelerator"
    assert names.label(accelerator, ("et",)) == "DigiKiirendi"
    assert names.label(accelerator, ("et-EE", "fi")) == "DigiKiirendi"
    assert names.label(accelerator, ("fi",)) == "Digital Accelerator"
    assert names.label("http://example.org/nothing") is None


def test_names_are_read_anew_when_the_graph_has_changed(store: Store) -> None:
    with Store(ox.Store()) as own:
        assert Names.of(own).find(METHOD, "new").iris == ()
        method = ox.NamedNode(terms.thing("method", "new"))
        kind = ox.NamedNode(terms.PREFIXES["rdf"] + "type")
        statement = ox.Triple(method, kind, ox.NamedNode(terms.term("Method")))
        assert Names.of(own) is Names.of(own)
        own.load([statement], into=terms.CURATED)
        assert Names.of(own).find(METHOD, "new").iris == (method.value,)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Jõõpre Põhikool", "joopre pohikool"),
        ("mapping-needs", "mapping needs"),
        ("„Saulės“", "saules"),
    ],
)
def test_folding_leaves_what_people_mean(text: str, folded: str) -> None:
    assert fold(text) == folded
