"""What a report must not repeat: private data is refused with an explanation, never with itself.

Private is a text that the shapes refuse as such, every value of a field that holds private data,
and whatever a file says of a pupil. A report tells where it stands and that it has to go; it is
not in a value, a label, an address, a message, a hint, a fix or an excerpt, in any format.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from ihubkg.marks import Text
from ihubkg.report import Changes, Fix, Problem
from ihubkg.shapes import name_of

SHORTEST = 4
"""Characters from which on a private text is looked for within other texts."""

LONGEST = 200
"""Most characters of an excerpt."""

_PUPIL = "Person-pupil"
_PRIVATE = frozenset({_PUPIL, "PrivateText", "Entity-privateField"})
_REFUSED: Mapping[str, str] = {
    "en": "This cannot be read, and holds what seems to be private data: remove that first."
}

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True)
class Discretion:
    """What is private in one file: what `is_private` knows by its form, and the texts `values`."""

    is_private: Callable[[str], bool]
    values: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        quads: Iterable[ox.Quad],
        problems: Iterable[Problem],
        fields: frozenset[str],
        is_private: Callable[[str], bool],
    ) -> "Discretion":
        """Return what is private in `quads`; `fields` hold private data whatever they say."""
        pupils = {p.focus for p in problems if name_of(p.shape or "") == _PUPIL}
        values = {pupil.value for pupil in pupils if isinstance(pupil, ox.NamedNode)}
        for quad in quads:
            is_text = isinstance(quad.object, ox.Literal)
            if quad.predicate.value in fields or (is_text and quad.subject in pupils):
                values.add(_text(quad.object))
        return cls(is_private, frozenset(value for value in values if value.strip()))

    def hides(self, text: str) -> bool:
        """Tell whether a text holds what must not be repeated."""
        if text in self.values or self.is_private(text):
            return True
        return any(len(value) >= SHORTEST and value in text for value in self.values)

    def problem(self, problem: Problem) -> Problem:
        """Return `problem` without what must not be repeated."""
        focus, value, fix = problem.focus, problem.value, problem.fix
        if focus is not None and self.hides(_text(focus)):
            focus = None
        is_named = focus is not None and not any(map(self.hides, problem.label.values()))
        return replace(
            problem,
            focus=focus,
            label=problem.label if is_named else {},
            value=None if value is None or self.hides(_text(value)) else value,
            message=_REFUSED if any(map(self.hides, problem.message.values())) else problem.message,
            hint=None if problem.hint is None or self.hides(problem.hint) else problem.hint,
            fix=None if fix is None or self._is_telling(fix) else fix,
        )

    def hides_any(self, text: str, problems: Iterable[Problem]) -> bool:
        """Tell whether a file, its `text` and the `problems` found in it, holds private data."""
        refused = any(name_of(problem.shape or "") in _PRIVATE for problem in problems)
        return refused or bool(self.values) or self.is_private(text)

    def changes(self, changes: Changes) -> Changes:
        """Return `changes` without the statements that must not be repeated."""
        kept = tuple(
            effect
            for effect in changes.effects
            if not any(map(self.hides, (effect.thing, effect.iri, effect.old, effect.new)))
        )
        return replace(changes, effects=kept)

    def excerpt(self, text: Text, problem: Problem) -> str | None:
        """Return the line that `problem` is about, if it may be shown, with the end cut off."""
        line = problem.location and problem.location.line
        if not line:
            return None
        start = text.offset(line, 1)
        end = text.content.find("\n", start)
        whole = text.content[start : end if end >= 0 else None].rstrip()
        column = (problem.location and problem.location.column) or 1
        if len(whole) > 100 * LONGEST or column > LONGEST or self.hides(whole):
            return None
        return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"

    def _is_telling(self, fix: Fix) -> bool:
        return self.hides(fix.patch) or self.hides(fix.title)


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
