"""Tables to statements, as CSV on the Web says, with the cell that each statement is written in.

`read` carries out a metadata document (https://www.w3.org/TR/tabular-metadata/) in the minimal mode
of https://www.w3.org/TR/csv2rdf/: the mapping is what the document declares. In three things it
goes further. Each value of a list makes a value URL of its own. A date may also be a month or a
year, where the column says so. And a resource of which a row says nothing but its kind is left
out, with the links to it: cells that stay empty say nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import pyoxigraph as ox
from rapidfuzz import process, utils

from ihubkg import cells
from ihubkg.cells import Cell
from ihubkg.errors import ParseError
from ihubkg.marks import Entry, Index, Mark, Term
from ihubkg.report import Edit
from ihubkg.terms import PREFIXES

Edits = tuple[Edit, ...]

COMMENT = "#"
"""How a row begins that is for readers alone."""

NEAR = 60.0
"""How alike a title must be, of 100, to be taken for another."""

_SUBJECT = "id"
_TEMPLATE = re.compile(r"([^{}]*)\{(\+?)(\w+)\}([^{}]*)")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_RESERVED = "!#$&'()*+,/:;=?@[]%~"
_FORMS: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII),
    "gYearMonth": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII),
    "gYear": re.compile(r"\d{4}", re.ASCII),
    "integer": re.compile(r"[+-]?\d+", re.ASCII),
    "decimal": re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII),
    "boolean": re.compile(r"true|false|1|0"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its metadata declares it; `about` and `value` are URI templates."""

    name: str
    titles: tuple[str, ...]
    about: str
    predicate: str | None
    value: str | None = None
    language: str | None = None
    datatypes: tuple[str, ...] = ()
    separator: str | None = None
    virtual: bool = False

    def term(self, text: str) -> Term:
        """Return what the cell text `text` says; a text of the wrong form is a plain literal."""
        if self.value is not None:
            address = expanded(self.value, text)
            if _ABSOLUTE.fullmatch(address):
                try:
                    return ox.NamedNode(address)
                except ValueError:
                    return ox.Literal(text)
            return ox.Literal(text)
        if self.language is not None:
            return ox.Literal(text, language=self.language)
        for name in self.datatypes:
            if name not in _FORMS or _FORMS[name].fullmatch(text):
                return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + name))
        return ox.Literal(text)

    def text(self, term: Term) -> str | None:
        """Return the cell text that says `term`, or None where none does."""
        if isinstance(term, ox.Literal):
            return term.value if term.language == self.language else None
        if not isinstance(term, ox.NamedNode) or self.value is None:
            return None
        return collapsed(self.value, term.value)


@dataclass(frozen=True)
class Schema:
    """The columns of a table; `name` is the name of its file without suffix."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> "Schema":
        """Return the schema that a metadata document of one table declares."""
        schema = metadata["tableSchema"]
        about = str(schema["aboutUrl"])
        columns = tuple(_column(column, about) for column in schema["columns"])
        return cls(str(metadata["url"]).removesuffix(".csv"), about, columns)

    def column(self, title: str) -> Column | None:
        """Return the column of that title or name, in small letters or large."""
        wanted = " ".join(title.split()).casefold()
        for column in self.columns:
            names = (column.name, *column.titles)
            if not column.virtual and wanted in map(str.casefold, names):
                return column
        return None


def _column(column: Mapping[str, Any], about: str) -> Column:
    titles = column.get("titles", ())
    datatype = column.get("datatype")
    base = datatype.get("base") if isinstance(datatype, dict) else datatype
    more = [str(name).removeprefix("xsd:") for name in column.get("dc:conformsTo", ())]
    predicate = None if column.get("suppressOutput") else str(column["propertyUrl"])
    value = column.get("valueUrl")
    return Column(
        name=str(column["name"]),
        titles=(titles,) if isinstance(titles, str) else tuple(titles),
        about=str(column.get("aboutUrl", about)),
        predicate=predicate,
        value=None if value is None else str(value),
        language=column.get("lang"),
        datatypes=() if base in (None, "string") else (str(base), *more),
        separator=column.get("separator"),
        virtual=bool(column.get("virtual", False)),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell or row that says nothing because of where it stands, and what would mend it."""

    message: str
    mark: Mark
    title: str = ""
    edits: Edits = ()


@dataclass(frozen=True)
class Table:
    """What a table says, each statement with its cell."""

    quads: list[ox.Quad]
    index: Index
    editor: "CsvText"
    faults: tuple[Fault, ...]


