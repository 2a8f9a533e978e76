"""What a query asks, counted part by part."""

from typing import Any

import pyoxigraph as ox
import pytest

from ihubkg import gate
from ihubkg.errors import BadQuery
from ihubkg.evaluate import Question
from ihubkg.explain import COUNTED, explain
from ihubkg.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Ten things in one graph, five of them in another too, each with a number."""
    copy = Reader(frozenset({"http://e/g"}))
    predicate = ox.NamedNode("http://e/p")
    things = [ox.NamedNode(f"http://e/{number}") for number in range(10)]
    for graph, some in (("http://e/g", things), ("http://e/h", things[:5])):
        copy.load(
            ox.Quad(thing, predicate, ox.Literal(number), ox.NamedNode(graph))
            for number, thing in enumerate(some)
        )
    return copy


def parts(reader: Reader, text: str, seconds: float = 5.0) -> list[dict[str, Any]]:
    passed = gate.check(text)
    asked = Question(passed.text, None, "json", passed.form)
    found: list[dict[str, Any]] = explain(reader, asked, seconds)["parts"]
    return found


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * { ?s <http://e/p> ?o }", [10]),
        ("SELECT * { ?s <http://e/p> ?o FILTER(?o < 3) ?s ?q ?r }", [10, 10, 3]),
        ("SELECT * { ?s <http://e/p> 3 ; <http://e/q> ?x . ?x ?y ?z }", [1, 0, None]),
        ("ASK { ?s <http://e/p> ?o }", [10]),
        ("CONSTRUCT { ?s a ?o } WHERE { ?s <http://e/p> ?o }", [10]),
        ("CONSTRUCT WHERE { ?s <http://e/p> ?o }", [10]),
        ("SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }", [10]),
        ("SELECT * { SELECT ?s { ?s <http://e/p> ?o } LIMIT 4 }", [4]),
        ("SELECT * { { ?s <http://e/p> 1 } UNION { ?s <http://e/p> 2 } }", [2]),
        ("SELECT * FROM <http://e/h> { ?s ?p ?o }", [5]),
        ("SELECT * FROM <http://e/h> FROM <http://e/g> { ?s ?p ?o }", [10]),
        ("SELECT * { GRAPH <http://e/h> { ?s ?p ?o } }", [5]),
        ("SELECT * { VALUES ?o { 1 2 99 } ?s <http://e/p> ?o }", [3, 2]),
        ("PREFIX e: <http://e/>\nSELECT * { ?s e:p ?o # here }\n }", [10]),
        ("BASE <http://e/> SELECT * { ?s <p> ?o OPTIONAL { ?s <q> ?x } }", [10, 10]),
        ("SELECT * { }", []),
        ("DESCRIBE <http://e/1>", []),
        ("DESCRIBE ?s { ?s <http://e/p> 1 }", []),
    ],
)
def test_rows_are_counted_along_the_join(
    reader: Reader, query: str, rows: list[int | None]
) -> None:
    assert [part["rows"] for part in parts(reader, query)] == rows


def test_the_author_s_words_stand_with_the_part_they_speak_of(reader: Reader) -> None:
    found = parts(
        reader, "SELECT * {\n# all of them\n?s <http://e/p> ?o ; ?q ?r .\n# one\n?s ?t 1 }"
    )
    assert [part["what"] for part in found] == ["all of them", None, "one"]


def test_many_rows_are_not_counted_to_the_end(reader: Reader) -> None:
    (first, second, third) = parts(reader, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert (first["rows"], first["more"]) == (10, False)
    assert (second["rows"], second["more"]) == (100, False)
    assert (third["rows"], third["more"]) == (COUNTED, True)


def test_counting_stops_in_time(reader: Reader) -> None:
    found = parts(reader, "SELECT * { ?a ?b ?c . ?d ?e ?f }", seconds=0.0)
    assert [part["rows"] for part in found] == [None, None]


def test_what_the_engine_cannot_read_is_told(reader: Reader) -> None:
    with pytest.raises(BadQuery):
        parts(reader, "SELECT * { ?s ?p }")
