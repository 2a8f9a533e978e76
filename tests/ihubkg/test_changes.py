from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.changes import CREATE, DELETE, PAGE, UPDATE, Journal, records
from ihubkg.errors import NotFound, StoreError
from ihubkg.model import Model
from ihubkg.store import DEFAULT, Store
from ihubkg.terms import BASE, CURATED, thing


@pytest.fixture
def journal() -> Iterator[Journal]:
    opened = Journal(None)
    yield opened
    opened.close()


def read(text: str) -> list[ox.Triple]:
    return [
        quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri="http://e/")
    ]


def small(text: str) -> Store:
    raw = ox.Store()
    raw.extend(ox.Quad(t.subject, t.predicate, t.object) for t in read(text))
    return Store(raw)


def test_blank_nodes_go_with_the_thing_that_leads_to_them() -> None:
    found = records(read("<a> <p> [ <q> [ <q> 1 ] ] . <b> <p> 2 ."))
    assert {about: content.count("\n") for about, content in found.items()} == {
        "http://e/a": 3,
        "http://e/b": 1,
    }


def test_things_that_share_a_blank_node_go_together() -> None:
    found = records(read("<b> <p> _:x . <a> <p> _:x . _:x <q> 1 ."))
    assert [*found] == ["http://e/a"]
    assert found["http://e/a"].count("_:c14n0") == 3


def test_what_nothing_leads_to_is_called_after_its_content() -> None:
    once, twice = records(read("[] <p> 1 .")), records(read("[] <p> 1 . [] <p> 1 . <a> <p> 1 ."))
    assert [about.startswith(f"{BASE}.well-known/genid/") for about in once] == [True]
    assert len(twice) == 3
    assert set(once) < set(twice)


def test_other_names_of_blank_nodes_are_no_change() -> None:
    first, second = "<a> <p> _:x . _:x <q> _:y .", "<a> <p> _:m . _:m <q> _:k ."
    assert records(read(first)) == records(read(second))


def test_the_first_members_are_the_packaged_graph(journal: Journal, model: Model) -> None:
    store = Store.memory(model)
    count = journal.follow(store)
    spans = journal.spans()
    members = [member for span in spans for member in journal.page(span.number)]
    assert len(members) == count
    assert [member.number for member in members] == list(range(1, count + 1))
    assert {member.activity for member in members} == {CREATE}
    assert sum(member.content.count("\n") for member in members) == len(store.raw)
    assert [span.full for span in spans] == [True] * (len(spans) - 1) + [count % PAGE == 0]
    assert journal.follow(store) == 0


def test_two_journals_of_the_same_files_are_the_same(model: Model) -> None:
    one, other = Journal(None), Journal(None)
    one.follow(Store.memory(model))
    other.follow(Store.memory(model))
    assert one.spans() == other.spans()


def test_a_publication_adds_what_it_changed(journal: Journal, model: Model) -> None:
    store = Store.memory(model)
    journal.follow(store)
    before = journal.spans()
    method = ox.NamedNode(thing("method", "digipeda"))
    note = ox.Quad(method, ox.NamedNode("http://e/p"), ox.Literal("1"), ox.NamedNode(CURATED))
    store.add([note])
    assert journal.follow(store) == 1
    member = journal.page(len(journal.spans()))[-1]
    assert (member.activity, member.record.graph) == (UPDATE, CURATED)
    assert member.record.about == method.value
    assert '<http://e/p> "1" .\n' in member.content
    assert member.time > before[-1].last
    assert journal.spans()[: len(before) - 1] == before[:-1]
    assert journal.spans()[-1].digest != before[-1].digest


def test_what_is_gone_gets_an_empty_member(journal: Journal) -> None:
    store = small("<a> <p> 1 . <b> <p> 1 .")
    journal.follow(store)
    with store.writing(DEFAULT) as raw:
        for quad in list(raw.quads_for_pattern(ox.NamedNode("http://e/a"), None, None)):
            raw.remove(quad)
    journal.follow(store)
    member = journal.page(1)[-1]
    assert (member.activity, member.record.about, member.content) == (DELETE, "http://e/a", "")
    assert journal.batches()[0].counts == {DELETE: 1}
    assert journal.batches()[0].version == store.version
    store.load(read("<a> <p> 1 ."), into=DEFAULT)
    journal.follow(store)
    assert journal.page(1)[-1].activity == CREATE


def test_times_never_go_back(journal: Journal) -> None:
    store = small("<a> <p> 1 .")
    for number in range(5):
        store.load(read(f"<a> <p> {number + 2} ."), into=DEFAULT)
        journal.follow(store)
    times = [member.time for member in journal.page(1)]
    assert times == sorted(set(times))
    assert len(times) == 5


def test_the_journal_stays_in_its_folder_and_catches_up(tmp_path: Path) -> None:
    store = small("<a> <p> 1 .")
    first = Journal(tmp_path)
    first.follow(store)
    first.close()
    store.load(read("<b> <p> 1 ."), into=DEFAULT)
    again = Journal(tmp_path)
    assert again.follow(store) == 1
    assert [member.record.about for member in again.page(1)] == ["http://e/a", "http://e/b"]
    again.close()


def test_a_page_that_is_not_there_yet(journal: Journal) -> None:
    with pytest.raises(NotFound, match="no page 1 yet"):
        journal.page(1)


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal._connection.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(StoreError, match="newer ihubkg"):
        Journal(tmp_path)


def test_what_changed_since_a_version_is_told(journal: Journal) -> None:
    store = small("<a> <p> 1 . <b> <p> 1 .")
    journal.follow(store)
    versions = [store.version]
    for text in ("<a> <p> 2 .", "<c> <p> 3 ."):
        store.load(read(text), into=DEFAULT)
        journal.follow(store)
        versions.append(store.version)
    told = [set(journal.since(version, 9)) for version in versions]
    assert told == [{"http://e/a", "http://e/c"}, {"http://e/c"}, set()]
    assert journal.since(versions[1], 9)["http://e/c"] == journal.batches()[0].time
    with pytest.raises(NotFound, match="never was at version nowhen"):
        journal.since("nowhen", 9)
