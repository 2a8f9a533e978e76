import pyoxigraph as ox
import pytest

from ihubkg.describe import Views, describe, names, names_in
from ihubkg.errors import NotFound
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import BASE, concept, expand, term, thing

DIGIPEDA = thing("method", "digipeda")


@pytest.fixture(scope="module")
def views(model: Model) -> Views:
    return Views.of(model)


@pytest.fixture(scope="module")
def digipeda(store: Store, views: Views) -> list[ox.Triple]:
    return describe(store, DIGIPEDA, views)


def subjects(triples: list[ox.Triple], kind: str) -> set[str]:
    wanted = ox.NamedNode(term(kind))
    return {str(t.subject.value) for t in triples if t.object == wanted}  # type: ignore[union-attr]


def test_a_method_comes_with_its_records_and_their_passages(digipeda: list[ox.Triple]) -> None:
    assert thing("duration", "digipeda") in subjects(digipeda, "DurationRange")
    assert len(subjects(digipeda, "MethodSuitability")) == 2
    assert len(subjects(digipeda, "RoleParticipation")) == 2
    locators = {t.object.value for t in digipeda if t.predicate.value == term("locator")}  # type: ignore[union-attr]
    assert "first three methods" in locators


def test_what_is_mentioned_has_its_name(digipeda: list[ox.Triple]) -> None:
    found = names_in(digipeda)
    assert found[concept("phase", "mapping-needs")]["en"] == "Mapping needs"
    assert found[thing("source", "seed-newsletter2")]["en"] == "iHub4Schools Newsletter vol. 2"


def test_no_statement_comes_twice(digipeda: list[ox.Triple]) -> None:
    assert len(digipeda) == len(set(digipeda))


def test_figures_of_a_hub_come_from_the_other_side(store: Store, views: Views) -> None:
    found = describe(store, thing("hub", "fi-porvoo"), views)
    observation = ox.NamedNode(thing("observation", "hub-fi-porvoo-teachers"))
    value = ox.NamedNode(term("numericValue"))
    assert [t for t in found if t.subject == observation and t.predicate == value]


def test_a_concept_is_not_buried_under_what_uses_it(store: Store, views: Views) -> None:
    found = describe(store, concept("basis", "stated"), views)
    incoming = [t for t in found if t.object == ox.NamedNode(concept("basis", "stated"))]
    assert 0 < len(incoming) <= 200
    assert not [t for t in found if t.predicate.value == term("hasCitation")]


def test_what_nobody_knows_is_not_found(store: Store, views: Views) -> None:
    with pytest.raises(NotFound):
        describe(store, f"{BASE}id/method/none", views)


def test_staged_and_disputed_graphs_stay_out(store: Store, views: Views) -> None:
    found = describe(store, thing("project", "ihub4schools"), views)
    starts = {
        t.object.value  # type: ignore[union-attr]
        for t in found
        if t.subject == ox.NamedNode(thing("project", "ihub4schools"))
        and t.predicate.value == expand("schema:startDate")
    }
    assert starts == {"2021-01-01"}


def test_no_nodes_have_no_statements(store: Store, views: Views) -> None:
    assert views.triples(store, "statements", node=[]) == []
    assert views.rows(store, "passages", node=[]) == []


def test_names_by_language(store: Store, views: Views) -> None:
    found = names(store, [thing("school", "audru"), f"{BASE}id/school/none"], views)
    assert found == {thing("school", "audru"): {"en": "Audru School", "et": "Audru Kool"}}
    assert names(store, [], views) == {}


def test_a_view_of_rows_is_no_view_of_triples(store: Store, views: Views) -> None:
    node = ox.NamedNode(DIGIPEDA)
    with pytest.raises(TypeError, match="no CONSTRUCT"):
        views.triples(store, "parts", this=node)
    with pytest.raises(TypeError, match="no SELECT"):
        views.rows(store, "statements", node=node)
