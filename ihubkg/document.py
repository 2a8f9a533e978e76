"""A file, checked: read within limits, seen in its context, each problem at its place with a fix.

This is the one way from bytes to a report, for the command line and for the worker that reads what
strangers send. Nothing here fetches or writes anything.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import pyoxigraph as ox

from ihubkg import edits, locate
from ihubkg.context import Context
from ihubkg.errors import LimitExceeded, ParseError, TooLarge
from ihubkg.fixes import Candidate, Mender
from ihubkg.formats import TRIG, TURTLE, Format
from ihubkg.marks import Index, Mark, Term, Text
from ihubkg.model import Model
from ihubkg.parse import Limits, Remark, read
from ihubkg.report import Edit, Fix, Location, Problem, Report
from ihubkg.shapes import name_of
from ihubkg.spelling import Vocabulary
from ihubkg.terms import PREFIXES, shape
from ihubkg.validate import Checker, is_system

BASE = "https://w3id.org/ihub4schools/id/"
"""Against which relative addresses in a file are read."""

FIXES = 50
"""Most problems of a report for which a fix is looked for."""

TRIES = 8
"""Most changes that are tried for one problem."""

SECONDS = 10.0
"""Time in which fixes are looked for."""

_SPELLING = frozenset({"Subject-knownKind", "Subject-knownField"})


@dataclass(frozen=True)
class Options:
    """How a file is checked; `clock` gives seconds, for the time that fixes may take."""

    source: str = "data"
    base: str = BASE
    limits: Limits = field(default_factory=Limits)
    fixes: bool = True
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Inspector:
    """What checks files: the shapes of a profile and the vocabulary, made ready once."""

    checker: Checker
    vocabulary: Vocabulary

    @classmethod
    def of(cls, model: Model, *, profile: str = "published") -> "Inspector":
        """Return the inspector of the packaged shapes and vocabulary."""
        return cls(Checker(model, profile=profile), Vocabulary(model.ontology))

    def inspect(
        self, data: bytes, fmt: Format, context: Context, options: Options | None = None
    ) -> Report:
        """Return the report on a file; `readable` is false where it is not of its format.

        Raises:
            TooLarge: the file is beyond a limit.
        """
        given = options or Options()
        text = Text(data.decode("utf-8", errors="replace").removeprefix("\ufeff"))
        try:
            parsed = read(data, fmt, base=given.base, limits=given.limits, named_graphs=True)
        except ParseError as error:
            return self._unreadable(error, text, fmt, given)
        file = _File(self, text, fmt, parsed.quads, context, given)
        report = file.report(parsed.remarks)
        return report if not given.fixes else file.mended(report)

    def _unreadable(self, error: ParseError, text: Text, fmt: Format, options: Options) -> Report:
        line, column = error.line or 1, error.column or 1
        start = min(text.offset(line, column), len(text.content))
        place = text.location(Mark(start, min(start + 1, len(text.content))), options.source)
        problem = Problem(
            "Violation", None, "Syntax", message={"en": error.message}, location=place
        )
        if fmt in (TURTLE, TRIG):
            problem = replace(problem, fix=_declared(error.message, text.content, fmt, options))
        return Report((problem,), readable=False, source=options.source)


def validate_document(
    data: bytes,
    fmt: Format,
    *,
    model: Model,
    context: Context | None = None,
    source: str = "data",
    profile: str = "published",
) -> Report:
    """Return the report on one file, seen in `context` (the packaged graph).

    Raises:
        TooLarge: the file is beyond a limit.
    """
    seen = Context.packaged(model) if context is None else context
    inspector = Inspector.of(model, profile=profile)
    return inspector.inspect(data, fmt, seen, Options(source=source))


@dataclass(frozen=True)
class _File:
    """One file that could be read."""

    inspector: Inspector
    text: Text
    fmt: Format
    quads: Sequence[ox.Quad]
    context: Context
    options: Options

    def report(self, remarks: Sequence[Remark] = ()) -> Report:
        places = locate.index(self.text.content, self.fmt, self.quads, base=self.options.base)
        found = self.found()
        problems = [
            *(self._located(problem, places) for problem in found.problems),
            *(_remarked(remark, self.text, self.options.source) for remark in remarks),
        ]
        report = Report.of(problems, source=self.options.source)
        return replace(report, truncated=found.truncated, changes=self._changes())

    def found(self, only: frozenset[Term] | None = None) -> Report:
        """Return the problems of the statements, without places; of the things `only`, if given.

        Raises:
            TooLarge: there are more values than can be compared.
        """
        system = {quad for quad in self.quads if self._is_new_system(quad)}
        data = [quad for quad in self.quads if quad not in system]
        try:
            found = self.inspector.checker.check(data, self.context, only=only)
        except LimitExceeded as error:
            raise TooLarge(error.message, int(error.limit or 0)) from error
        report = Report.of([*found.problems, *map(_about_system, system)])
        return replace(report, truncated=found.truncated)

    def mended(self, report: Report) -> Report:
        """Return `report` with a fix for each problem that a change is found to mend."""
        mender = self._mender()
        if mender is None:
            return report
        until = self.options.clock() + SECONDS
        problems = []
        for number, problem in enumerate(report.problems):
            if number < FIXES and problem.severity != "Info" and self.options.clock() < until:
                problem = self._with_fix(problem, mender)
            problems.append(problem)
        return replace(report, problems=tuple(problems))

    def _mender(self) -> Mender | None:
        text = self.text.content
        places = locate.index(text, self.fmt, self.quads, base=self.options.base)
        editor = None if places is None else edits.editor(text, self.fmt, places)
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

    def _with_fix(self, problem: Problem, mender: Mender) -> Problem:
        """Return `problem` with the first change after which it is gone and no other has come.

        A likely change that is not enough by itself is named as a hint.
        """
        first: Candidate | None = None
        for candidate in islice(mender.candidates(problem), TRIES):
            first = first or candidate
            if self._mends(problem, candidate):
                fix = self._written(candidate)
                if fix is not None:
                    return replace(problem, fix=fix)
        is_spelling = name_of(problem.shape or "") in _SPELLING
        if first is not None and is_spelling and not self._is_private(first):
            return replace(problem, hint=f"Perhaps: {first.title}.")
        return problem

    def _mends(self, problem: Problem, candidate: Candidate) -> bool:
        text = edits.apply(self.text.content, candidate.edits)
        options = self.options
        try:
            parsed = read(
                text.encode(), self.fmt, base=options.base, limits=options.limits, named_graphs=True
            )
            changed = replace(self, text=Text(text), quads=parsed.quads)
            only = _touched(self.quads, parsed.quads)
            if problem.focus is not None:
                only.add(problem.focus)
            before = {_key(other) for other in self.found(frozenset(only)).problems}
            after = {_key(other) for other in changed.found(frozenset(only)).problems}
        except (ParseError, TooLarge):
            return False
        return _key(problem) in before and after < before and _key(problem) not in after

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
        mark = places and locate.mark(problem, places, is_private=checker.is_private)
        if not mark:
            return replace(problem, location=Location(self.options.source))
        return replace(problem, location=self.text.location(mark, self.options.source))

    def _is_new_system(self, quad: ox.Quad) -> bool:
        known = self.context.find(quad.subject, quad.predicate, quad.object)
        return is_system(quad) and next(known, None) is None

    def _changes(self) -> dict[str, int]:
        """Count the things that the file would add, change or leave as they are."""
        said: dict[object, set[ox.Triple]] = {}
        for quad in self.quads:
            said.setdefault(quad.subject, set()).add(quad.triple)
        count = {"new": 0, "changed": 0, "same": 0}
        for subject, triples in said.items():
            known = (
                {quad.triple for quad in self.context.find(subject, None, None)}
                if isinstance(subject, ox.NamedNode)
                else set()
            )
            count["new" if not known else "same" if triples <= known else "changed"] += 1
        return count


def _touched(before: Sequence[ox.Quad], after: Sequence[ox.Quad]) -> set[Term]:
    """Return the things of which two forms of a file say different things, and their neighbours."""
    one, other = ({q.triple for q in quads} for quads in (before, after))
    changed = one ^ other
    things: set[Term] = {term for t in changed for term in (t.subject, t.object)}
    things |= {t.subject for t in one | other if t.object in things}
    things |= {t.object for t in one | other if t.subject in things}
    return {term for term in things if not isinstance(term, ox.Literal)}


def _key(problem: Problem) -> object:
    """Return what makes two problems of two forms of a file the same."""
    focus = None if isinstance(problem.focus, ox.BlankNode) else str(problem.focus)
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
