from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.changes import Journal
from ihubkg.describe import Views, describe
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import CURATED, INTERPRETED, PREFIXES, thing
from service.calendar import Calendar, installed

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
METHOD = thing("method", "digipeda")
OTHER = thing("method", "til")
LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")


@pytest.fixture
def calendar(model: Model) -> Iterator[Calendar]:
    """The calendar of the packaged graph, whose journal is up to date."""
    with Store.memory(model) as store:
        journal = Journal(None)
        journal.follow(store)
        yield Calendar(store, journal, LONG_AGO)
        journal.close()


def publish(calendar: Calendar, subject: str, value: ox.NamedNode | ox.Literal) -> datetime:
    link = ox.NamedNode(PREFIXES["dcterms"] + "relation")
    quad = ox.Quad(ox.NamedNode(subject), link, value, ox.NamedNode(CURATED))
    calendar.store.add([quad])
    calendar.journal.follow(calendar.store)
    latest = calendar.latest()
    assert latest is not None
    return latest


def since(calendar: Calendar, views: Views, iri: str) -> datetime | None:
    return calendar.thing(iri, describe(calendar.store, iri, views))


def test_only_what_a_publication_touched_has_its_time(calendar: Calendar, model: Model) -> None:
    views = Views.of(model)
    before = calendar.latest()
    assert before is not None
    assert since(calendar, views, METHOD) == before
    after = publish(calendar, METHOD, ox.Literal("more"))
    assert after > before
    assert since(calendar, views, METHOD) == after
    assert since(calendar, views, OTHER) == before
    assert calendar.graph(CURATED) == after
    assert calendar.graph(INTERPRETED) == before


def test_what_is_pointed_at_has_the_time_of_the_link(calendar: Calendar, model: Model) -> None:
    views = Views.of(model)
    after = publish(calendar, OTHER, ox.NamedNode(METHOD))
    assert since(calendar, views, METHOD) == after
    assert since(calendar, views, thing("method", "future-school")) != after


def test_the_name_of_what_is_mentioned_counts_and_nothing_else_of_it(
    calendar: Calendar, model: Model
) -> None:
    views = Views.of(model)
    described = describe(calendar.store, METHOD, views)
    phase = next(t.subject for t in described if "/voc/phase/" in str(t.subject))
    assert isinstance(phase, ox.NamedNode)
    before = since(calendar, views, METHOD)
    publish(calendar, phase.value, ox.Literal("more"))
    assert since(calendar, views, METHOD) == before
    name = ox.Quad(phase, LABEL, ox.Literal("ein Name", language="de"), ox.NamedNode(CURATED))
    calendar.store.add([name])
    calendar.journal.follow(calendar.store)
    assert since(calendar, views, METHOD) == calendar.latest()


def test_a_removed_record_counts_where_it_was(calendar: Calendar, model: Model) -> None:
    views = Views.of(model)
    duration = ox.NamedNode(thing("duration", "digipeda"))
    with calendar.store.writing(CURATED) as raw:
        for quad in list(raw.quads_for_pattern(None, None, duration)):
            raw.remove(quad)
    calendar.journal.follow(calendar.store)
    assert since(calendar, views, METHOD) == calendar.latest()


def test_an_unknown_state_has_no_time(calendar: Calendar, model: Model) -> None:
    calendar.store.add([ox.Quad(ox.NamedNode(METHOD), LABEL, ox.Literal("x"))])
    assert calendar.latest() is None
    assert calendar.graph(CURATED) is None
    assert since(calendar, Views.of(model), METHOD) is None


def test_a_newer_software_counts(calendar: Calendar) -> None:
    new = datetime.now(UTC)
    assert replace(calendar, installed=new).latest() == new
    assert installed() < new + timedelta(days=1)


def test_a_journal_without_this_knowledge_is_brought_up(tmp_path: Path, model: Model) -> None:
    with Store.memory(model) as store:
        first = Calendar(store, Journal(tmp_path), LONG_AGO)
        first.journal.follow(store)
        after = publish(first, METHOD, ox.Literal("more"))
        first.journal._connection.executescript(
            "DROP TABLE touched; DROP INDEX member_graph; PRAGMA user_version = 1;"
        )
        first.journal.close()
        again = Calendar(store, Journal(tmp_path), LONG_AGO)
        assert since(again, Views.of(model), METHOD) == after
        assert since(again, Views.of(model), OTHER) != after
