"""Changes that leave the rest of a text as its author wrote it."""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from ihubkg import locate
from ihubkg.document import BASE
from ihubkg.edits import Editor, Edits, apply, diff, editor
from ihubkg.formats import JSONLD, NTRIPLES, RDFXML, TURTLE, Format
from ihubkg.marks import Entry, Index
from ihubkg.parse import read
from ihubkg.report import Edit

TURTLE_TEXT = """@prefix e: <urn:e:> .

e:a a e:Kind ;
    e:p "one" , "two" ; # kept
    e:q 5 .
"""
TRIPLES = '<urn:e:a> <urn:e:p> "one" .\n<urn:e:a> <urn:e:q> "two" .\n'
JSON = '{"@id": "urn:e:a", "urn:e:p": "one", "urn:e:q": "two"}'

A, P, Q = (ox.NamedNode(f"urn:e:{name}") for name in "apq")


def opened(text: str, fmt: Format) -> tuple[Editor, Index]:
    quads = read(text.encode(), fmt, base=BASE, named_graphs=True).quads
    places = locate.index(text, fmt, quads, base=BASE)
    assert places is not None
    found = editor(text, fmt, places)
    assert found is not None
    return found, places


def entry(places: Index, predicate: ox.NamedNode, value: ox.Literal) -> Entry:
    return next(places.find(A, predicate, value))


def first(text: str, ways: Iterator[Edits]) -> str:
    return apply(text, next(ways))


def said(text: str, fmt: Format) -> set[str]:
    return {str(quad.triple) for quad in read(text.encode(), fmt, base=BASE).quads}


def test_turtle_keeps_its_prefixes_comments_and_indents() -> None:
    change, places = opened(TURTLE_TEXT, TURTLE)
    one = entry(places, P, ox.Literal("one"))
    name = ox.Literal('"1"', language="en")
    assert first(TURTLE_TEXT, change.write_object(one, name)) == TURTLE_TEXT.replace(
        '"one"', '"\\"1\\""@en'
    )
    assert first(TURTLE_TEXT, change.remove(one)) == TURTLE_TEXT.replace('"one" , ', "")
    assert first(TURTLE_TEXT, change.insert(A, "urn:e:r", ox.NamedNode("urn:f"))) == (
        TURTLE_TEXT.replace("e:Kind ;", "e:Kind ;\n    e:r <urn:f> ;")
    )
    assert first(TURTLE_TEXT, change.rename("urn:e:a", "urn:e:b")) == (
        TURTLE_TEXT.replace("e:a a", "e:b a")
    )


@pytest.mark.parametrize(("text", "fmt"), [(TRIPLES, NTRIPLES), (JSON, JSONLD)])
def test_every_change_says_what_was_asked(text: str, fmt: Format) -> None:
    change, places = opened(text, fmt)
    two = entry(places, Q, ox.Literal("two"))
    one, other = str(ox.Triple(A, P, ox.Literal("one"))), str(ox.Triple(A, Q, ox.Literal("two")))
    new = ox.NamedNode("urn:e:r")
    moved = str(ox.Triple(A, new, ox.Literal("two")))
    added = str(ox.Triple(A, new, ox.Literal("x", language="en")))
    assert said(first(text, change.remove(two)), fmt) == {one}
    assert said(first(text, change.write_predicate(two, new.value)), fmt) == {one, moved}
    with_it = first(text, change.insert(A, new.value, ox.Literal("x", language="en")))
    assert said(with_it, fmt) == {one, other, added}
    assert [*change.insert(new, P.value, A)] == []


def test_json_offers_a_plain_value_before_a_whole_one() -> None:
    change, places = opened(JSON, JSONLD)
    ways = [*change.write_object(entry(places, P, ox.Literal("one")), ox.NamedNode("urn:x"))]
    assert [edit.text for (edit,) in ways] == ['"urn:x"', '{"@id": "urn:x"}']


def test_rdf_xml_is_not_changed() -> None:
    assert editor("", RDFXML, Index([])) is None


def test_edits_are_made_at_the_places_of_the_old_text_and_shown_as_a_patch() -> None:
    after = apply("a\nb", [Edit(0, 1, "long"), Edit(2, 3, "c")])
    assert after == "long\nc"
    assert diff("a\nb", after, "a.ttl") == (
        "--- a.ttl\n+++ a.ttl\n@@ -1,2 +1,2 @@\n-a\n-b\n\\ No newline at end of file\n"
        "+long\n+c\n\\ No newline at end of file\n"
    )
