import pyoxigraph as ox
import pytest

from ihubkg.errors import ParseError
from ihubkg.pointers import index, pointer

TEXT = """{"@context": {"@vocab": "http://s/", "id": "@id"},
 "id": "http://h/1", "name": ["a", "b"], "in/at": {"name": "c"}}"""


def quads(text: str) -> list[ox.Quad]:
    return [*ox.parse(text, format=ox.RdfFormat.JSON_LD, base_iri="http://h/")]


def test_every_value_is_found_where_it_is_written() -> None:
    found = index(TEXT, quads(TEXT), base="http://h/")
    marks = {
        entry.object.value: entry.at_object
        for entry in found.entries
        if isinstance(entry.object, ox.Literal)
    }
    assert {value: mark.pointer for value, mark in marks.items()} == {
        "a": "/name/0",
        "b": "/name/1",
        "c": "/in~1at/name",
    }
    assert TEXT[marks["b"].start : marks["b"].end] == '"b"'


def test_keys_and_addresses_have_places_too() -> None:
    entry = next(index(TEXT, quads(TEXT), base="http://h/").find(value=ox.Literal("a")))
    assert TEXT[entry.at_predicate.start : entry.at_predicate.end] == '"name"'
    assert TEXT[entry.at_subject.start : entry.at_subject.end] == '"http://h/1"'


def test_other_statements_than_those_of_the_text_are_not_placed() -> None:
    with pytest.raises(ParseError, match="cannot be told"):
        index(TEXT, quads(TEXT)[1:], base="http://h/")
    with pytest.raises(ParseError, match="cannot be told"):
        index(TEXT[:-1], quads(TEXT), base="http://h/")


def test_a_pointer_escapes_tilde_before_slash() -> None:
    assert pointer(("a~/b", 3)) == "/a~0~1b/3"
    assert pointer(()) == ""
