"""Changes to a file's text that keep the rest of it as its author wrote it."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyoxigraph as ox

from ihubkg.formats import JSONLD, NQUADS, NTRIPLES, RDFXML, Format
from ihubkg.marks import Entry, Index, Mark, Term
from ihubkg.report import Edit
from ihubkg.terms import LOCAL_NAME, PREFIXES

Edits = tuple[Edit, ...]

_STRING = PREFIXES["xsd"] + "string"
_BARE: Mapping[str, re.Pattern[str]] = {
    PREFIXES["xsd"] + "boolean": re.compile(r"true|false"),
    PREFIXES["xsd"] + "integer": re.compile(r"[+-]?[0-9]+"),
    PREFIXES["xsd"] + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
}
_TYPE = PREFIXES["rdf"] + "type"


class Editor(Protocol):
    """How a format is changed; each way may be written in several forms, likeliest first."""

    def write_object(self, entry: Entry, value: Term) -> Iterator[Edits]:
        """Put `value` in the place of the object of `entry`."""

    def write_predicate(self, entry: Entry, predicate: str) -> Iterator[Edits]:
        """Put another field in the place of that of `entry`."""

    def rename(self, old: str, new: str) -> Iterator[Edits]:
        """Write the IRI `new` wherever `old` is written."""

    def remove(self, entry: Entry) -> Iterator[Edits]:
        """Take a statement out."""

    def insert(self, subject: Term, predicate: str, value: Term) -> Iterator[Edits]:
        """Add a statement about a thing that the file speaks of."""


def editor(text: str, fmt: Format, places: Index) -> Editor | None:
    """Return how `text` is changed, or None for a format that we do not change."""
    if fmt == RDFXML:
        return None
    return JsonText(text, places) if fmt == JSONLD else TurtleText(text, fmt, places)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with `edits`, which must not overlap, made.

    >>> apply("a cat", [Edit(2, 5, "dog")])
    'a dog'
    """
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def diff(before: str, after: str, source: str) -> str:
    """Return a unified diff that `patch -p0` applies to the file `source`."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), source, source, n=2
    )
    whole = [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    ]
    return "".join(whole)


_DECLARED = re.compile(r"(?:@prefix|\bPREFIX)\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class TurtleText:
    """A text of Turtle, TriG, N-Triples or N-Quads."""

    text: str
    fmt: Format
    places: Index

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the text declares, by their namespaces."""
        if self.fmt in (NTRIPLES, NQUADS):
            return {}
        return {namespace: prefix for prefix, namespace in _DECLARED.findall(self.text)}

    def write_object(self, entry: Entry, value: Term) -> Iterator[Edits]:
        """See `Editor`."""
        yield (_put(entry.at_object, self.write(value)),)

    def write_predicate(self, entry: Entry, predicate: str) -> Iterator[Edits]:
        """See `Editor`."""
        yield (_put(entry.at_predicate, self.iri(predicate)),)

    def rename(self, old: str, new: str) -> Iterator[Edits]:
        """See `Editor`."""
        node = ox.NamedNode(old)
        marks = {entry.at_subject for entry in self.places.find(node)}
        marks |= {entry.at_object for entry in self.places.find(None, None, node)}
        yield tuple(_put(mark, self.iri(new)) for mark in marks)

    def remove(self, entry: Entry) -> Iterator[Edits]:
        """See `Editor`."""
        together = [e for e in self.places.find(entry.subject) if _listed(e, entry)]
        if len(together) > 1:
            yield (self._without(entry.at_object.start, entry.at_object.end, ","),)
        elif self.fmt in (NTRIPLES, NQUADS):
            start = self.text.rfind("\n", 0, entry.at_subject.start) + 1
            end = self.text.find("\n", entry.at_object.end)
            yield (Edit(start, len(self.text) if end < 0 else end + 1, ""),)
        else:
            yield (self._without(entry.at_predicate.start, entry.at_object.end, ";"),)

    def insert(self, subject: Term, predicate: str, value: Term) -> Iterator[Edits]:
        """See `Editor`."""
        about = [*self.places.find(subject)]
        if not about:
            return
        typed = [entry for entry in about if entry.predicate.value == _TYPE]
        last = max(e.at_object.end for e in about if _listed(e, (typed or about)[0]))
        if self.fmt in (NTRIPLES, NQUADS):
            end = self.text.find("\n", last)
            at = len(self.text) if end < 0 else end + 1
            name = self.text[about[0].at_subject.start : about[0].at_subject.end]
            yield (Edit(at, at, f"{name} {self.iri(predicate)} {self.write(value)} .\n"),)
            return
        said = f"{self.iri(predicate)} {self.write(value)}"
        follows = re.compile(r"[ \t\r\n]*;").match(self.text, last)
        if follows:
            yield (Edit(follows.end(), follows.end(), f"{self._indent(about)}{said} ;"),)
        else:
            yield (Edit(last, last, f" ;{self._indent(about)}{said}"),)

    def write(self, term: Term) -> str:
        """Return a term as the text would write it."""
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if not isinstance(term, ox.Literal):
            return str(term)
        bare = _BARE.get(term.datatype.value)
        if bare is not None and self.fmt not in (NTRIPLES, NQUADS) and bare.fullmatch(term.value):
            return term.value
        quoted = json.dumps(term.value, ensure_ascii=False)
        if term.language is not None:
            return f"{quoted}@{term.language}"
        datatype = term.datatype.value
        return quoted if datatype == _STRING else f"{quoted}^^{self.iri(datatype)}"

    def iri(self, iri: str) -> str:
        """Return an IRI with a prefix that the text declares, where one fits."""
        if iri == _TYPE and self.fmt not in (NTRIPLES, NQUADS):
            return "a"
        for namespace, prefix in self.prefixes.items():
            local = iri.removeprefix(namespace)
            if local != iri and LOCAL_NAME.fullmatch(local):
                return f"{prefix}:{local}"
        return f"<{iri}>"

    def _without(self, start: int, end: int, sign: str) -> Edit:
        """Take out what lies between, with the separator behind it or else the one before."""
        behind = re.compile(rf"[ \t\r\n]*{sign}[ \t]*(?:\r?\n[ \t]*)?").match(self.text, end)
        if behind:
            return Edit(start, behind.end(), "")
        before = re.search(rf"[ \t\r\n]*{sign}[ \t\r\n]*$", self.text[:start])
        return Edit(before.start() if before else start, end, "")

    def _indent(self, about: Sequence[Entry]) -> str:
        """Return the space between two fields of a thing, as its author sets it."""
        for entry in about:
            space = re.search(r"\r?\n[ \t]*$", self.text[: entry.at_predicate.start])
            if space:
                return space[0]
        return " "


