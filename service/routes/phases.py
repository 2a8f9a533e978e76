"""`/phases`: the process of mentoring as a picture and phase by phase.

Seven stops, the methods that fit each, who acts, and what nobody has written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.answer import Row
from ihubkg.header import ValueType
from ihubkg.names import slug
from ihubkg.terms import INTERPRETED, term
from service.page import Inquiry, cited, grouped, page, resting
from service.sheet import Passage, Text

router = APIRouter()

LEFT = 190
"""Width of the column with the names of methods, in units of the picture."""
STEP = 128
"""From one stop to the next."""
TOP = 96
"""Height of the line of the stops."""
FIRST = 180
"""Height of the first row of methods."""
ROW = 34
"""From one row of methods to the next."""


@dataclass(frozen=True)
class Fit:
    """A method that suits a phase: how that is held, why, and where it is said."""

    iri: str
    name: Text
    basis: str
    why: Text | None
    strength: Text | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Part:
    """A role that takes part in a phase."""

    iri: str
    name: Text
    note: Text | None
    basis: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Run:
    """What happened in a phase of a documented engagement."""

    iri: str
    name: Text
    what: Text
    start: Text | None
    end: Text | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Stop:
    """One phase: its place in the order, what it is for, and what is known of it."""

    number: str
    iri: str
    name: Text
    type: Text
    slug: str
    purpose: Text | None
    optional: bool
    fits: tuple[Fit, ...]
    parts: tuple[Part, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Mark:
    """Where the picture shows that a method suits a phase."""

    x: int
    basis: str


@dataclass(frozen=True)
class Line:
    """One method in the picture: the row it is on and its marks, left to right."""

    y: int
    words: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Picture:
    """The process as lines and stops, in units of the picture."""

    width: int
    height: int
    y: int
    stops: tuple[tuple[int, Stop, tuple[str, ...]], ...]
    arrows: tuple[tuple[int, int], ...]
    back: tuple[int, int] | None
    lines: tuple[Line, ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True)
class Process:
    """A process model: what it is for and whether its steps are known."""

    iri: str
    name: Text
    notes: tuple[Text, ...]
    known: bool
    remarks: tuple[Text, ...]
    passages: tuple[Passage, ...]


async def phases(request: Request) -> Response:
    """Show the phases."""
    return await page(request, "phases.html", draft)


def draft(inquiry: Inquiry) -> dict[str, object]:
    """Return what the page shows."""
    rows = inquiry.rows("phases-in-order")
    stops = tuple(_stop(inquiry, row) for row in rows)
    models = {row["model"].value for row in rows}
    return {
        "title": "Phases",
        "stops": stops,
        "picture": picture(stops, again=_again(rows)),
        "again": [(row, inquiry.text(row["phase"])) for row in rows if "again" in row],
        "read": _is_reading(inquiry, rows),
        "gaps": [inquiry.text(row["phase"]) for row in inquiry.rows("phases-without-method")],
        "unwritten": _unwritten(inquiry),
        "processes": _processes(inquiry, models),
    }


def _stop(inquiry: Inquiry, row: Row) -> Stop:
    given = {"phase": row["type"].value}
    return Stop(
        number=row["number"].value,
        iri=row["phase"].value,
        name=inquiry.text(row["phase"]),
        type=inquiry.text(row["type"]),
        slug=slug(row["type"].value),
        purpose=inquiry.text(row["purpose"]) if "purpose" in row else None,
        optional=bool(row["optional"].plain),
        fits=_fits(inquiry, inquiry.rows("methods-for-phase", given)),
        parts=_parts(inquiry, inquiry.rows("who-sits-in-a-phase", given)),
        runs=_runs(inquiry, inquiry.rows("phase-in-practice", given)),
    )


def _fits(inquiry: Inquiry, rows: Sequence[Row]) -> tuple[Fit, ...]:
    known = inquiry.passages(cited(rows))
    return tuple(
        Fit(
            iri=iri,
            name=inquiry.text(group[0]["method"]),
            basis=slug(group[0]["basis"].value),
            why=inquiry.text(group[0]["why"]) if "why" in group[0] else None,
            strength=inquiry.text(group[0]["strength"]) if "strength" in group[0] else None,
            passages=resting(group, known),
        )
        for iri, group in grouped(rows, "method").items()
    )


def _parts(inquiry: Inquiry, rows: Sequence[Row]) -> tuple[Part, ...]:
    known = inquiry.passages(cited(rows))
    return tuple(
        Part(
            iri=iri,
            name=inquiry.text(group[0]["role"]),
            note=inquiry.text(group[0]["note"]) if "note" in group[0] else None,
            basis=slug(group[0]["basis"].value),
            passages=resting(group, known),
        )
        for iri, group in grouped(rows, "role").items()
    )


def _runs(inquiry: Inquiry, rows: Sequence[Row]) -> tuple[Run, ...]:
    known = inquiry.passages(cited(rows))
    return tuple(
        Run(
            iri=iri,
            name=inquiry.text(group[0]["engagement"]),
            what=inquiry.text(group[0]["what"]),
            start=inquiry.text(group[0]["start"]) if "start" in group[0] else None,
            end=inquiry.text(group[0]["end"]) if "end" in group[0] else None,
            passages=resting(group, known),
        )
        for iri, group in grouped(rows, "engagement").items()
    )


def _again(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Return the places of the phase that may lead back and of the one that it leads to."""
    places = {row["phase"].value: place for place, row in enumerate(rows)}
    for place, row in enumerate(rows):
        if "again" in row and row["again"].value in places:
            return place, places[row["again"].value]
    return None


