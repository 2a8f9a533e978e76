from collections.abc import Callable

import pytest

from ihubkg.describe import Views, describe
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import INTERPRETED, concept, thing
from service.routes.resources import origins
from service.sheet import Fact, Sheet, Text, pick, sheet
from service.words import Words

Draw = Callable[..., Sheet]


@pytest.fixture(scope="module")
def draw(store: Store, model: Model) -> Draw:
    views = Views.of(model)
    words = Words.of(model.ontology, model.shapes)

    def drawn(iri: str, *languages: str) -> Sheet:
        found = describe(store, iri, views)
        return sheet(iri, found, origins(store, views, iri), words, [*languages, "en"])

    return drawn


def fact(page: Sheet, name: str) -> Fact:
    return next(f for f in (*page.facts, *page.mentions, *page.incoming) if f.name == name)


def test_a_method_says_what_it_is(draw: Draw) -> None:
    page = draw(thing("method", "digipeda"))
    assert page.title == Text("Digipeda workshop", "en")
    assert page.kinds[0][0] == "method"
    assert page.names == (Text("Digipeda", "en"),)
    assert page.texts[0].text.startswith("Start a whole-school talk")
    assert page.identifier == "m-digipeda"
    assert page.notes


def test_a_record_is_a_sentence_with_basis_and_passages(draw: Draw) -> None:
    (value,) = fact(draw(thing("method", "digipeda")), "how long it takes").values
    assert value.text.text == "Digipeda workshop: 3 hours"
    assert value.basis == "stated"
    assert value.passages[0].source.text == "iHub4Schools Newsletter vol. 2"
    assert "82-89" in value.passages[0].locator
    assert value.passages[0].quotations


def test_our_reading_is_marked(draw: Draw) -> None:
    page = draw(thing("method", "digipeda"))
    assert {v.basis for v in fact(page, "what it develops").values} == {"reading"}
    assert {v.basis for v in fact(page, "phases it fits").values} == {"inferred"}


def test_shortcuts_do_not_repeat_what_records_say(draw: Draw) -> None:
    page = draw(thing("method", "digipeda"))
    assert not {"suited to phase", "involves role"} & {f.name for f in page.facts}


def test_what_follows_from_a_narrower_statement_is_not_said_again(draw: Draw) -> None:
    page = draw(thing("claim", "ev-digierko"))
    assert fact(page, "speaks in favour of").values[0].text.text == "Digipeda workshop"
    assert "about the method" not in {f.name for f in page.facts}
    assert page.texts == ()


def test_steps_stand_in_their_order(draw: Draw) -> None:
    page = draw(thing("method", "til"))
    labels = [v.text.text for v in fact(page, "steps").values]
    assert len(labels) >= 4
    assert labels[0].lower().startswith("co-create")


def test_figures_of_a_hub_stand_on_its_page(draw: Draw) -> None:
    page = draw(thing("hub", "fi-porvoo"))
    sentences = [v.text.text for v in fact(page, "observation").values]
    assert "Porvoo hub: about 60 teachers" in sentences


def test_nothing_that_refers_to_it_is_named_twice(draw: Draw) -> None:
    page = draw(thing("hub", "fi-porvoo"))
    named = [v.iri for f in page.incoming for v in f.values]
    assert len(named) == len(set(named))


def test_countries_and_dates_are_words(draw: Draw) -> None:
    page = draw(thing("school", "audru"))
    assert fact(page, "country").values[0].text.text == "Estonia"


def test_the_reader_s_language_comes_first(draw: Draw) -> None:
    page = draw(thing("school", "audru"), "et")
    assert page.title == Text("Audru Kool", "et")
    assert Text("Audru School", "en") in page.names


def test_a_concept_has_its_definition(draw: Draw) -> None:
    page = draw(concept("phase", "mapping-needs"))
    assert page.kinds[0][0] == "phase type"
    assert page.texts[0].text.startswith("A phase type in which strengths")
    assert page.passages


def test_origins_name_the_graph(store: Store, model: Model) -> None:
    found = origins(store, Views.of(model), thing("method", "digipeda"))
    assert INTERPRETED in found.values()


def test_pick_prefers_the_reader_then_what_there_is() -> None:
    assert pick({"en": "a", "et": "b"}, ["et", "en"]) == Text("b", "et")
    assert pick({"ka": "c"}, ["en"]) == Text("c", "ka")
    assert pick({}, ["en"]) is None
