"""`/methods`: the method finder. Where is the school, how much time has it, what should change?

The rank is the question `method-finder`'s; the page adds to each method what a reader needs in
order to judge: fit, effort and evidence side by side, each with its basis and its sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.answer import Row
from ihubkg.header import ValueType
from ihubkg.names import slug
from ihubkg.terms import INTERPRETED, PREFIXES, term
from service.page import Facts, Inquiry, grouped, page
from service.render import link
from service.sheet import Passage, Term, Text

router = APIRouter()

PHASE = ValueType("concept", "phase")
LEVEL = ValueType("concept", "level")
ELEMENT = ValueType("concept", "element")
ROLE = ValueType("concept", "role")
REGION = ValueType("thing", "Region")
PARTS = ("phase", "time", "level", "elements", "roles", "country")
"""What the form asks for."""
COUNTED = (*PARTS, "evidence")
"""What the rank is the sum of; each can be left out of it."""

TIMES: tuple[tuple[str, str], ...] = (
    ("PT3H", "an afternoon (3 hours)"),
    ("P1D", "a day"),
    ("P1M", "a month"),
    ("P6M", "half a school year (6 months)"),
    ("1 academic year", "a school year"),
)
"""Times that the form offers; the address takes any duration."""

_STRENGTHS = {
    "reported-experience": 0.25,
    "examined": 0.5,
    "compared": 0.5,
    "established": 0.5,
}
_DESCRIPTION = PREFIXES["dcterms"] + "description"


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    chosen: bool
    lang: str = ""


@dataclass(frozen=True)
class Said:
    """Words with how they are held and where they come from."""

    text: Text
    iri: str = ""
    basis: str = ""
    why: tuple[Text, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Fit:
    """That a method fits a phase."""

    phase: str
    said: Said


@dataclass(frozen=True)
class Part:
    """What one part adds to the rank of a method: points, or none where it does not count."""

    name: str
    points: str
    counts: bool = True


@dataclass(frozen=True)
class Found:
    """A method as the finder shows it."""

    iri: str
    name: Text
    aim: tuple[Text, ...]
    status: tuple[Text, ...]
    strip: tuple[str, ...]
    fits: tuple[Fit, ...]
    durations: tuple[Said, ...]
    people: tuple[Said, ...]
    needs: tuple[Said, ...]
    levels: tuple[Said, ...]
    elements: tuple[Said, ...]
    evidence: tuple[Said, ...]
    strength: Text | None
    against: Text | None
    met: tuple[str, ...]
    missed: tuple[str, ...]
    rank: str
    parts: tuple[Part, ...]


async def methods(request: Request) -> Response:
    """Show the finder and what it found."""
    given = {
        name: [text for text in request.query_params.getlist(name) if text.strip()]
        for name in (*PARTS, "must", "count")
    }
    asked = {name: texts for name, texts in given.items() if texts}
    query = f"?{request.url.query}" if request.url.query else ""
    twin = link(f"/questions/method-finder.json{query}", rel="alternate", type="application/json")
    return await page(request, "methods.html", lambda i: draft(i, asked), links=[twin])


def draft(inquiry: Inquiry, asked: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Return what the page shows."""
    wanted = {name: list(texts) for name, texts in asked.items()}
    rows = inquiry.rows("method-finder", wanted)
    counted = tuple(asked.get("count", COUNTED))
    finder = _Finder(inquiry, [row["method"].value for row in rows], counted)
    found = [finder.found(row, [part for part in PARTS if part in asked]) for row in rows]
    return {
        "title": "Methods",
        "asked": [part for part in PARTS if part in asked],
        "counted": counted,
        "fields": fields(inquiry, asked),
        "phases": finder.phases,
        "counts": finder.counts(found),
        "chosen": finder.chosen(asked.get("phase", ())),
        "full": [one for one in found if not one.missed],
        "partly": [one for one in found if one.missed and one.met],
        "others": [one for one in found if one.missed and not one.met],
        "for_phase": any("phase" in one.met for one in found),
    }