@dataclass(frozen=True)
class JsonText:
    """A text of JSON-LD. New fields are written with whole IRIs: contexts stay as they are."""

    text: str
    places: Index

    def write_object(self, entry: Entry, value: Term) -> Iterator[Edits]:
        """See `Editor`."""
        old = self.text[entry.at_object.start : entry.at_object.end]
        plain = json.dumps(getattr(value, "value", ""), ensure_ascii=False)
        if old != "{":
            yield (_put(entry.at_object, plain),)
            yield (_put(entry.at_object, json.dumps(_expanded(value), ensure_ascii=False)),)

    def write_predicate(self, entry: Entry, predicate: str) -> Iterator[Edits]:
        """See `Editor`."""
        old = self.text[entry.at_predicate.start : entry.at_predicate.end]
        if not old.startswith('"'):
            return
        prefix, colon, _ = json.loads(old).partition(":")
        for namespace, known in self._prefixes().items():
            if colon and known == prefix and predicate.startswith(namespace):
                name = json.dumps(f"{prefix}:{predicate.removeprefix(namespace)}")
                yield (_put(entry.at_predicate, name),)
        yield (_put(entry.at_predicate, json.dumps(predicate)),)

    def rename(self, old: str, new: str) -> Iterator[Edits]:
        """See `Editor`."""
        node = ox.NamedNode(old)
        marks = {entry.at_subject for entry in self.places.find(node)}
        marks |= {entry.at_object for entry in self.places.find(None, None, node)}
        yield tuple(_put(mark, json.dumps(new)) for mark in marks)

    def remove(self, entry: Entry) -> Iterator[Edits]:
        """See `Editor`."""
        start, end = entry.at_predicate.start, entry.at_object.end
        behind = re.compile(r"[ \t\r\n]*,[ \t]*(?:\r?\n[ \t]*)?").match(self.text, end)
        if behind:
            yield (Edit(start, behind.end(), ""),)
            return
        before = re.search(r",[ \t\r\n]*$", self.text[:start])
        yield (Edit(before.start() if before else start, end, ""),)

    def insert(self, subject: Term, predicate: str, value: Term) -> Iterator[Edits]:
        """See `Editor`."""
        entry = next(self.places.find(subject), None)
        if entry is None:
            return
        key = "@type" if predicate == _TYPE else predicate
        member = f"{json.dumps(key)}: {json.dumps(_expanded(value), ensure_ascii=False)}"
        if predicate == _TYPE:
            member = f'"@type": {json.dumps(getattr(value, "value", ""))}'
        opening = self.text.rfind("{", 0, entry.at_subject.start + 1)
        if opening >= 0:
            space = re.compile(r"[ \t\r\n]*").match(self.text, opening + 1)
            gap = space[0] if space else ""
            yield (Edit(opening + 1, opening + 1, f"{gap}{member},"),)

    def _prefixes(self) -> Mapping[str, str]:
        found = re.findall(r'"([\w-]+)"\s*:\s*"([^"]+[#/])"', self.text)
        return {namespace: prefix for prefix, namespace in found}


def _put(mark: Mark, text: str) -> Edit:
    return Edit(mark.start, mark.end, text)


def _listed(one: Entry, other: Entry) -> bool:
    """Tell whether two statements share the place of their field: a list of objects."""
    return one.at_predicate == other.at_predicate and one.subject == other.subject


def _expanded(value: Term) -> dict[str, str]:
    """Return a value as expanded JSON-LD writes it."""
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    if not isinstance(value, ox.Literal):
        return {"@id": str(value)}
    if value.language is not None:
        return {"@value": value.value, "@language": value.language}
    if value.datatype.value == _STRING:
        return {"@value": value.value}
    return {"@value": value.value, "@type": value.datatype.value}