def _is_reading(inquiry: Inquiry, rows: Sequence[Row]) -> bool:
    """Whether the way back is our reading of the sources rather than something they state."""
    views, store = inquiry.held.views, inquiry.held.store
    back = [ox.NamedNode(row["phase"].value) for row in rows if "again" in row]
    return any(
        found["property"].value == term("mayReturnTo") and found["graph"].value == INTERPRETED
        for phase in back
        for found in views.rows(store, "origins", this=phase)
    )


def _unwritten(inquiry: Inquiry) -> list[tuple[str, Text, list[Text]]]:
    """Return each engagement that follows the process, with the phases nobody wrote up."""
    rows = inquiry.rows("phases-not-documented")
    return [
        (iri, inquiry.text(group[0]["engagement"]), [inquiry.text(row["phase"]) for row in group])
        for iri, group in grouped(rows, "engagement").items()
    ]


def _processes(inquiry: Inquiry, known: set[str]) -> list[Process]:
    """Return the process models, those with known steps first."""
    found = inquiry.names.members(ValueType("thing", "ProcessModel"))
    sheets = [inquiry.about(iri) for iri in found]
    return sorted(
        (Process(s.iri, s.name, s.texts, s.iri in known, s.remarks, s.passages) for s in sheets),
        key=lambda process: not process.known,
    )


def picture(stops: Sequence[Stop], *, again: tuple[int, int] | None) -> Picture:
    """Return the picture of the process: stops on a line, below it a row for each method."""
    xs = [LEFT + STEP // 2 + STEP * place for place in range(len(stops))]
    rows: dict[str, tuple[Text, list[Mark]]] = {}
    for x, stop in zip(xs, stops, strict=True):
        for fit in stop.fits:
            rows.setdefault(fit.iri, (fit.name, []))[1].append(Mark(x, fit.basis))
    ordered = sorted(rows.values(), key=lambda row: (row[1][0].x, -len(row[1]), row[0].text))
    return Picture(
        width=LEFT + STEP * len(stops),
        height=FIRST + ROW * len(rows) + 6,
        y=TOP,
        stops=tuple(
            (x, stop, wrapped(stop.type.text, 15)) for x, stop in zip(xs, stops, strict=True)
        ),
        arrows=tuple(pairwise(xs)),
        back=(xs[again[0]], xs[again[1]]) if again else None,
        lines=tuple(
            Line(FIRST + ROW * place, wrapped(name.text, 26), tuple(marks))
            for place, (name, marks) in enumerate(ordered)
        ),
        gaps=tuple(x for x, stop in zip(xs, stops, strict=True) if not stop.fits),
    )


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Return `text` in lines of at most `width` characters, longer words alone on theirs.

    >>> wrapped("Development actions", 15)
    ('Development', 'actions')
    """
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


router.add_route("/phases", phases, methods=["GET"])
