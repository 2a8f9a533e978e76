"""`/`: what this is, a first question to ask, what is known so far, and the ways in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.names import slug
from ihubkg.terms import term, thing
from service.page import Inquiry, distinct, page
from service.routes.methods import fields, phases
from service.sheet import Passage, Text
from service.words import written

router = APIRouter()

SHOWN = ("cordis-hubs", "cordis-teachers", "y1-total", "cordis-scenarios")
"""The figures of the project that the start page shows, by the names of their observations."""

BEFORE: Mapping[str, str] = {
    "about": "about ",
    "at-least": "at least ",
    "at-most": "at most ",
    "more-than": "over ",
    "nearly": "nearly ",
    "target": "at least ",
}
"""How a value is to be read, in words that go before it."""


@dataclass(frozen=True)
class Figure:
    """One figure that a source gives."""

    iri: str
    number: str
    label: Text
    passages: tuple[Passage, ...]


async def home(request: Request) -> Response:
    """Show the start page."""
    return await page(request, "home.html", draft)


def draft(inquiry: Inquiry) -> dict[str, object]:
    """Return what the page shows."""
    held = inquiry.held
    counted = held.views.rows(held.store, "counts")[0]
    stops = phases(inquiry)
    return {
        "title": "",
        "phases": stops,
        "fitting": [
            len(distinct(inquiry.rows("methods-for-phase", {"phase": iri}), "method"))
            for iri, _, _ in stops
        ],
        "fields": fields(inquiry, {}),
        "figures": figures(inquiry),
        "counts": {name: f"{int(cell.value):,}" for name, cell in counted.items()},
        "questions": len(held.model.questions),
    }


def figures(inquiry: Inquiry) -> list[Figure]:
    """Return the figures that are shown, those that the graph holds."""
    facts = inquiry.facts(thing("observation", name) for name in SHOWN)
    found = []
    for iri in (thing("observation", name) for name in SHOWN):
        own = facts.get(iri, {})
        values = [v for v in own.get(term("numericValue"), ()) if isinstance(v, ox.Literal)]
        if not values:
            continue
        status = next((slug(v.value) for v in own.get(term("valueStatus"), ())), "")
        label = inquiry.name(iri)
        cited = [v.value for v in own.get(term("hasCitation"), ())]
        found.append(
            Figure(
                iri,
                BEFORE.get(status, "") + written(values[0].value, values[0].datatype.value),
                Text(caption(label.text), label.lang),
                tuple(inquiry.passages(cited).values()),
            )
        )
    return found


def caption(label: str) -> str:
    """Return what an observation counts: its label without the number and whom it is of.

    >>> caption("iHub4Schools: over 600 teachers in pilots")
    'teachers in pilots'
    >>> caption("Schools engaged in year 1, together: 26")
    'Schools engaged in year 1, together'
    """
    whom, _, what = label.rpartition(": ")
    words = re.sub(r"^(?:over |about |nearly |at (?:least|most) )?\S+ ?", "", what)
    return words or whom


router.add_route("/", home, methods=["GET"])