def fields(inquiry: Inquiry, asked: Mapping[str, Sequence[str]]) -> dict[str, list[Choice]]:
    """Return the lists of the form, with what was asked for chosen."""
    times = [Choice(value, label, value in asked.get("time", ())) for value, label in TIMES]
    typed = [text for text in asked.get("time", ()) if text not in dict(TIMES)]
    return {
        "phase": _choices(inquiry, PHASE, asked.get("phase", ())),
        "time": [*times, *(Choice(text, text, True) for text in typed)],
        "level": _choices(inquiry, LEVEL, asked.get("level", ())),
        "elements": _choices(inquiry, ELEMENT, asked.get("elements", ())),
        "roles": _choices(inquiry, ROLE, asked.get("roles", ())),
        "country": _choices(inquiry, REGION, asked.get("country", ())),
    }


def phases(inquiry: Inquiry) -> list[tuple[str, str, Text]]:
    """Return the phases in their order: IRI, what the form calls it, and name."""
    names = inquiry.names
    return [(iri, names.short(PHASE, iri), inquiry.name(iri)) for iri in names.members(PHASE)]


def _choices(inquiry: Inquiry, kind: ValueType, texts: Sequence[str]) -> list[Choice]:
    names = inquiry.names
    chosen = {iri for text in texts for iri in names.find(kind, text).iris}
    listed = [(names.short(kind, iri), inquiry.name(iri), iri) for iri in names.members(kind)]
    return [Choice(value, name.text, iri in chosen, name.lang) for value, name, iri in listed]


