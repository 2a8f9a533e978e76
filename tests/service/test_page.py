import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from service.instance import Instance
from service.page import Inquiry, Term, cited, distinct, grouped, resting


@pytest.fixture
def inquiry(client: TestClient) -> Inquiry:
    held = client.app.state.instance  # type: ignore[attr-defined]
    assert isinstance(held, Instance)
    return Inquiry(held, ("en",))


def test_rows_are_grouped_in_their_order(inquiry: Inquiry) -> None:
    rows = inquiry.rows("disagreements")
    groups = grouped(rows, "claim")
    assert [cell.value for cell in distinct(rows, "claim")] == list(groups)
    assert sum(map(len, groups.values())) == len(rows) > len(grouped(rows, "disagreement"))
    assert grouped(rows, "no-such-column") == {}


def test_what_rows_rest_on_has_its_passages(inquiry: Inquiry) -> None:
    rows = inquiry.rows("disagreements")
    iris = cited(rows)
    assert iris and len(set(iris)) == len(iris)
    known = inquiry.passages(iris)
    assert [passage.iri for passage in resting(rows, known)] == iris
    assert all(passage.source.text for passage in known.values())
    assert resting(rows, {}) == ()


def test_words_come_in_one_language(inquiry: Inquiry) -> None:
    values: list[Term] = [
        ox.Literal("b", language="en"),
        ox.Literal("a", language="en"),
        ox.Literal("c", language="et"),
        ox.NamedNode("http://h/1"),
    ]
    assert [(text.text, text.lang) for text in inquiry.words(values)] == [("a", "en"), ("b", "en")]
    estonian = Inquiry(inquiry.held, ("et", "en"))
    assert [text.text for text in estonian.words(values)] == ["c"]


def test_what_has_no_name_is_shown_by_its_address(inquiry: Inquiry) -> None:
    assert inquiry.name("http://h/none").text == "http://h/none"
    assert inquiry.about("http://h/none").texts == ()
