"""`/hubs`: the regional innovation hubs that sources give evidence of, and what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.answer import Row
from ihubkg.names import slug
from ihubkg.terms import PREFIXES, concept, thing
from service.disputes import disputes
from service.page import Inquiry, cited, distinct, grouped, page, resting
from service.sheet import Passage, Text

router = APIRouter()

COMPARED = ("schools", "teachers", "mentors")
"""What is counted in most hubs; the picture compares these."""

WHERE_THEY_ARE = ("hub-countries", "pilot-partners")
"""The disagreements about the places of hubs and pilots."""

WITHOUT = "norway"
"""The partner country that has no hub here though some sources lead one to expect it."""

BAR = 300
"""Length of the longest bar, in units of the picture."""


@dataclass(frozen=True)
class Figure:
    """Something counted: how many, how exactly, and who says so."""

    slug: str
    name: Text
    value: Text
    number: float
    exactness: str
    exactly: Text
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Member:
    """A school or organisation in a hub."""

    iri: str
    name: Text
    basis: str
    role: Text | None
    pairs: tuple[tuple[str, Text], ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Pilot:
    """Work that a hub supported, and the parts of the model used in it."""

    iri: str
    name: Text
    parts: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Hub:
    """A hub with all that the page shows of it."""

    iri: str
    slug: str
    name: Text
    country: Text
    lead: Text | None
    texts: tuple[Text, ...]
    figures: tuple[Figure, ...]
    counted: int | None
    schools: tuple[Member, ...]
    others: tuple[Member, ...]
    pilots: tuple[Pilot, ...]
    pages: tuple[str, ...]
    passages: tuple[Passage, ...]

    def figure(self, name: str) -> Figure | None:
        """Return what is counted under `name`, or None."""
        return next((one for one in self.figures if one.slug == name), None)

    @property
    def short(self) -> str:
        """The hub by its country and who leads it, for pictures."""
        return ", ".join(text.text for text in (self.country, self.lead) if text)


@dataclass(frozen=True)
class Bar:
    """One hub in a panel: its length in units of the picture, or no figure at all."""

    name: str
    length: int
    words: str
    exactness: str


@dataclass(frozen=True)
class Panel:
    """One thing counted, hub by hub."""

    slug: str
    name: Text
    bars: tuple[Bar, ...]
    missing: int


async def hubs(request: Request) -> Response:
    """Show the hubs."""
    return await page(request, "hubs.html", draft)


def draft(inquiry: Inquiry) -> dict[str, object]:
    """Return what the page shows."""
    found = [_hub(inquiry, row) for row in inquiry.rows("hubs-with-counts")]
    wanted = {thing("disagreement", name) for name in WHERE_THEY_ARE}
    rows = [r for r in inquiry.rows("disagreements") if r["disagreement"].value in wanted]
    engaged = inquiry.rows("schools-per-country", {"country": thing("region", WITHOUT)})
    known = inquiry.passages(cited(engaged))
    return {
        "title": "Hubs",
        "hubs": found,
        "countries": list(dict.fromkeys(hub.country for hub in found)),
        "idea": inquiry.about(concept("term", "regional-innovation-hub")),
        "panels": [panel(inquiry, name, found) for name in COMPARED],
        "disputes": disputes(inquiry, rows),
        "engaged": [(int(row["schools"].value), resting([row], known)) for row in engaged],
        "unnamed": [
            (row["hub"].value, inquiry.text(row["hub"]), row["missing"].value)
            for row in inquiry.rows("hubs-naming-fewer-schools")
        ],
    }


def _hub(inquiry: Inquiry, row: Row) -> Hub:
    iri = row["hub"].value
    about = inquiry.about(iri)
    figures = _figures(inquiry, inquiry.rows("figures", {"actor": iri}))
    schools = _schools(inquiry, iri)
    pages = inquiry.facts([iri]).get(iri, {}).get(PREFIXES["foaf"] + "page", ())
    return Hub(
        iri=iri,
        slug=slug(iri),
        name=inquiry.text(row["hub"]),
        country=inquiry.text(row["country"]),
        lead=inquiry.text(row["lead"]) if "lead" in row else None,
        texts=about.texts[:1],
        figures=figures,
        counted=int(row["schools"].value) if "schools" in row else None,
        schools=schools,
        others=_others(inquiry, iri, {school.iri for school in schools}),
        pilots=_pilots(inquiry, iri),
        pages=tuple(sorted(value.value for value in pages)),
        passages=about.passages,
    )


def _figures(inquiry: Inquiry, rows: Sequence[Row]) -> tuple[Figure, ...]:
    known = inquiry.passages(cited(rows))
    found = [
        Figure(
            slug=slug(group[0]["indicator"].value),
            name=inquiry.text(group[0]["indicator"]),
            value=inquiry.text(group[0]["value"]),
            number=float(group[0]["value"].value),
            exactness=slug(group[0]["exactness"].value),
            exactly=inquiry.text(group[0]["exactness"]),
            passages=resting(group, known),
        )
        for group in grouped(rows, "figure").values()
    ]
    return tuple(sorted(found, key=lambda one: (_rank(one.slug), one.name.text)))


def _rank(name: str) -> int:
    return COMPARED.index(name) if name in COMPARED else len(COMPARED)


def _schools(inquiry: Inquiry, hub: str) -> tuple[Member, ...]:
    rows = [row for row in inquiry.rows("hub-and-pair-of-school") if row["hub"].value == hub]
    known = inquiry.passages(cited(rows))
    return tuple(
        _member(inquiry, iri, group, resting(group, known))
        for iri, group in grouped(rows, "school").items()
    )


def _others(inquiry: Inquiry, hub: str, schools: set[str]) -> tuple[Member, ...]:
    rows = inquiry.rows("members-of", {"organisation": hub})
    rest = [row for row in rows if row["member"].value not in schools]
    known = inquiry.passages(cited(rest))
    return tuple(
        _member(inquiry, iri, group, resting(group, known))
        for iri, group in grouped(rest, "member").items()
    )


def _member(
    inquiry: Inquiry, iri: str, rows: Sequence[Row], passages: tuple[Passage, ...]
) -> Member:
    return Member(
        iri=iri,
        name=inquiry.name(iri),
        basis=slug(rows[0]["basis"].value),
        role=inquiry.text(rows[0]["role"]) if "role" in rows[0] else None,
        pairs=tuple((cell.value, inquiry.text(cell)) for cell in distinct(rows, "pair")),
        passages=passages,
    )


def _pilots(inquiry: Inquiry, hub: str) -> tuple[Pilot, ...]:
    rows = [r for r in inquiry.rows("pilots-and-model-parts") if "hub" in r]
    return tuple(
        Pilot(
            iri,
            inquiry.name(iri),
            tuple((cell.value, inquiry.text(cell)) for cell in distinct(group, "part")),
        )
        for iri, group in grouped((r for r in rows if r["hub"].value == hub), "engagement").items()
    )


def panel(inquiry: Inquiry, name: str, hubs: Sequence[Hub]) -> Panel:
    """Return the comparison of what is counted under `name`; the longest bar is `BAR` long."""
    figures = [hub.figure(name) for hub in hubs]
    most = max((one.number for one in figures if one), default=1) or 1
    bars = tuple(
        Bar(hub.short, round(BAR * one.number / most), _words(one), one.exactness)
        if one
        else Bar(hub.short, 0, "no figure found", "")
        for hub, one in zip(hubs, figures, strict=True)
    )
    label = inquiry.name(concept("indicator", name))
    return Panel(name, label, bars, sum(one is None for one in figures))


def _words(figure: Figure) -> str:
    if figure.exactness == "exact":
        return figure.value.text
    return f"{figure.exactly.text.lower()} {figure.value.text}"


router.add_route("/hubs", hubs, methods=["GET"])