@dataclass
class _Finder:
    """What is known of methods, looked up for all of them at once."""

    inquiry: Inquiry
    methods: Sequence[str]
    counted: Sequence[str]

    @cached_property
    def phases(self) -> list[tuple[str, str, Text]]:
        """The phases in their order: IRI, what the form calls it, and name."""
        return phases(self.inquiry)

    @cached_property
    def facts(self) -> Facts:
        """All that is said of the methods."""
        return self.inquiry.facts(self.methods)

    @cached_property
    def records(self) -> Facts:
        """All that is said of what the methods point at: appraisals, durations, people, needs."""
        links = [term(name) for name in _RECORDS]
        return self.inquiry.facts(
            iri for own in self.facts.values() for p in links for iri in _iris(own.get(p, ()))
        )

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """The passages that the records rest on."""
        cited = [iri for own in self.records.values() for iri in _iris(own.get(_CITATION, ()))]
        return self.inquiry.passages(cited)

    @cached_property
    def evidence(self) -> Mapping[str, Sequence[Row]]:
        """The evidence on each method."""
        return grouped(self.inquiry.rows("evidence-for-method", {"limit": "1000"}), "method")

    def found(self, row: Row, asked: Sequence[str]) -> Found:
        """Return the method of a row of the finder."""
        iri = row["method"].value
        own = self.facts.get(iri, {})
        met = tuple(part for part in asked if _meets(row, part))
        name = self.inquiry.name(iri)
        fits = self._fits(own)
        held = {fit.phase: fit.said.basis for fit in fits}
        return Found(
            iri=iri,
            name=name,
            aim=self.inquiry.words(own.get(_DESCRIPTION, ())),
            status=tuple(map(self.inquiry.name, _iris(own.get(term("methodStatus"), ())))),
            strip=tuple(held.get(phase, "") for phase, _, _ in self.phases),
            fits=fits,
            durations=self._said(own, "typicalDuration", name),
            people=self._said(own, "hasParticipation", name),
            needs=self._said(own, "requiresResource", name),
            levels=self._plain(iri, own, "targetLevel"),
            elements=self._plain(iri, own, "targetsElement"),
            evidence=self._evidence(iri),
            strength=self.inquiry.text(row["strength"]) if "strength" in row else None,
            against=self.inquiry.text(row["against"]) if "against" in row else None,
            met=met,
            missed=tuple(part for part in asked if part not in met),
            rank=_number(float(row["rank"].value)),
            parts=tuple(
                Part(part, _number(points(row, part)), part in self.counted)
                for part in COUNTED
                if part in asked or part == "evidence"
            ),
        )

    def counts(self, found: Sequence[Found]) -> list[int]:
        """Return how many methods fit each phase."""
        return [sum(1 for one in found if one.strip[place]) for place in range(len(self.phases))]

    def chosen(self, texts: Sequence[str]) -> tuple[str, Text] | None:
        """Return the phase that was asked for, and its name."""
        iris = [iri for text in texts for iri in self.inquiry.names.find(PHASE, text).iris]
        return (iris[0], self.inquiry.name(iris[0])) if iris else None

    def _fits(self, own: Mapping[str, Sequence[Term]]) -> tuple[Fit, ...]:
        order = [iri for iri, _, _ in self.phases]
        fits = []
        for record in _iris(own.get(term("hasSuitability"), ())):
            for phase in _iris(self.records.get(record, {}).get(term("appraisedPhase"), ())):
                said = self._record(record, self.inquiry.name(phase), "rationale")
                fits.append(Fit(phase, said))
        return tuple(sorted(fits, key=lambda fit: order.index(fit.phase)))

    def _said(self, own: Mapping[str, Sequence[Term]], name: str, method: Text) -> tuple[Said, ...]:
        """Return records as sentences, without the name of the method that they begin with."""
        result = []
        for record in _iris(own.get(term(name), ())):
            label = self.inquiry.name(record)
            short = label.text.removeprefix(f"{method.text}: ")
            result.append(self._record(record, Text(short, label.lang), "note"))
        return tuple(sorted(result, key=lambda said: said.text.text))

    def _record(self, record: str, text: Text, why: str) -> Said:
        own = self.records.get(record, {})
        grounds = term("rationale") if why == "rationale" else PREFIXES["skos"] + "note"
        cited = _iris(own.get(_CITATION, ()))
        return Said(
            text,
            record,
            next((slug(iri) for iri in _iris(own.get(term("basis"), ()))), ""),
            self.inquiry.words(own.get(grounds, ())),
            tuple(self.passages[iri] for iri in sorted(cited) if iri in self.passages),
        )

    def _plain(self, method: str, own: Mapping[str, Sequence[Term]], name: str) -> tuple[Said, ...]:
        """Return plain links, those that are our reading marked so."""
        held = self.inquiry.held
        views, store = held.views, held.store
        read = {
            row["value"].value
            for row in views.rows(store, "origins", this=ox.NamedNode(method))
            if row["property"].value == term(name) and row["graph"].value == INTERPRETED
        }
        said = [
            Said(self.inquiry.name(iri), iri, "inferred" if iri in read else "")
            for iri in _iris(own.get(term(name), ()))
        ]
        return tuple(sorted(said, key=lambda one: one.text.text))

    def _evidence(self, method: str) -> tuple[Said, ...]:
        """Return what speaks for or against a method, each item once."""
        groups = grouped(self.evidence.get(method, ()), "item")
        return tuple(
            Said(
                self.inquiry.text(rows[0]["item"]),
                item,
                rows[0]["direction"].value,
                (self.inquiry.text(rows[0]["kind"]),),
            )
            for item, rows in groups.items()
        )


_RECORDS = ("hasSuitability", "typicalDuration", "hasParticipation", "requiresResource")
_CITATION = term("hasCitation")


def _iris(values: Sequence[Term]) -> list[str]:
    return [value.value for value in values if isinstance(value, ox.NamedNode)]


def _meets(row: Row, part: str) -> bool:
    """Whether the method of a row meets one part of what was asked."""
    return points(row, part) > 0


def points(row: Row, part: str) -> float:
    """Return what a part adds to the rank of a row; the question's description says how."""
    match part:
        case "phase":
            basis = slug(row["phase_fit"].value) if "phase_fit" in row else ""
            return {"stated": 2, "inferred": 1}.get(basis, 0)
        case "time" | "level" | "country":
            cell = row.get(f"{part}_fits")
            return 1 if cell is not None and cell.plain is True else 0
        case "evidence":
            strength = slug(row["strength"].value) if "strength" in row else ""
            return _STRENGTHS.get(strength, 0)
        case _:
            return float(row[f"{part}_met"].value) if f"{part}_met" in row else 0


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


router.add_route("/methods", methods, methods=["GET"])
