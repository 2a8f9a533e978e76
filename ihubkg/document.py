"""A file, checked: read within limits, seen in its context, each problem at its place with a fix.

This is the one way from bytes to a report, for the command line and for the worker that reads what
strangers send. Nothing here fetches or writes anything.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

import pyoxigraph as ox

from ihubkg import duplicates, edits, locate, tabular
from ihubkg.context import Context
from ihubkg.discretion import Discretion
from ihubkg.edits import Editor
from ihubkg.effects import changes
from ihubkg.errors import LimitExceeded, ParseError, TooLarge
from ihubkg.fixes import Candidate, Mender
from ihubkg.formats import CSV, JSONLD, TRIG, TURTLE, Format
from ihubkg.marks import Index, Mark, Term, Text
from ihubkg.model import Model
from ihubkg.parse import MIB, Limits, Remark, decode, fault, odd_signs, read, too_large
from ihubkg.pinned import Contexts, Pinned
from ihubkg.report import Edit, Fix, Location, Problem, Report
from ihubkg.shapes import name_of
from ihubkg.spelling import Vocabulary
from ihubkg.tabular import Fault
from ihubkg.templates import Templates
from ihubkg.terms import PREFIXES, shape
from ihubkg.validate import Checker, is_system

BASE = "https://w3id.org/ihub4schools/id/"
"""Against which relative addresses in a file are read."""

FIXES = 50
"""Most problems of a report for which a fix is looked for."""

TRIES = 8
"""Most changes that are tried for one problem."""

SECONDS = 8.0
"""Time in which fixes are looked for."""

LOCATED = 4 * MIB
"""Longest text, in characters, in which places are looked for."""

_SAMPLES = {TURTLE: b'<a:a> a <a:b> ; <a:c> "d" .', JSONLD: b'{"@id": "a:a", "a:b": "c"}'}

_SPELLING = frozenset({"Subject-knownKind", "Subject-knownField"})


@dataclass(frozen=True)
class Options:
    """How a file is checked.

    `moved` are the IRIs of things that changed since the version of the dataset that the sender
    began from, each with the time. `seconds` is how long the check of the shapes may take, by
    `clock`, which counts the time of the processor: a busy machine finds no less; None is as long
    as it takes.
    """

    source: str = "data"
    base: str = BASE
    limits: Limits = field(default_factory=Limits)
    fixes: bool = True
    moved: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    clock: Callable[[], float] = time.process_time


@dataclass(frozen=True)
class Reading:
    """What a file says; `places` and `editor` are None where its text cannot be followed."""

    quads: Sequence[ox.Quad]
    remarks: tuple[Remark, ...]
    places: Callable[[], Index | None]
    editor: Callable[[], Editor | None]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Inspector:
    """What checks files: the shapes of a profile and the vocabulary, made ready once."""

    checker: Checker
    vocabulary: Vocabulary
    templates: Templates
    contexts: Contexts

    @classmethod
    def of(cls, model: Model, *, profile: str = "published") -> "Inspector":
        """Return the inspector of the packaged shapes and vocabulary."""
        checker = Checker(model, profile=profile)
        return cls(checker, Vocabulary(model.ontology), Templates(model), Contexts(model))

    def name(self, iri: str) -> str:
        """Return the name of a field, kind or term: that of its form, or of the ontology."""
        known = self.checker.shapes.names.get(iri)
        return known or self.vocabulary.label(iri)

    def warm(self) -> None:
        """Work out what the first file would wait for, in a process that others come from."""
        self.checker.warm()
        for known in (self.vocabulary.fields, self.vocabulary.kinds, self.templates.schemas):
            len(known)
        len(self.contexts.known)
        for fmt, text in _SAMPLES.items():
            self.inspect(text, fmt, Context())

    def inspect(
        self, data: bytes, fmt: Format, context: Context, options: Options | None = None
    ) -> Report:
        """Return the report on a file; `readable` is false where it is not of its format.

        What goes beyond a limit, in the whole file or in a part of it, is not read either.
        """
        given = options or Options()
        if len(data) > given.limits.size:
            return _beyond(too_large(len(data), given.limits), given.source)
        text = Text(data.decode("utf-8", errors="replace").removeprefix("\ufeff"))
        try:
            reading = self.read(data, fmt, given)
            file = _File(self, text, fmt, reading, context, given)
            report = file.report()
        except ParseError as error:
            return self._unreadable(error, text, fmt, given)
        except TooLarge as error:
            return _beyond(error, given.source)
        return file.shown(file.mended(report) if given.fixes else report)

    def read(self, data: bytes, fmt: Format, options: Options) -> Reading:
        """Return what a file says.

        Raises:
            ParseError: it is not of its format.
            TooLarge: it is beyond a limit.
        """
        if fmt == CSV:
            return self._table(data, options)
        pinned = Pinned(decode(data, options.limits))
        if fmt == JSONLD:
            pinned = self.contexts.put_in(pinned.text)
        limits, given = options.limits, pinned.text.encode()
        found = read(given, fmt, base=options.base, limits=limits, named_graphs=True)
        text = pinned.text

        @cache
        def places() -> Index | None:
            if len(text) > LOCATED:
                return None
            index = locate.index(text, fmt, found.quads, base=options.base)
            return None if index is None else pinned.index(index)

        def editor() -> Editor | None:
            known = places()
            sent = data.decode("utf-8").removeprefix("\ufeff")
            return None if known is None else edits.editor(sent, fmt, known)

        return Reading(found.quads, found.remarks, places, editor)

    def _table(self, data: bytes, options: Options) -> Reading:
        text = decode(data, options.limits)
        table = tabular.read(text, *self.templates.recognise(text, options.source))
        most = options.limits.triples
        if len(table.quads) > most:
            message = f"The table makes more than the {most:,} statements that are taken."
            raise TooLarge(message, most, len(table.quads))
        for entry in table.index.entries:
            for term in (entry.subject, entry.object):
                wrong = fault(term, options.limits)
                if wrong:
                    raise ParseError(wrong, *Text(text).place(entry.at_object.start))
        remarks = tuple(odd_signs(text))
        return Reading(
            table.quads, remarks, lambda: table.index, lambda: table.editor, table.faults
        )

    def _unreadable(self, error: ParseError, text: Text, fmt: Format, options: Options) -> Report:
        line, column = error.line or 1, error.column or 1
        start = min(text.offset(line, column), len(text.content))
        place = text.location(Mark(start, min(start + 1, len(text.content))), options.source)
        problem = Problem(
            "Violation", None, "Syntax", message={"en": error.message}, location=place
        )
        if fmt in (TURTLE, TRIG):
            problem = replace(problem, fix=_declared(error.message, text.content, fmt, options))
        discretion = Discretion(self.checker.is_private)
        shown = _shown(problem, text, discretion)
        withheld = discretion.hides_any(text.content, (problem,))
        return Report((shown,), readable=False, withheld=withheld, source=options.source)


def validate_document(
    data: bytes,
    fmt: Format,
    *,
    model: Model,
    context: Context | None = None,
    source: str = "data",
    profile: str = "published",
) -> Report:
    """Return the report on one file, seen in `context` (the packaged graph)."""
    seen = Context.packaged(model) if context is None else context
    inspector = Inspector.of(model, profile=profile)
    return inspector.inspect(data, fmt, seen, Options(source=source))


@dataclass(frozen=True)
class _File:
    """One file that could be read."""

    inspector: Inspector
    text: Text
    fmt: Format
    reading: Reading
    context: Context
    options: Options

    @property
    def quads(self) -> Sequence[ox.Quad]:
        """What the file says."""
        return self.reading.quads

    def report(self) -> Report:
        end = None if self.options.seconds is None else self.options.clock() + self.options.seconds
        found = self.found(is_late=lambda: end is not None and self.options.clock() > end)
        doubles = [*self._doubles(), *self._moved()]
        places = self.reading.places() if found.problems or doubles else None
        source = self.options.source
        problems = [
            *(self._located(problem, places) for problem in found.problems),
            *(_remarked(remark, self.text, source) for remark in self.reading.remarks),
            *(self._faulty(one) for one in self.reading.faults),
            *(self._located(problem, places) for problem in doubles),
        ]
        report = Report.of(problems, source=self.options.source)
        changed = changes(self.quads, self.context, name=self.inspector.name)
        return replace(report, truncated=found.truncated, changes=changed)

    def _doubles(self) -> Iterator[Problem]:
        """Yield what seems to be in the graph already: asked of submissions."""
        checker = self.inspector.checker
        if checker.shapes.profile == "submission":
            yield from duplicates.find(self.quads, self.context, checker.classes.above)

    def _moved(self) -> Iterator[Problem]:
        """Yield what changed in the graph since the sender began."""
        for iri in sorted({*map(_address, self.quads)} & self.options.moved.keys()):
            time = self.options.moved[iri][:16].replace("T", " ")
            message = (
                f"What is published of this changed on {time} (UTC), after the version that you "
                "began from: compare what the file would change before you send it."
            )
            yield Problem("Warning", None, "Base", ox.NamedNode(iri), message={"en": message})

    def shown(self, report: Report) -> Report:
        """Return `report` with the lines that problems are about, without what is private."""
        checker = self.inspector.checker
        fields, problems = checker.private_fields, report.problems
        discretion = Discretion.of(self.quads, problems, fields, checker.is_private)
        return replace(
            report,
            problems=tuple(_shown(one, self.text, discretion) for one in problems),
            changes=None if report.changes is None else discretion.changes(report.changes),
            withheld=discretion.hides_any(self.text.content, problems),
        )

    def found(
        self, only: frozenset[Term] | None = None, is_late: Callable[[], bool] = lambda: False
    ) -> Report:
        """Return the problems of the statements, without places; of the things `only`, if given.

        Raises:
            TooLarge: there are more values than can be compared.
        """
        system = {quad for quad in self.quads if self._is_new_system(quad)}
        data = [quad for quad in self.quads if quad not in system]
        try:
            found = self.inspector.checker.check(data, self.context, only=only, is_late=is_late)
        except LimitExceeded as error:
            raise TooLarge(error.message, int(error.limit or 0)) from error
        report = Report.of([*found.problems, *map(_about_system, system)])
        return replace(report, truncated=found.truncated)

    def mended(self, report: Report) -> Report:
        """Return `report` with a fix for each problem that a change is found to mend."""
        if not any(problem.severity != "Info" and problem.focus for problem in report.problems):
            return report
        mender = self._mender()
        if mender is None:
            return report
        until = self.options.clock() + SECONDS
        problems = []
        for number, problem in enumerate(report.problems):
            if number < FIXES and problem.severity != "Info" and self.options.clock() < until:
                problem = self._with_fix(problem, mender, lambda: self.options.clock() > until)
            problems.append(problem)
        return replace(report, problems=tuple(problems))

    def _mender(self) -> Mender | None:
        places, editor = self.reading.places(), self.reading.editor()
        if places is None or editor is None:
            return None
        checker = self.inspector.checker
        return Mender(
            places,
            editor,
            checker.shapes,
            self.inspector.vocabulary,
            self.context,
            checker.classes.above,
        )

    def _with_fix(self, problem: Problem, mender: Mender, is_late: Callable[[], bool]) -> Problem:
        """Return `problem` with the first change after which it is gone and no other has come.

        A likely change that is not enough by itself is named as a hint.
        """
        first: Candidate | None = None
        for candidate in islice(mender.candidates(problem), TRIES):
            first = first or candidate
            if self._mends(problem, candidate, is_late):
                fix = self._written(candidate)
                if fix is not None:
                    return replace(problem, fix=fix)
        is_spelling = name_of(problem.shape or "") in _SPELLING
        if first is not None and is_spelling and not self._is_private(first):
            return replace(problem, hint=f"Perhaps: {first.title}.")
        return problem

    def _mends(self, problem: Problem, candidate: Candidate, is_late: Callable[[], bool]) -> bool:
        text = edits.apply(self.text.content, candidate.edits)
        options = self.options
        try:
            reading = self.inspector.read(text.encode(), self.fmt, options)
            changed = replace(self, text=Text(text), reading=reading)
            only = _touched(self.quads, reading.quads)
            if problem.focus is not None:
                only.add(problem.focus)
            before = {_key(other) for other in self.found(frozenset(only), is_late).problems}
            names = _renamed(self.quads, reading.quads)
            found = changed.found(frozenset(only), is_late)
            after = {_key(other, names) for other in found.problems}
        except (ParseError, TooLarge):
            return False
        return _key(problem) in before and after < before and _key(problem) not in after

    def _faulty(self, one: Fault) -> Problem:
        """Return a cell that says nothing as a problem, with what mends it, if that is known."""
        place = self.text.location(one.mark, self.options.source)
        problem = Problem("Violation", None, "Table", message={"en": one.message}, location=place)
        if not one.edits:
            return problem
        candidate = Candidate(one.title, one.edits)
        text = edits.apply(self.text.content, one.edits)
        try:
            reading = self.inspector.read(text.encode(), self.fmt, self.options)
            changed = replace(self, text=Text(text), reading=reading)
            is_better = len(reading.faults) < len(self.reading.faults)
            before = {_key(other) for other in self.found().problems}
            if is_better and {_key(other) for other in changed.found().problems} <= before:
                return replace(problem, fix=self._written(candidate))
        except (ParseError, TooLarge):
            pass
        return replace(problem, hint=f"Perhaps: {one.title}.")

    def _is_private(self, candidate: Candidate) -> bool:
        texts = (candidate.title, *(edit.text for edit in candidate.edits))
        return any(map(self.inspector.checker.is_private, texts))

    def _written(self, candidate: Candidate) -> Fix | None:
        after = edits.apply(self.text.content, candidate.edits)
        patch = edits.diff(self.text.content, after, self.options.source)
        if self.inspector.checker.is_private(patch):
            return None
        return Fix(candidate.title, patch, candidate.edits)

    def _located(self, problem: Problem, places: Index | None) -> Problem:
        checker = self.inspector.checker
        # Of a near double the name is the place, and the value the other thing.
        at = replace(problem, value=None) if problem.constraint == "Near" else problem
        mark = places and locate.mark(at, places, is_private=checker.is_private)
        if not mark:
            return replace(problem, location=Location(self.options.source))
        return replace(problem, location=self.text.location(mark, self.options.source))

    def _is_new_system(self, quad: ox.Quad) -> bool:
        known = self.context.find(quad.subject, quad.predicate, quad.object)
        return is_system(quad) and next(known, None) is None


def _address(quad: ox.Quad) -> str:
    return quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""


def _beyond(error: TooLarge, source: str) -> Report:
    """Return the report on a file that goes beyond a limit."""
    message = {"en": error.message}
    problem = Problem("Violation", None, "Limit", message=message, location=Location(source))
    return Report((problem,), readable=False, source=source)


def _shown(problem: Problem, text: Text, discretion: Discretion) -> Problem:
    found = discretion.problem(problem)
    return replace(found, excerpt=discretion.excerpt(text, problem))


def _touched(before: Sequence[ox.Quad], after: Sequence[ox.Quad]) -> set[Term]:
    """Return the things of which two forms of a file say different things, and their neighbours."""
    one, other = ({q.triple for q in quads} for quads in (before, after))
    changed = one ^ other
    things: set[Term] = {term for t in changed for term in (t.subject, t.object)}
    things |= {t.subject for t in one | other if t.object in things}
    things |= {t.object for t in one | other if t.subject in things}
    return {term for term in things if not isinstance(term, ox.Literal)}


def _renamed(before: Sequence[ox.Quad], after: Sequence[ox.Quad]) -> Mapping[str, str]:
    """Return the old addresses of things by the new ones, where nothing else changed place."""
    if len(before) != len(after):
        return {}
    pairs = zip(before, after, strict=True)
    return {str(new.subject): str(old.subject) for old, new in pairs if old.subject != new.subject}


def _key(problem: Problem, names: Mapping[str, str] | None = None) -> object:
    """Return what makes two problems of two forms of a file the same."""
    focus = None if isinstance(problem.focus, ox.BlankNode) else str(problem.focus)
    focus = (names or {}).get(focus or "", focus)
    value = None if isinstance(problem.value, ox.BlankNode) else str(problem.value)
    text = problem.message.get("en") if problem.shape is None else None
    return (problem.shape, problem.constraint, focus, problem.path, value, text)


def _about_system(quad: ox.Quad) -> Problem:
    return Problem(
        "Violation",
        shape("File-system"),
        "System",
        quad.subject if not isinstance(quad.subject, ox.Triple) else None,
        quad.predicate.value,
        quad.object if not isinstance(quad.object, ox.Triple) else None,
        {"en": "Remove this: data cannot change the ontology or the shapes."},
    )


def _remarked(remark: Remark, text: Text, source: str) -> Problem:
    place = Location(source)
    if remark.line is not None:
        start = text.offset(remark.line, remark.column or 1)
        place = text.location(Mark(start, min(start + 1, len(text.content))), source)
    return Problem("Warning", None, "Remark", message={"en": remark.message}, location=place)


_UNDECLARED = re.compile(r"The prefix (\S*): is not declared")


def _declared(message: str, text: str, fmt: Format, options: Options) -> Fix | None:
    """Return the declaration of a prefix of ours that the text uses, if that makes it readable."""
    found = _UNDECLARED.match(message)
    if found is None or found[1] not in PREFIXES:
        return None
    line = f"@prefix {found[1]}: <{PREFIXES[found[1]]}> .\n"
    edit = Edit(0, 0, line)
    after = edits.apply(text, (edit,))
    try:
        read(after.encode(), fmt, base=options.base, limits=options.limits, named_graphs=True)
    except ParseError:
        return None
    patch = edits.diff(text, after, options.source)
    return Fix(f"Declare the prefix {found[1]}:", patch, (edit,))
