"""What a write would change is worked out exactly, and nothing else happens."""

import pyoxigraph as ox
import pytest

from ihubkg import change
from ihubkg.change import Change
from ihubkg.errors import BadQuery, NotFound, ParseError
from ihubkg.reader import Reader

START = b"""
<http://e/a> <http://e/p> "1" <http://e/g> .
<http://e/a> <http://e/p> "2" .
_:kept <http://e/p> "3" <http://e/g> .
"""


def reader() -> Reader:
    copy = Reader(frozenset({"http://e/g"}))
    copy.load(ox.parse(START, format=ox.RdfFormat.N_QUADS))
    return copy


def update(text: str, **job: object) -> Change:
    _, body = change.update(reader(), {"base": "http://e/", **job}, text.encode())
    return change.unpack(body)


def test_an_update_gives_its_difference() -> None:
    found = update("INSERT DATA { <b> <p> 4 } ; DELETE WHERE { GRAPH <g> { ?s ?p ?o } }")
    assert {line.split()[0] for line in found.removed} == {b"<http://e/a>", b"_:kept"}
    assert len(found.added) == 1
    assert found.graphs() == {"", "http://e/g"}


def test_an_update_without_graph_is_about_the_stores_own_default_graph() -> None:
    assert [line.split()[2] for line in update("DELETE WHERE { ?s ?p ?o }").removed] == [b'"2"']


def test_an_update_that_fails_half_way_changes_nothing() -> None:
    with pytest.raises(BadQuery):
        update("INSERT DATA { <b> <p> 4 } ; CREATE GRAPH <g>")


def test_a_change_survives_the_way() -> None:
    found = update('INSERT DATA { <b> <p> "line\\nbreak + - " }')
    assert change.unpack(change.pack(found)) == found
    assert change.unpack(change.pack(Change())) == Change()
    assert not Change()


def test_two_changes_make_new_names_and_numbers() -> None:
    text = "INSERT { [] <p> ?u } WHERE { BIND(UUID() AS ?u) }"
    assert update(text).added != update(text).added


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("INSERT { <x> <p> ?o } WHERE { ?s ?p ?o }", {b'"1"', b'"3"'}),
        (
            "insert { <x> <p> ?o } where { ?s ?p ?o . { SELECT * WHERE { ?s ?p ?o } } }",
            {b'"1"', b'"3"'},
        ),
        ("INSERT { <x> <p> ?o } WHERE { GRAPH ?g { ?s ?p ?o } }", set()),
    ],
)
def test_the_dataset_of_the_protocol_reaches_each_operation(text: str, seen: set[bytes]) -> None:
    found = update(text, using=["http://e/g"])
    assert {line.split()[2] for line in found.added} == seen


def test_delete_where_takes_the_dataset_too() -> None:
    text = change.using("DELETE WHERE { ?s ?p ?o }", ["http://e/g"], ["http://e/n"])
    assert text == (
        "DELETE { ?s ?p ?o } USING <http://e/g> USING NAMED <http://e/n> WHERE { ?s ?p ?o }"
    )


def write(method: str, graph: str | None, *documents: tuple[str, bytes]) -> tuple[bool, Change]:
    job = {
        "graph": graph,
        "method": method,
        "base": "http://e/",
        "parts": [(name, len(data)) for name, data in documents],
    }
    head, body = change.write(reader(), job, b"".join(data for _, data in documents))
    return head["existed"], change.unpack(body)


def test_put_replaces_and_post_adds() -> None:
    document = ("turtle", b'<a> <p> "1" . <b> <p> "9" .')
    existed, put = write("PUT", "http://e/g", document)
    assert existed
    assert {line.split()[0] for line in put.removed} == {b"_:kept"}
    assert {line.split()[0] for line in put.added} == {b"<http://e/b>"}
    existed, post = write("POST", "http://e/new", document, ("ntriples", b"<a:a> <a:b> <a:c> ."))
    assert not existed
    assert (len(post.removed), len(post.added)) == (0, 3)


def test_names_of_graphs_in_a_document_do_not_reach_other_graphs() -> None:
    with pytest.raises(ParseError):
        write("PUT", "http://e/new", ("trig", b"<http://e/g> { <a> <p> 1 }"))


def test_delete_needs_a_graph_that_is_there() -> None:
    assert len(write("DELETE", "http://e/g")[1].removed) == 2
    assert len(write("DELETE", None)[1].removed) == 1
    with pytest.raises(NotFound):
        write("DELETE", "http://e/none")


def test_a_document_that_cannot_be_read_changes_nothing() -> None:
    with pytest.raises(ParseError):
        write("PUT", "http://e/g", ("turtle", b"<a> <p> ."))


def test_reading_a_graph() -> None:
    _, body = change.read(reader(), {"graph": "http://e/g", "format": "ntriples"})
    assert body.count(b"\n") == 2
    with pytest.raises(NotFound):
        change.read(reader(), {"graph": "http://e/none", "format": "turtle"})


@pytest.mark.parametrize(
    "graph", [None, "http://e/g", "http://e/\\u00e9", "http://e/\u00e9", "http://e/a%20b"]
)
@pytest.mark.parametrize(
    "term",
    [
        "<http://e/o>",
        "_:b",
        '"a"',
        '"a <http://e/x>"',
        '"a > ."@en',
        '"a \\" <b>"^^<http://e/d>',
        '""',
    ],
)
def test_the_graph_of_a_line_is_read_without_a_parser(term: str, graph: str | None) -> None:
    line = f"_:s <http://e/p> {term} " + (f"<{graph}> ." if graph else ".")
    (quad,) = ox.parse(line, format=ox.RdfFormat.N_QUADS)
    expected = getattr(quad.graph_name, "value", "")
    assert change.graph_of(line.encode()) == expected
    assert Change(added=(line.encode(),)).graphs() == {expected}
