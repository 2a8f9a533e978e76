"""JSON-LD contexts that a file may name by address: packaged with us, never fetched.

They are put into the text before it is read, on one line, so that lines stay what they were;
`Pinned.back` says where an offset of the longer text is in the one that was sent. A context that
is not listed is refused by `ihubkg.parse`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ihubkg import jsonld
from ihubkg.marks import Entry, Index, Mark
from ihubkg.model import Model
from ihubkg.terms import BASE

OURS = f"{BASE}context.jsonld"
"""The address of our own context, which the service serves as `/context.jsonld`."""

_NAMED = re.compile(r'"@context"\s*:\s*(?:\[\s*)?("(?:[^"\\]|\\.)*+")')


@dataclass(frozen=True)
class Pinned:
    """A text with its contexts put in: `shifts` are where each ends, and what it added."""

    text: str
    shifts: tuple[tuple[int, int], ...] = ()

    def back(self, offset: int) -> int:
        """Return where the character at `offset` is in the text that was sent."""
        return offset - sum(added for end, added in self.shifts if offset >= end)

    def index(self, index: Index) -> Index:
        """Return the places of `index` in the text that was sent."""
        if not self.shifts:
            return index
        return Index(
            Entry(
                entry.subject,
                entry.predicate,
                entry.object,
                *map(self._mark, (entry.at_subject, entry.at_predicate, entry.at_object)),
            )
            for entry in index.entries
        )

    def _mark(self, mark: Mark) -> Mark:
        return replace(mark, start=self.back(mark.start), end=self.back(mark.end))


@dataclass(frozen=True)
class Contexts:
    """The contexts that files may name."""

    model: Model

    @cached_property
    def known(self) -> Mapping[str, str]:
        """The contexts by their addresses, as JSON on one line."""
        ours = jsonld.Context.of(self.model.ontology, self.model.shapes).document()["@context"]
        return {OURS: json.dumps(ours, ensure_ascii=False)}

    def put_in(self, text: str) -> Pinned:
        """Return `text` with the contexts that it names in the place of their addresses."""
        parts: list[str] = []
        shifts: list[tuple[int, int]] = []
        position = length = 0
        for found in _NAMED.finditer(text):
            address = _string(found[1])
            if address in self.known:
                context = self.known[address]
                parts += [text[position : found.start(1)], context]
                length += found.start(1) - position + len(context)
                shifts.append((length, len(context) - len(found[1])))
                position = found.end(1)
        return Pinned("".join([*parts, text[position:]]), tuple(shifts))


def _string(written: str) -> str:
    try:
        return str(json.loads(written))
    except ValueError:
        return ""
