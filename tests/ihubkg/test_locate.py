"""Each problem at the words that it is about."""

import pyoxigraph as ox
import pytest

from ihubkg import locate
from ihubkg.formats import JSONLD, TURTLE
from ihubkg.marks import Index
from ihubkg.report import Problem
from ihubkg.terms import BASE

TEXT = '<e://s> a <e://T> ; <e://p> 1.0, "x"@en, "y"@en .\n<e://t> <e://q> <e://s> .'
S, P = ox.NamedNode("e://s"), "e://p"


def places(text: str) -> Index:
    quads = [*ox.parse(text, format=ox.RdfFormat.TURTLE)]
    found = locate.index(text, TURTLE, quads, base="")
    assert found is not None
    return found


def shown(problem: Problem, text: str = TEXT) -> str | None:
    mark = locate.mark(problem, places(text), is_private=lambda value: value == "y")
    return None if mark is None else text[mark.start : mark.end]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("Violation", None, "MinCount", S, P), "<e://s>"),
        (Problem("Violation", None, "MaxCount", S, P), '"y"@en'),
        (Problem("Violation", None, "UniqueLang", S, P), '"y"@en'),
        (Problem("Violation", None, "Datatype", S, P, ox.Literal(1)), "1.0"),
        (Problem("Violation", f"{BASE}shapes#PrivateText", "SPARQL", S, P), '"y"@en'),
        (
            Problem("Violation", f"{BASE}shapes#Subject-knownField", "SPARQL", S, P, ox.Literal(1)),
            "<e://p>",
        ),
        (Problem("Violation", None, "Class", ox.NamedNode("e://T")), "<e://T>"),
        (Problem("Violation", None, "Class", ox.NamedNode("e://nowhere")), None),
        (Problem("Violation", None, "Class"), None),
    ],
)
def test_a_problem_is_shown_at_what_it_is_about(problem: Problem, expected: str | None) -> None:
    assert shown(problem) == expected


def test_a_field_that_is_followed_backwards_is_shown_at_the_other_thing() -> None:
    text = f"<e://t> <{BASE}ontology#basedIn> <e://s> ."
    problem = Problem("Violation", None, "Class", S, "^ihub:basedIn", ox.NamedNode("e://t"))
    assert shown(problem, text) == "<e://t>"


def test_the_statement_of_a_problem_is_the_one_with_its_value() -> None:
    index = places(TEXT)
    value = ox.Literal("x", language="en")
    found = locate.entry(Problem("Violation", None, "Pattern", S, P, value), index)
    assert found is not None
    assert found.object == value
    assert locate.entry(Problem("Violation", None, "MinCount", S, P), index) is None


def test_the_kind_of_a_thing_stands_for_it() -> None:
    found = locate.subject_entry(places("<e://s> <e://p> 1 ; a <e://T> ."), S)
    assert found is not None
    assert found.object == ox.NamedNode("e://T")


def test_other_statements_than_those_of_the_text_have_no_places() -> None:
    quads = [*ox.parse("<e://s> <e://p> 2 .", format=ox.RdfFormat.TURTLE)]
    assert locate.index("<e://s> <e://p> 1 .", TURTLE, quads, base="") is None
    assert locate.index("[" * 2000, JSONLD, quads, base="") is None
