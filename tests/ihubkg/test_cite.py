"""Citing an answer: the permalink asks the same again, and tells when something has moved."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
import yaml

from ihubkg import answer, cite
from ihubkg.answer import Answer
from ihubkg.change import Change, quad_lines
from ihubkg.cite import Citation
from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store
from ihubkg.terms import CURATED, term
from ihubkg.writer import Writer

DAY = date(2026, 11, 22)
RATIONALE = ox.Literal(
    "In the Finnish pilot all teachers of the two schools noted good practice, needs and ideas in "
    "this workshop.",
    language="en",
)


@pytest.fixture(scope="module")
def mapping(store: Store, model: Model) -> Answer:
    """The methods for the phase of mapping needs."""
    return answer.ask(store, model.questions["methods-for-phase"], {"phase": "Mapping needs"})


@pytest.fixture(scope="module")
def cited(store: Store, mapping: Answer) -> Citation:
    """Its citation."""
    return cite.cite(mapping, Names.of(store))


def test_the_permalink_names_all_versions(cited: Citation, mapping: Answer, store: Store) -> None:
    arguments = parse_qs(urlsplit(cited.path).query)
    assert urlsplit(cited.path).path == "questions/methods-for-phase"
    assert arguments == {
        "phase": ["mapping-needs"],
        "version": ["1.0.0"],
        "dataset": [store.version],
        "result": [mapping.digest],
    }


def test_the_permalink_asks_the_same_again(cited: Citation, store: Store, model: Model) -> None:
    arguments = parse_qs(urlsplit(cited.check).query)
    verdict = cite.verify(store, model.questions["methods-for-phase"], arguments)
    assert (verdict.same, verdict.moved) == (True, ())
    assert verdict.now == cited


@pytest.mark.parametrize(
    ("name", "same"), [("result", False), ("dataset", True), ("version", True)]
)
def test_what_has_moved_is_named(
    cited: Citation, store: Store, model: Model, name: str, same: bool
) -> None:
    arguments = {**parse_qs(urlsplit(cited.path).query), name: ["another"]}
    verdict = cite.verify(store, model.questions["methods-for-phase"], arguments)
    assert (verdict.same, verdict.moved) == (same, (name,))
    assert verdict.as_dict()["cited"] == {
        key: arguments[key][0] for key in ("version", "dataset", "result")
    }


def test_every_question_can_be_asked_by_its_permalink(store: Store, model: Model) -> None:
    for asked in model.questions.values():
        for call in asked.examples:
            found = answer.ask(store, asked, call)
            path = cite.cite(found, Names.of(store)).path
            again = answer.ask(store, asked, parse_qs(urlsplit(path).query))
            assert again.digest == found.digest, path


def test_a_part_of_the_rows_is_cited_as_such(store: Store, model: Model) -> None:
    found = answer.ask(store, model.questions["figures"], {"limit": "2", "offset": "4"})
    assert "limit=2&offset=4" in cite.cite(found, Names.of(store)).path


def test_a_publication_moves_an_answer_only_where_it_touches_its_rows(
    model: Model, cited: Citation
) -> None:
    """What is published elsewhere moves the dataset version alone; taken back, all is as cited."""
    asked = model.questions["methods-for-phase"]
    arguments = parse_qs(urlsplit(cited.check).query)
    with Store.memory(model) as own:
        writer = Writer(own, Ledger(None))

        def publish(change: Change) -> tuple[bool, tuple[str, ...]]:
            writer.commit(change, actor="a", operation="o")
            verdict = cite.verify(own, asked, arguments)
            return verdict.same, verdict.moved

        elsewhere = Change(added=(b"<http://e/s> <http://e/p> <http://e/o> <http://e/g> .",))
        assert publish(elsewhere) == (True, ("dataset",))
        (rationale,) = own.raw.quads_for_pattern(
            None, ox.NamedNode(term("rationale")), RATIONALE, ox.NamedNode(CURATED)
        )
        withdrawn = Change(removed=quad_lines([rationale]))
        assert publish(withdrawn) == (False, ("dataset", "result"))
        assert publish(Change(removed=elsewhere.added, added=withdrawn.removed)) == (True, ())


def test_bibtex(cited: Citation) -> None:
    text = cited.bibtex(DAY, at="https://example.org/")
    assert text.startswith(f"@misc{{ihubkg-methods-for-phase-{cited.result[7:15]},\n")
    assert "  author = {{ihubkg contributors}},\n" in text
    assert "(phase: Mapping needs)}}" in text
    assert "  url = {https://example.org/questions/methods-for-phase?phase=mapping-needs&" in text
    assert text.count("{") == text.count("}")


def test_cff(cited: Citation) -> None:
    document = yaml.safe_load(cited.cff(DAY))
    assert document["version"] == cited.dataset
    assert document["date-released"] == "2026-11-22"
    assert document["identifiers"][0]["value"] == cited.result
    assert document["title"].endswith("(phase: Mapping needs)")
