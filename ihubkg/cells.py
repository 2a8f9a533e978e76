"""A table as text: its rows of cells, and where each is written.

The grammar is that of RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) with any of the delimiters
that spreadsheets write; a test proves that the cells are those of Python's `csv`, which tells no
places.

>>> [[cell.text for cell in row] for row in rows('a,"b, c"', ",")]
[['a', 'b, c']]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ihubkg.errors import ParseError, TooLarge
from ihubkg.marks import Mark

DELIMITERS = (",", ";", "\t")
"""What spreadsheets put between cells, by the country they are set to."""

COLUMNS = 200
"""Most cells of a row."""

ROWS = 200_000
"""Most rows of a table."""

CELL = 128 * 1024
"""Most characters of a cell."""

_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it says, its row (from 1) and column (from 0), and where it is written."""

    text: str
    row: int
    column: int
    start: int
    end: int
    quoted: bool = False

    @property
    def name(self) -> str:
        """The name that spreadsheets give it, such as `C7`."""
        return f"{letters(self.column)}{self.row}"

    @property
    def mark(self) -> Mark:
        """Where the whole cell is written."""
        return Mark(self.start, self.end, cell=self.name)

    def part(self, start: int, end: int) -> Mark:
        """Return where the characters `start` to `end` of its text are written."""
        if self.quoted:
            inner = self.text
            start, end = (
                1 + at + inner.count('"', 0, at) for at in (start, end)
            )  # quotation marks inside stand twice
        return Mark(self.start + start, self.start + end, cell=self.name)


def letters(column: int) -> str:
    """Return the letters of a column, which counts from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def rows(text: str, delimiter: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of a table; an empty line is a row without cells.

    Raises:
        ParseError: a quotation mark is not closed, or text stands behind one; says where.
        TooLarge: there are more cells than are taken.
    """
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    position, number = 0, 0
    while position < len(text):
        number += 1
        if number > ROWS:
            raise TooLarge(f"The table has more than {ROWS:,} rows: split it.", ROWS, number)
        row: list[Cell] = []
        while True:
            cell = _cell(text, position, number, len(row), plain)
            row.append(cell)
            position = cell.end
            if not text.startswith(delimiter, position):
                break
            position += 1
            if len(row) == COLUMNS:
                raise TooLarge(f"Row {number} has more than {COLUMNS} cells.", COLUMNS)
        ended = _END.match(text, position)
        if ended is None and position < len(text):
            message = "Text stands behind a closing quotation mark: write marks inside twice."
            raise _at(message, text, position)
        position = ended.end() if ended else position
        yield () if len(row) == 1 and row[0].start == row[0].end else tuple(row)


def quote(text: str, delimiter: str) -> str:
    """Return a cell's text as it is written, in quotation marks where it needs them."""
    if text[:1] != '"' and not any(sign in text for sign in (delimiter, "\r", "\n")):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _cell(text: str, start: int, row: int, column: int, plain: re.Pattern[str]) -> Cell:
    if text.startswith('"', start):
        found = _QUOTED.match(text, start)
        if found is None:
            raise _at("This quotation mark is never closed.", text, start)
        cell = Cell(found[1].replace('""', '"'), row, column, start, found.end(), True)
    else:
        bare = plain.match(text, start)
        end = bare.end() if bare else start
        cell = Cell(text[start:end], row, column, start, end)
    if len(cell.text) > CELL:
        message = f"The cell {cell.name} has {len(cell.text):,} characters; {CELL:,} are taken."
        raise TooLarge(message, CELL, len(cell.text))
    return cell


def _at(message: str, text: str, offset: int) -> ParseError:
    line = text.count("\n", 0, offset) + 1
    return ParseError(message, line, offset - text.rfind("\n", 0, offset))
