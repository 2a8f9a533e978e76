"""Why a question has no answer: which part removed the last row, and what would have one.

Rows are counted along the join, part by part as the author wrote them. Then each parameter is
tried with other values, the nearest first, until some give an answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import pyoxigraph as ox

from ihubkg import files, values
from ihubkg.header import Parameter
from ihubkg.names import Graph, Names, rows
from ihubkg.parts import Part, enclose, parts
from ihubkg.question import Question
from ihubkg.tokens import Term
from ihubkg.values import Call, hours

Bound = Mapping[str, tuple[Term, ...]]

_TRIES = 40
"""Most values that are tried for one parameter."""

_ALL_TRIES = 60
"""Most values that are tried in all, shared by the parameters that were given."""

_LEAST_TRIES = 8
"""Values that are tried for each parameter, however many were given."""

_OFFERS = 3
"""Most values that are offered for one parameter."""

_MEASURED = ("integer", "decimal", "duration")
"""Types of which the nearest value is enough."""


@dataclass(frozen=True)
class Count:
    """How many rows are left behind a part: `words` or, without them, its `pattern`."""

    words: str | None
    pattern: str
    rows: int


@dataclass(frozen=True)
class Offer:
    """A change of the call that has an answer; without a value, leave the parameter out."""

    parameter: str
    value: str | None
    label: str | None


@dataclass(frozen=True)
class Empty:
    """Why there is no row: a sentence, the counts up to the part that took the last, and offers."""

    message: str
    counts: tuple[Count, ...]
    offers: tuple[Offer, ...]

    def as_dict(self) -> dict[str, object]:
        """Return this as JSON has it."""
        return {
            "message": self.message,
            "parts": [
                {"what": count.words, "pattern": count.pattern, "rows": count.rows}
                for count in self.counts
            ],
            "instead": [
                {"parameter": offer.parameter, "value": offer.value, "label": offer.label}
                for offer in self.offers
            ],
        }


def why(
    graph: Graph, question: Question, call: Call, names: Names, languages: Sequence[str] = ("en",)
) -> Empty:
    """Return why `call` of `question` gives no row."""
    if call.offset and _has_rows(graph, question, call.values):
        return Empty(f"There are fewer than {call.offset + 1} rows: ask from the first.", (), ())
    counts = tuple(_count(graph, question, call.values))
    labels = names.shown(languages)
    offers = tuple(_offers(graph, question, call, names, labels))
    return Empty(_sentence(counts, offers), counts, offers)


def _sentence(counts: Sequence[Count], offers: Sequence[Offer]) -> str:
    said = "The graph holds nothing of the kind."
    if counts and counts[-1].rows == 0:
        last = counts[-1].words or f"“{counts[-1].pattern}”"
        before = counts[-2].rows if len(counts) > 1 else 0
        many = f"{before} or more" if before >= _MOST else str(before)
        said = (
            f"Of {many} rows none meets this: {last}." if before else f"Nothing meets this: {last}."
        )
    if not offers:
        return said
    told = " or ".join(_told(offer) for offer in offers[:_OFFERS])
    return f"{said} There is an answer {told}."


_MOST = 1000


def _told(offer: Offer) -> str:
    if offer.value is None:
        return f"without {offer.parameter}"
    return f"with {offer.parameter}={offer.value}"


def _count(graph: Graph, question: Question, bound: Bound) -> Iterator[Count]:
    """Yield the rows left behind each part that can drop rows, until none is left."""
    template = (files.root() / "queries" / "index" / "count.rq").read_text(encoding="utf-8")
    joined: list[str] = []
    for part in _in_turn(parts(question.query)):
        text = part.frame.fill(bound)
        joined.append(text)
        if part.keeps_rows:
            continue
        body = " .\n".join(joined)
        found = next(rows(graph, enclose(template, question.query.prologue, body)))
        left = int(found["rows"].value)
        yield Count(part.words, " ".join(text.split()), left)
        if left == 0:
            return


def _in_turn(found: Iterable[Part]) -> tuple[Part, ...]:
    """Put filters last: wherever they stand, they hold for the whole group."""
    return tuple(sorted(found, key=lambda part: part.is_filter))


def _offers(
    graph: Graph, question: Question, call: Call, names: Names, labels: Mapping[str, str]
) -> Iterator[Offer]:
    given = max(1, len(call.values))
    tries = min(_TRIES, max(_LEAST_TRIES, _ALL_TRIES // given))
    for name, bound in call.values.items():
        parameter = question.parameter(name)
        if parameter is None:
            continue
        rest = {other: terms for other, terms in call.values.items() if other != name}
        if not parameter.required and _has_rows(graph, question, rest):
            yield Offer(name, None, None)
        if len(bound) == 1:
            near = (
                term
                for term in islice(_near(parameter, bound[0], names), tries)
                if _has_rows(graph, question, {**rest, name: (term,)})
            )
            for term in islice(near, 1 if parameter.type.name in _MEASURED else _OFFERS):
                yield Offer(name, _text(parameter, term, names), labels.get(term.value))


def _near(parameter: Parameter, term: Term, names: Names) -> Iterator[Term]:
    """Yield other values of a parameter, the nearest to `term` first."""
    match parameter.type.name:
        case "concept" | "thing":
            members = names.members(parameter.type)
            here = members.index(term.value) if term.value in members else 0
            order = sorted(range(len(members)), key=lambda at: (abs(at - here), at))
            yield from (ox.NamedNode(members[at]) for at in order if at != here)
        case "duration":
            far = sorted(
                _DURATIONS, key=lambda text: abs(hours(text).ln() - Decimal(term.value).ln())
            )
            yield from (values.term(parameter, text, names) for text in far)
        case "integer" | "decimal" if isinstance(term, ox.Literal):
            value = Decimal(term.value) or Decimal(1)
            for power in range(1, 13):
                yield from (
                    _like(term, amount)
                    for amount in (value * 2**power, value / 2**power)
                    if parameter.type.name != "integer" or amount == int(amount)
                )
        case "text":
            yield from (ox.Literal(choice) for choice in parameter.choices if choice != term.value)
        case "language":
            tags = {tag for texts in names.labels.values() for tag in texts if tag}
            yield from (ox.Literal(tag) for tag in sorted(tags - {term.value}))


def _like(term: ox.Literal, amount: Decimal) -> ox.Literal:
    text = f"{amount:f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return ox.Literal(short, datatype=term.datatype)


def _text(parameter: Parameter, term: Term, names: Names) -> str:
    """Return the value as one would type it."""
    if isinstance(term, ox.NamedNode):
        return names.short(parameter.type, term.value)
    if parameter.type.name == "duration":
        return next(text for text in _DURATIONS if hours(text) == Decimal(term.value))
    return term.value


_DURATIONS = (
    *("PT15M", "PT30M", "PT1H", "PT90M", "PT2H", "PT3H", "PT4H", "PT6H", "P1D", "P2D", "P3D"),
    *("P1W", "P2W", "P3W", "P1M", "P2M", "P3M", "P4M", "P6M", "P9M", "P1Y", "P2Y"),
)
"""Durations that people would think of, to be offered."""


def _has_rows(graph: Graph, question: Question, bound: Bound) -> bool:
    found = graph.query(question.bind(bound, limit=1))
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    return next(iter(found), None) is not None
