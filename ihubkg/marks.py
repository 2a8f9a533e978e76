"""Statements with the places in a file where they are written, whatever its format.

A `Mark` is a range of characters; an `Entry` is one statement with the marks of its three terms.
An `Index` of entries is lined up with the statements of the parser that counts, so that blank
nodes mean the same in both.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ihubkg.report import Location

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Mark:
    """The characters `start` to `end` (exclusive) of a text, and how else to name the place."""

    start: int
    end: int
    pointer: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement, and where its terms are written."""

    subject: Term
    predicate: ox.NamedNode
    object: Term
    at_subject: Mark
    at_predicate: Mark
    at_object: Mark


class Text:
    """A text that knows its lines; they end with a line feed."""

    def __init__(self, content: str) -> None:
        self.content = content

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        position = self.content.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.content.find("\n", position + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of the character at `offset`, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, kept within the text."""
        if line > len(self._starts):
            return len(self.content)
        return min(self._starts[max(line, 1) - 1] + max(column, 1) - 1, len(self.content))

    def location(self, mark: Mark, source: str) -> Location:
        """Return `mark` as a location in the file `source`."""
        line, column = self.place(mark.start)
        end_line, end_column = self.place(mark.end)
        return Location(source, line, column, end_line, end_column, mark.pointer, mark.cell)


class Index:
    """The entries of one file, found by what they say.

    `gaps` tells for a thing and the IRI of a field where a value would be written that the file
    does not give: the empty cell of a table.
    """

    def __init__(
        self, entries: Iterable[Entry], gaps: Mapping[tuple[Term, str], Mark] | None = None
    ) -> None:
        self.entries = tuple(entries)
        self.gaps: Mapping[tuple[Term, str], Mark] = {} if gaps is None else gaps

    def lined_up(self, quads: Sequence[ox.Quad]) -> "Index | None":
        """Return the index in the terms of `quads`, the same statements in the same order.

        None means that they are not the same: then no place of this index is to be trusted.
        """
        if len(quads) != len(self.entries):
            return None
        names: dict[Term, Term] = {}
        taken: set[Term] = set()
        for entry, quad in zip(self.entries, quads, strict=True):
            if entry.predicate != quad.predicate:
                return None
            for ours, theirs in ((entry.subject, quad.subject), (entry.object, quad.object)):
                if not _same(ours, theirs, names, taken):
                    return None
        return Index(
            Entry(
                quad.subject,
                quad.predicate,
                quad.object,
                entry.at_subject,
                entry.at_predicate,
                entry.at_object,
            )
            for entry, quad in zip(self.entries, quads, strict=True)
        )

    def find(
        self,
        subject: Term | None = None,
        predicate: ox.NamedNode | None = None,
        value: Term | None = None,
    ) -> Iterator[Entry]:
        """Yield the entries that match, in the order of the file; None matches all."""
        candidates: Iterable[Entry] = self.entries
        if subject is not None:
            candidates = self._subjects.get(subject, ())
        elif value is not None:
            candidates = self._objects.get(value, ())
        for entry in candidates:
            if predicate is not None and entry.predicate != predicate:
                continue
            if value is None or entry.object == value:
                yield entry

    @cached_property
    def _subjects(self) -> dict[Term, list[Entry]]:
        found: dict[Term, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.subject, []).append(entry)
        return found

    @cached_property
    def _objects(self) -> dict[Term, list[Entry]]:
        found: dict[Term, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.object, []).append(entry)
        return found


def _same(ours: Term, theirs: Term, names: dict[Term, Term], taken: set[Term]) -> bool:
    """Tell whether two terms are the same, where `names` says which blank node is which."""
    if not isinstance(ours, ox.BlankNode):
        return ours == theirs
    if ours not in names:
        if not isinstance(theirs, ox.BlankNode) or theirs in taken:
            return False
        names[ours] = theirs
        taken.add(theirs)
    return names[ours] == theirs