def read(text: str, schema: Schema, delimiter: str) -> Table:
    """Return what `text` says by `schema`.

    Raises:
        ParseError: the text is not a table, or has no row of titles.
        TooLarge: there are more cells than are taken.
    """
    lines = _Lines(schema, delimiter)
    for row in cells.rows(text, delimiter):
        if row and not row[0].text.startswith(COMMENT) and any(c.text.strip() for c in row):
            lines.take(row)
    if lines.header is None:
        raise ParseError("The table is empty: its first row holds the titles of the columns.", 1, 1)
    index = Index(lines.entries, lines.gaps)
    editor = CsvText(text, schema, delimiter, index, lines)
    return Table([*_quads(lines.entries)], index, editor, tuple(lines.faults))


def _quads(entries: Iterable[Entry]) -> Iterator[ox.Quad]:
    for entry in entries:
        if not isinstance(entry.subject, ox.Literal | ox.Triple):
            yield ox.Quad(entry.subject, entry.predicate, entry.object)


@dataclass
class _Lines:
    """The rows of a table, taken one by one."""

    schema: Schema
    delimiter: str
    header: dict[int, Column] | None = None
    width: int = 0
    entries: list[Entry] = field(default_factory=list)
    gaps: dict[tuple[Term, str], Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    lacking: dict[Mark, int] = field(default_factory=dict)
    said: set[tuple[Term, str, Term]] = field(default_factory=set)

    def take(self, row: Sequence[Cell]) -> None:
        if self.header is None:
            self.header, self.width = dict(self._titles(row)), len(row)
        else:
            self._take(row, self.header)

    def _titles(self, row: Sequence[Cell]) -> Iterator[tuple[int, Column]]:
        taken: set[str] = set()
        for cell in row:
            column = self.schema.column(cell.text)
            if column is None:
                if cell.text.strip():
                    self.faults.append(self._unknown(cell))
            elif column.name in taken:
                message = "This column stands here twice: join the two, or take one out."
                self.faults.append(Fault(message, cell.mark))
            else:
                taken.add(column.name)
                self.columns[cells.letters(cell.column)] = column
                yield cell.column, column

    def _unknown(self, cell: Cell) -> Fault:
        """Return that no column has the title `cell`, with the nearest that there is."""
        message = f"There is no column of this title in the table {self.schema.name}."
        titles = [title for c in self.schema.columns if not c.virtual for title in c.titles]
        near = process.extractOne(
            cell.text, titles, processor=utils.default_process, score_cutoff=NEAR
        )
        if near is None:
            return Fault(message, cell.mark)
        edit = Edit(cell.start, cell.end, cells.quote(near[0], self.delimiter))
        return Fault(message, cell.mark, f"Write “{near[0]}”", (edit,))

    def _take(self, row: Sequence[Cell], header: Mapping[int, Column]) -> None:
        by_name = {
            column.name: row[number] if number < len(row) else None
            for number, column in header.items()
        }
        for cell in row:
            if cell.text.strip() and cell.column >= self.width:
                message = "This cell stands beyond the last column: is a delimiter too many?"
                self.faults.append(Fault(message, cell.mark))
        name = by_name.get(_SUBJECT)
        key = name.text.strip() if name else ""
        if name is not None and key:
            self._say(key, name, by_name, row)
            return
        start = row[0].start
        place = name.mark if name else Mark(start, start, cell=f"A{row[0].row}")
        message = (
            "Give the row an id, the end of the address of the thing: small letters, digits and "
            "hyphens."
        )
        self.faults.append(Fault(message, place))

    def _say(
        self, key: str, name: Cell, by_name: Mapping[str, Cell | None], row: Sequence[Cell]
    ) -> None:
        spoken = {self.schema.about}
        values: list[Entry] = []
        for column in self.schema.columns:
            cell = by_name.get(column.name)
            if column.virtual or column.predicate is None or cell is None or not cell.text.strip():
                continue
            spoken.add(column.about)
            subject, predicate = _node(column.about, key), ox.NamedNode(column.predicate)
            for piece, mark in _pieces(cell, column.separator):
                value = column.term(piece)
                values.append(Entry(subject, predicate, value, name.mark, cell.mark, mark))
        for column in self.schema.columns:
            if column.about in spoken and column.predicate is not None:
                cell = by_name.get(column.name)
                if column.virtual:
                    self._link(column, key, name, spoken)
                elif cell is None or not cell.text.strip():
                    self._gap(column, key, row)
        self.entries += values

    def _link(self, column: Column, key: str, name: Cell, spoken: set[str]) -> None:
        template, predicate = column.value or "", column.predicate or ""
        if "{" in template and template not in spoken:
            return
        subject, value = _node(column.about, key), _node(template, key)
        if (subject, predicate, value) not in self.said:
            self.said.add((subject, predicate, value))
            mark = name.mark
            self.entries.append(Entry(subject, ox.NamedNode(predicate), value, mark, mark, mark))

    def _gap(self, column: Column, key: str, row: Sequence[Cell]) -> None:
        """Keep where a value would be written that the row does not give."""
        number = next((n for n, c in (self.header or {}).items() if c is column), None)
        if number is None:
            return
        if number < len(row):
            mark = row[number].mark
        else:
            end = row[-1].end
            mark = Mark(end, end, cell=f"{cells.letters(number)}{row[0].row}")
            self.lacking[mark] = number - len(row) + 1
        self.gaps.setdefault((_node(column.about, key), column.predicate or ""), mark)


@dataclass(frozen=True)
class CsvText:
    """The text of a table as it is mended: see `ihubkg.edits.Editor`."""

    text: str
    schema: Schema
    delimiter: str
    places: Index
    lines: _Lines

    def write_object(self, entry: Entry, value: Term) -> Iterator[Edits]:
        """Put what says `value` into the cell of `entry`, or into its part of the cell."""
        column = self._column(entry.at_object)
        written = None if column is None else column.text(value)
        if written is not None:
            yield from self._put(entry.at_object, written)

    def write_predicate(self, entry: Entry, predicate: str) -> Iterator[Edits]:
        """Yield nothing: titles of columns stay as they are."""
        del entry, predicate
        yield from ()

    def rename(self, old: str, new: str) -> Iterator[Edits]:
        """Write the address `new` wherever `old` is written."""
        key = collapsed(self.schema.about, new)
        marks = {e.at_subject for e in self.places.find(ox.NamedNode(old))}
        if key is not None and marks:
            found = [edits for mark in marks for edits in self._put(mark, key)]
            for entry in self.places.find(None, None, ox.NamedNode(old)):
                found += self.write_object(entry, ox.NamedNode(new))
            yield tuple({edit for edits in found for edit in edits})

    def remove(self, entry: Entry) -> Iterator[Edits]:
        """Empty a cell, or take a part out of it."""
        column, mark = self._column(entry.at_object), entry.at_object
        if column is None:
            return
        sign = re.escape(column.separator or "|")
        behind = re.compile(rf"[ \t]*{sign}[ \t]*").match(self.text, mark.end)
        before = re.search(rf"[ \t]*{sign}[ \t]*$", self.text[: mark.start])
        if column.separator and behind:
            yield (Edit(mark.start, behind.end(), ""),)
        elif column.separator and before:
            yield (Edit(before.start(), mark.end, ""),)
        else:
            yield (Edit(mark.start, mark.end, ""),)

    def insert(self, subject: Term, predicate: str, value: Term) -> Iterator[Edits]:
        """Fill an empty cell."""
        mark = self.places.gaps.get((subject, predicate))
        column = mark and self._column(mark)
        written = None if not column else column.text(value)
        if mark is not None and written is not None:
            commas = self.delimiter * self.lines.lacking.get(mark, 0)
            yield (Edit(mark.start, mark.end, commas + cells.quote(written, self.delimiter)),)

    def _put(self, mark: Mark, text: str) -> Iterator[Edits]:
        quoted = cells.quote(text, self.delimiter)
        old = self.text[mark.start : mark.end]
        if old.startswith('"') or quoted == text:
            yield (Edit(mark.start, mark.end, quoted),)

    def _column(self, mark: Mark) -> Column | None:
        return self.lines.columns.get((mark.cell or "").rstrip("0123456789"))


def expanded(template: str, text: str) -> str:
    """Return a URI template with its variable replaced; RFC 6570, levels 1 and 2.

    >>> expanded("https://example.org/{id}", "a b/c")
    'https://example.org/a%20b%2Fc'
    """
    found = _TEMPLATE.fullmatch(template)
    if found is None:
        return template
    return f"{found[1]}{quote(text, safe=_RESERVED if found[2] else '')}{found[4]}"


def collapsed(template: str, address: str) -> str | None:
    """Return the text from which `template` makes `address`, or None.

    >>> collapsed("https://example.org/{id}", "https://example.org/a%20b")
    'a b'
    """
    found = _TEMPLATE.fullmatch(template)
    if found is None or not (address.startswith(found[1]) and address.endswith(found[4])):
        return None
    return unquote(address[len(found[1]) : len(address) - len(found[4])])


def _node(template: str, key: str) -> ox.NamedNode:
    return ox.NamedNode(expanded(template, key))


def _pieces(cell: Cell, separator: str | None) -> Iterable[tuple[str, Mark]]:
    """Yield the values of a cell, each with where it is written."""
    if separator is None or separator not in cell.text:
        yield cell.text.strip(), cell.mark
        return
    start = 0
    for part in cell.text.split(separator):
        text = part.strip()
        if text:
            at = start + part.index(text)
            yield text, cell.part(at, at + len(text))
        start += len(part) + len(separator)
