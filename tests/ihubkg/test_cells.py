"""Cells and their places: the cells of Python's csv, at the characters where they are written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihubkg import cells
from ihubkg.errors import ParseError, TooLarge


@given(st.text(alphabet='ab,;"\n\r\t #', max_size=30), st.sampled_from(cells.DELIMITERS))
def test_the_cells_are_those_of_csv(text: str, delimiter: str) -> None:
    try:
        found = [[cell.text for cell in row] for row in cells.rows(text, delimiter)]
    except ParseError:
        return
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    assert found == [*lines]


@given(st.lists(st.lists(st.text(alphabet='ab,;"\n é|', max_size=6), min_size=2, max_size=4)))
def test_a_cell_is_where_it_says(table: list[list[str]]) -> None:
    text = "\n".join(",".join(cells.quote(cell, ",") for cell in row) for row in table)
    for row, expected in zip(cells.rows(text, ","), table, strict=True):
        for cell, content in zip(row, expected, strict=True):
            assert cell.text == content
            written = text[cell.start : cell.end]
            assert written == cells.quote(content, ",")
            for at in range(len(content)):
                mark = cell.part(at, at + 1)
                assert text[mark.start] == content[at]


def test_cells_have_the_names_of_spreadsheets() -> None:
    table = [*cells.rows('a,b\n\n"c\nd",e\n', ",")]
    assert [[cell.name for cell in row] for row in table] == [["A1", "B1"], [], ["A3", "B3"]]
    assert cells.letters(701) == "ZZ"


@pytest.mark.parametrize(
    ("text", "place"), [('a,"b', (1, 3)), ('a\n"b"c', (2, 4)), ('"a\nb', (1, 1))]
)
def test_what_is_no_table_is_refused_at_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(ParseError) as caught:
        [*cells.rows(text, ",")]
    assert (caught.value.line, caught.value.column) == place


def test_too_much_is_refused() -> None:
    for text in ("," * cells.COLUMNS, "x" * (cells.CELL + 1), "\n" * (cells.ROWS + 1)):
        with pytest.raises(TooLarge):
            [*cells.rows(text, ",")]
