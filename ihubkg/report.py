"""What validation found: located problems, each with a sentence that says what to do.

A problem keeps its messages in every language that its shape has; which one is read is decided
when the report is written (`ihubkg.rendering`).

>>> report = Report((Problem("Violation", None, "MinCount", message={"en": "Name a source."}),))
>>> report.conforms, report.counts["Violation"]
(False, 1)
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyoxigraph as ox

Severity = Literal["Violation", "Warning", "Info"]
Term = ox.NamedNode | ox.BlankNode | ox.Literal

SEVERITIES: tuple[Severity, ...] = ("Violation", "Warning", "Info")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a file: lines and columns count from 1, in characters; the end is exclusive.

    `pointer` is a JSON Pointer (RFC 6901), `cell` a cell such as `B7`.
    """

    source: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    pointer: str | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """The place as editors and compilers write it: `file.ttl:12:5`, `table.csv:C7`."""
        if self.cell is not None:
            return f"{self.source}:{self.cell}"
        numbers = [str(n) for n in (self.line, self.column) if n is not None]
        return ":".join([self.source, *numbers])


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of the characters `start` to `end` (exclusive, from 0) of a file's text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes a problem and adds none: `patch` is a unified diff of the file."""

    title: str
    patch: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    `shape` is the IRI of the shape, `constraint` the local name of what it asks, such as
    `MinCount`; `path` is the IRI of a field or an expression of several; `field` and `label` are
    the names of field and thing by language, where there are any; `excerpt` is the line that it
    is about.
    """

    severity: Severity
    shape: str | None
    constraint: str
    focus: Term | None = None
    path: str | None = None
    value: Term | None = None
    message: Mapping[str, str] = dataclasses.field(default_factory=dict)
    field: Mapping[str, str] = dataclasses.field(default_factory=dict)
    label: Mapping[str, str] = dataclasses.field(default_factory=dict)
    hint: str | None = None
    location: Location | None = None
    excerpt: str | None = None
    fix: Fix | None = None

    @property
    def cause(self) -> tuple[str, str]:
        """What problems of one cause share: shape and constraint."""
        return (self.shape or "", self.constraint)

    def _rank(self) -> tuple[int, str, str, int, int, str]:
        place = self.location or Location("")
        return (
            SEVERITIES.index(self.severity),
            *self.cause,
            place.line or 0,
            place.column or 0,
            str(self.focus),
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """A statement that a file would change: `change` is new, added, removed or changed.

    `thing` and `field` are names, `old` and `new` values in words; a `new` thing has its `kind`.
    """

    change: Literal["new", "added", "removed", "changed"]
    thing: str
    iri: str
    field: str
    old: str = ""
    new: str = ""
    kind: str = ""

    @property
    def words(self) -> str:
        """The effect in a sentence."""
        match self.change:
            case "new":
                kind = f"{self.kind} " if self.kind else ""
                return f"new: {kind}{self.thing}, {self.new}"
            case "added":
                return f"added: {self.thing}, {self.field}: {self.new}"
            case "removed":
                return f"removed: {self.thing}, {self.field}: {self.old}"
        return f"changed: {self.thing}, {self.field}: {self.new} instead of {self.old}"


@dataclass(frozen=True)
class Changes:
    """What a file would change: things by what becomes of them, and the statements in words."""

    things: Mapping[str, int]
    effects: tuple[Effect, ...] = ()
    truncated: bool = False

    def __add__(self, other: "Changes") -> "Changes":
        """Return what both files would change."""
        things = Counter(self.things) + Counter(other.things)
        counts = {name: things[name] for name in {**self.things, **other.things}}
        effects = (*self.effects, *other.effects)
        return Changes(counts, effects, self.truncated or other.truncated)


@dataclass(frozen=True, slots=True)
class Group:
    """Problems of one cause."""

    severity: Severity
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Report:
    """All problems of a file or a graph; `readable` is false where it could not be read at all.

    `truncated` tells that there are more problems than are kept, `withheld` that the file holds
    private data, which the report does not repeat. `changes` tells what the file
    would change in the graph it was checked against.
    """

    problems: tuple[Problem, ...] = ()
    readable: bool = True
    truncated: bool = False
    withheld: bool = False
    source: str | None = None
    changes: Changes | None = None

    @classmethod
    def of(cls, problems: Iterable[Problem], *, source: str | None = None) -> "Report":
        """Return the report of `problems`: one for each place and cause, worst first."""
        return cls(tuple(sorted(_distinct(problems), key=Problem._rank)), source=source)

    @classmethod
    def joined(cls, reports: "Sequence[Report]") -> "Report":
        """Return the reports on several files as one."""
        if len(reports) == 1:
            return reports[0]
        changes = [report.changes for report in reports if report.changes is not None]
        return cls(
            tuple(problem for report in reports for problem in report.problems),
            readable=all(report.readable for report in reports),
            truncated=any(report.truncated for report in reports),
            withheld=any(report.withheld for report in reports),
            changes=sum(changes[1:], changes[0]) if changes else None,
        )

    @property
    def conforms(self) -> bool:
        """Whether nothing stands against publishing: there is no violation."""
        return self.readable and not any(p.severity == "Violation" for p in self.problems)

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many problems there are of each severity."""
        found = Counter(problem.severity for problem in self.problems)
        return {severity: found[severity] for severity in SEVERITIES}

    def groups(self) -> tuple[Group, ...]:
        """Return the problems by cause, worst first, large groups before small ones."""
        causes: dict[tuple[str, str], list[Problem]] = {}
        for problem in self.problems:
            causes.setdefault(problem.cause, []).append(problem)
        ranked = sorted(
            causes.values(),
            key=lambda found: (SEVERITIES.index(found[0].severity), -len(found), found[0].cause),
        )
        return tuple(Group(found[0].severity, tuple(found)) for found in ranked)

    def first(self, count: int) -> "Report":
        """Return the report with at most `count` problems, the worst ones."""
        if len(self.problems) <= count:
            return self
        return replace(self, problems=self.problems[:count], truncated=True)


def _distinct(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Keep the worst of the problems that say the same of the same thing.

    A gap that is a warning on published data is a violation for submissions, by a shape of its
    own: the sender reads it once.
    """
    worst: dict[tuple[str, str | None, str, str], Problem] = {}
    for problem in problems:
        same = (str(problem.focus), problem.path, problem.constraint, str(problem.value))
        if problem.shape is None:
            same = (*same[:2], f"{problem.constraint} {problem.location}", same[3])
        elif problem.constraint in ("SPARQL", "Not") or problem.path is None:
            same = (*same[:2], f"{problem.shape} {problem.constraint}", same[3])
        known = worst.get(same)
        if known is None or SEVERITIES.index(problem.severity) < SEVERITIES.index(known.severity):
            worst[same] = problem
    return worst.values()


def pick(texts: Mapping[str, str], languages: Sequence[str]) -> tuple[str, str]:
    """Return (text, language): the first of `languages` that there is, else English, else any.

    >>> pick({"en": "Name", "et": "Nimi"}, ["fi", "et-EE"])
    ('Nimi', 'et')
    """
    for language in (*languages, "en"):
        for tag in (language.lower(), language.lower().partition("-")[0]):
            if tag in texts:
                return texts[tag], tag
    return next(((text, tag) for tag, text in texts.items()), ("", "en"))
