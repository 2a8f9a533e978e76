"""Which place in the file a problem is about: the very subject, field or value.

What is missing is shown at the thing that lacks it; what is too much, at the one too many; a wrong
field at its name; everything else at the value.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from ihubkg import elements, pointers, positions
from ihubkg.errors import ParseError
from ihubkg.formats import JSONLD, RDFXML, Format
from ihubkg.marks import Entry, Index, Mark, Term
from ihubkg.report import Problem
from ihubkg.shapes import name_of
from ihubkg.terms import expand

OF_FIELDS = frozenset({"Subject-knownField", "Subject-ownField", "SubmittedEntity-field"})
"""Shapes whose problem is the field itself, whatever its value."""

_MISSING = frozenset({"MinCount", "QualifiedMinCount"})
_NAME = re.compile(r"\^?[A-Za-z][\w-]*:[\w-]+")
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def index(text: str, fmt: Format, quads: Sequence[ox.Quad], *, base: str) -> Index | None:
    """Return the places of the statements `quads` that were read from `text`.

    None means that they cannot be told: the file nests too deeply, or is odd beyond measure.
    """
    try:
        if fmt == JSONLD:
            return pointers.index(text, quads, base=base)
        if fmt == RDFXML:
            return elements.index(text, base=base)
        return positions.index(text, fmt, base=base).lined_up(quads)
    except ParseError:
        return None


def mark(
    problem: Problem, places: Index, *, is_private: Callable[[str], bool] = lambda _: False
) -> Mark | None:
    """Return where `problem` is written, or None where the file does not speak of it."""
    focus = problem.focus
    if focus is None:
        return None
    if problem.constraint in _MISSING:
        return _gap(places, focus, problem.path) or _subject(places, focus)
    found = [*_about(places, focus, problem.path)]
    if name_of(problem.shape or "") == "PrivateText":
        found = [
            e for e in found if isinstance(e.object, ox.Literal) and is_private(e.object.value)
        ]
        return found[0].at_object if found else _subject(places, focus)
    if problem.value is not None:
        exact = [e for e in found if _same(_far_end(e, focus), problem.value)]
        if exact:
            return _choose(problem, exact[0], focus)
    if problem.constraint in ("MaxCount", "QualifiedMaxCount") and len(found) > 1:
        return _far_mark(found[-1], focus)
    if problem.constraint == "MaxCount" and found:
        return found[0].at_predicate
    if problem.constraint == "UniqueLang":
        return _repeated(found) or _subject(places, focus)
    if problem.path is not None and found and problem.value is None:
        return _choose(problem, found[0], focus)
    return _subject(places, focus)


def entry(problem: Problem, places: Index) -> Entry | None:
    """Return the statement whose field or value `problem` is about, if there is one."""
    if problem.focus is None or problem.constraint in _MISSING:
        return None
    found = [*_about(places, problem.focus, problem.path)]
    if problem.value is not None:
        found = [e for e in found if _same(_far_end(e, problem.focus), problem.value)]
    return found[0] if found else None


def subject_entry(places: Index, focus: Term) -> Entry | None:
    """Return the first statement about `focus`: the one with its kind, if it has one."""
    return next(places.find(focus, _TYPE), next(places.find(focus), None))


def _choose(problem: Problem, found: Entry, focus: Term) -> Mark:
    if name_of(problem.shape or "") in OF_FIELDS:
        return found.at_predicate
    return _far_mark(found, focus)


def _about(places: Index, focus: Term, path: str | None) -> Iterable[Entry]:
    """Yield the statements about `focus` by the fields that `path` begins with."""
    for name in _names(path):
        predicate = ox.NamedNode(name.removeprefix("^"))
        if name.startswith("^"):
            yield from places.find(None, predicate, focus)
        else:
            yield from places.find(focus, predicate)


def _names(path: str | None) -> list[str]:
    """Return the IRIs of the first steps of a path, `^` before those followed backwards."""
    if path is None:
        return []
    if "://" in path and not path.startswith("^"):
        return [path]
    first = path.partition("/")[0] if "(" not in path else path.partition(")")[0].lstrip("(")
    return [
        f"{'^' if step.startswith('^') else ''}{expand(step.removeprefix('^'))}"
        for step in _NAME.findall(first)
    ]


def _gap(places: Index, focus: Term, path: str | None) -> Mark | None:
    """Return the empty cell where one of the fields of `path` would be given."""
    marks = (places.gaps.get((focus, name)) for name in _names(path))
    return next((mark for mark in marks if mark is not None), None)


def _subject(places: Index, focus: Term) -> Mark | None:
    found = subject_entry(places, focus)
    if found is not None:
        return found.at_subject
    mention = next(places.find(None, None, focus), None)
    return None if mention is None else mention.at_object


def _far_end(entry: Entry, focus: Term) -> Term:
    return entry.object if entry.subject == focus else entry.subject


def _far_mark(entry: Entry, focus: Term) -> Mark:
    return entry.at_object if entry.subject == focus else entry.at_subject


def _repeated(found: Sequence[Entry]) -> Mark | None:
    """Return where a language is used for the second time."""
    seen: set[str | None] = set()
    for each in found:
        language = each.object.language if isinstance(each.object, ox.Literal) else None
        if language is not None and language in seen:
            return each.at_object
        seen.add(language)
    return None


def _same(one: Term, other: Term) -> bool:
    """Tell whether two terms are equal, numbers by their value: queries rewrite them."""
    if one == other:
        return True
    if not (isinstance(one, ox.Literal) and isinstance(other, ox.Literal)):
        return False
    if one.language is not None or other.language is not None:
        return False
    try:
        return Decimal(one.value) == Decimal(other.value)
    except InvalidOperation:
        return one.value == other.value
