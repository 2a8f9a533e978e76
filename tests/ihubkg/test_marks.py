"""Characters as lines and columns and back; statements found by what they say."""

import pyoxigraph as ox
import pytest

from ihubkg.marks import Entry, Index, Mark, Text
from ihubkg.report import Location

A, B, P, Q = (ox.NamedNode(f"e:{name}") for name in "abpq")


def entry(subject: ox.NamedNode | ox.BlankNode, value: ox.BlankNode | ox.NamedNode) -> Entry:
    return Entry(subject, P, value, Mark(0, 1), Mark(2, 3), Mark(4, 5))


@pytest.mark.parametrize(
    ("offset", "place"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (3, 3))]
)
def test_offsets_and_places_are_each_others_inverse(offset: int, place: tuple[int, int]) -> None:
    text = Text("é😀\n\nab")
    assert text.place(offset) == place
    assert text.offset(*place) == offset


def test_places_outside_of_the_text_are_kept_within_it() -> None:
    text = Text("ab\ncd")
    assert text.offset(0, 0) == 0
    assert text.offset(2, 99) == text.offset(7, 1) == 5


def test_a_mark_over_two_lines_has_both_ends() -> None:
    found = Text("ab\ncd").location(Mark(1, 4, pointer="/a"), "a.ttl")
    assert found == Location("a.ttl", 1, 2, 2, 2, "/a")


def test_blank_nodes_are_renamed_one_to_one() -> None:
    x, y, other = ox.BlankNode("x"), ox.BlankNode("y"), ox.BlankNode("z")
    index = Index([entry(x, A), entry(y, x)])
    found = index.lined_up([ox.Quad(y, P, A), ox.Quad(other, P, y)])
    assert found is not None
    assert [(e.subject, e.object) for e in found.entries] == [(y, A), (other, y)]
    assert index.lined_up([ox.Quad(y, P, A), ox.Quad(y, P, y)]) is None
    assert index.lined_up([ox.Quad(y, P, A), ox.Quad(other, P, x)]) is None
    assert index.lined_up([ox.Quad(y, Q, A), ox.Quad(other, P, y)]) is None


def test_entries_are_found_by_any_of_their_terms() -> None:
    one, two, three = entry(A, B), entry(B, A), entry(A, A)
    index = Index([one, two, three])
    assert [*index.find(A)] == [one, three]
    assert [*index.find(A, value=A)] == [three]
    assert [*index.find(value=A)] == [two, three]
    assert [*index.find(predicate=Q)] == []
    assert [*index.find()] == [one, two, three]
