"""`/evidence`: what is claimed, on what evidence, how strong; what is missing and what is disputed.

`kind` and `about` choose; both are read as the question `claims-with-evidence` reads them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.answer import Row
from ihubkg.header import ValueType
from ihubkg.terms import BASE, PREFIXES, scheme
from service.disputes import Dispute, disputes
from service.page import Inquiry, cited, distinct, grouped, page, resting
from service.sheet import Passage, Text

router = APIRouter()

KIND = ValueType("concept", "evidence-type")
TOPIC = ValueType("thing", "ClaimTopic")
METHOD = ValueType("thing", "Method")
STRENGTH = ValueType("concept", "strength")

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Methods", ("id/method/",)),
    ("The model and its processes", ("id/component/", "id/catalogue/", "id/model/")),
    ("Hubs, networks and schools", ("id/hub/", "id/network/", "id/school/")),
    ("The project", ("id/project/", "id/engagement/", "id/event/")),
    ("What teachers need, and how innovation spreads", ("voc/question/",)),
    ("Parts of a digitally innovative school", ("voc/element/", "voc/idi/")),
    ("What keeps innovation going", ("voc/sustainability-factor/",)),
)
"""Where a claim is shown: under the first section that one of its subjects belongs to."""

REST = "Other subjects"

STATES = ("open", "cannot-be-settled", "explained", "settled", "out-of-scope")
"""States of settlement, the most urgent first."""


@dataclass(frozen=True)
class Item:
    """A piece of evidence for or against a claim."""

    iri: str
    against: bool
    kind: Text
    strength: "Step | None"
    doubts: tuple[Text, ...]
    design: Text | None
    sample: Text | None
    size: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Claim:
    """What somebody claims, what it is about, and the evidence."""

    iri: str
    text: Text
    benefit: bool
    subjects: tuple[tuple[str, Text], ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Subject:
    """Claims about one thing."""

    iri: str
    name: Text
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Section:
    """Subjects of one sort."""

    name: str
    subjects: tuple[Subject, ...]

    @property
    def count(self) -> int:
        """How many claims there are."""
        return sum(len(subject.claims) for subject in self.subjects)


@dataclass(frozen=True)
class Step:
    """A step of our scale of strength: its number from 0, and how many items are at it."""

    iri: str
    number: int
    name: Text
    meaning: Text | None
    count: int


@dataclass(frozen=True)
class Choice:
    """Something to choose in the form."""

    value: str
    name: Text
    count: int
    chosen: bool


@dataclass(frozen=True)
class Spot:
    """How many items there are at a step of the scale, and how large that is drawn."""

    count: int
    radius: float


@dataclass(frozen=True)
class Spread:
    """The evidence on a method, step by step of the scale."""

    iri: str
    name: Text
    spots: tuple[Spot, ...]

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(spot.count for spot in self.spots)


async def evidence(request: Request) -> Response:
    """Show the evidence."""
    given = {
        name: value for name in ("kind", "about") if (value := request.query_params.get(name, ""))
    }
    return await page(request, "evidence.html", lambda inquiry: draft(inquiry, given))


def draft(inquiry: Inquiry, given: dict[str, str]) -> dict[str, object]:
    """Return what the page shows.

    Raises:
        BadParameter: there is no such kind of evidence, or nothing of that name to claim about.
    """
    found = inquiry.ask("claims-with-evidence", given)
    every = inquiry.rows("claims-with-evidence") if given else found.rows
    echo = {name: cells[0] for name, cells in found.parameters.items()}
    steps = _steps(inquiry, every)
    sections = _sections(inquiry, found.rows, {step.iri: step for step in steps})
    return {
        "title": "Evidence",
        "sections": sections,
        "shown": len(grouped(found.rows, "item")),
        "total": len(grouped(every, "item")),
        "given": {name: inquiry.text(cell) for name, cell in echo.items()},
        "kinds": _kinds(inquiry, every, echo["kind"].value if "kind" in echo else ""),
        "topics": _topics(inquiry, every, echo["about"].value if "about" in echo else ""),
        "steps": steps,
        "spread": _spread(inquiry, every, steps),
        "strongest": max((step for step in steps if step.count), key=_number, default=None),
        "without": [
            (row["method"].value, inquiry.text(row["method"]))
            for row in inquiry.rows("methods-without-evidence")
        ],
        "benefits": _benefits(inquiry),
        "disputes": _disputes(inquiry),
        "scale": inquiry.about(scheme("strength")),
    }


def _steps(inquiry: Inquiry, rows: Sequence[Row]) -> list[Step]:
    """Return the scale of strength from its lowest step, with how many items are at each."""
    at = Counter(
        group[0]["strength"].value
        for group in grouped(rows, "item").values()
        if "strength" in group[0]
    )
    members = inquiry.names.members(STRENGTH)
    facts = inquiry.facts(members)
    notation, meaning = PREFIXES["skos"] + "notation", PREFIXES["skos"] + "definition"
    steps = []
    for iri in members:
        own = facts[iri]
        words = inquiry.words(own.get(meaning, ()))
        number = int(own[notation][0].value)
        steps.append(Step(iri, number, inquiry.name(iri), words[0] if words else None, at[iri]))
    return sorted(steps, key=_number)


def _number(step: Step) -> int:
    return step.number


def _spread(inquiry: Inquiry, rows: Sequence[Row], steps: Sequence[Step]) -> list[Spread]:
    """Return each method with how many items of each strength speak of it, the most first."""
    found = {
        (row["topic"].value, row["strength"].value, row["item"].value)
        for row in rows
        if "topic" in row and "strength" in row
    }
    at = Counter((method, strength) for method, strength, _ in found)
    methods = inquiry.names.members(METHOD)
    most = max((at[method, step.iri] for method in methods for step in steps), default=1)
    spread = [
        Spread(
            method,
            inquiry.name(method),
            tuple(Spot(n := at[method, step.iri], _radius(n, most)) for step in steps),
        )
        for method in methods
    ]
    return sorted(spread, key=lambda one: (-one.total, one.name.text))


def _radius(count: int, most: int) -> float:
    """Return the radius of a spot whose area tells `count`; the largest fills a square of 40.

    >>> _radius(4, 4), _radius(1, 4)
    (19.0, 9.5)
    """
    return round(19 * max(0.5, (count / most) ** 0.5), 1) if count else 0.0


def _sections(inquiry: Inquiry, rows: Sequence[Row], steps: dict[str, Step]) -> list[Section]:
    known = inquiry.passages(cited(rows))
    placed: dict[str, dict[str, list[Claim]]] = {}
    for iri, group in grouped(rows, "claim").items():
        section, subject = _place([cell.value for cell in distinct(group, "topic")])
        claim = _claim(inquiry, iri, group, steps, known)
        placed.setdefault(section, {}).setdefault(subject, []).append(claim)
    order = [*(name for name, _ in SECTIONS), REST]
    return [
        Section(name, tuple(_subjects(inquiry, placed[name]))) for name in order if name in placed
    ]


def _subjects(inquiry: Inquiry, claims: dict[str, list[Claim]]) -> list[Subject]:
    named = ((iri, inquiry.name(iri) if iri else Text("Nothing in particular")) for iri in claims)
    return [
        Subject(iri, name, tuple(sorted(claims[iri], key=_weight)))
        for iri, name in sorted(named, key=lambda pair: pair[1].text.lower())
    ]


def _weight(claim: Claim) -> tuple[int, str]:
    """Return what to sort claims by: the strongest evidence first."""
    strongest = max((one.strength.number for one in claim.items if one.strength), default=-1)
    return -strongest, claim.text.text


def _place(topics: Sequence[str]) -> tuple[str, str]:
    """Return the section and the subject that a claim about `topics` is shown under."""
    for name, starts in SECTIONS:
        for topic in topics:
            if topic.removeprefix(BASE).startswith(starts):
                return name, topic
    return REST, topics[0] if topics else ""


def _claim(
    inquiry: Inquiry,
    iri: str,
    rows: Sequence[Row],
    steps: dict[str, Step],
    known: dict[str, Passage],
) -> Claim:
    return Claim(
        iri=iri,
        text=inquiry.name(iri),
        benefit=any(row["benefit"].plain for row in rows),
        subjects=tuple((cell.value, inquiry.text(cell)) for cell in distinct(rows, "topic")),
        items=tuple(
            _item(inquiry, item, group, steps, known)
            for item, group in grouped(rows, "item").items()
        ),
    )


def _item(
    inquiry: Inquiry,
    iri: str,
    rows: Sequence[Row],
    steps: dict[str, Step],
    known: dict[str, Passage],
) -> Item:
    first = rows[0]
    return Item(
        iri=iri,
        against=first["direction"].value == "against",
        kind=inquiry.text(first["type"]),
        strength=steps[first["strength"].value] if "strength" in first else None,
        doubts=tuple(inquiry.text(cell) for cell in distinct(rows, "doubt")),
        design=inquiry.text(first["design"]) if "design" in first else None,
        sample=inquiry.text(first["sample"]) if "sample" in first else None,
        size=first["size"].value if "size" in first else "",
        passages=resting(rows, known),
    )


def _kinds(inquiry: Inquiry, rows: Sequence[Row], chosen: str) -> list[Choice]:
    """Return the kinds of evidence that there are, the most frequent first."""
    counts = Counter(group[0]["type"].value for group in grouped(rows, "item").values())
    if chosen:
        counts.setdefault(chosen, 0)
    choices = [
        Choice(inquiry.names.short(KIND, iri), inquiry.name(iri), count, iri == chosen)
        for iri, count in counts.items()
    ]
    return sorted(choices, key=lambda one: (-one.count, one.name.text))


def _topics(inquiry: Inquiry, rows: Sequence[Row], chosen: str) -> list[tuple[str, list[Choice]]]:
    """Return what claims are about, by section."""
    claims: dict[str, set[str]] = {}
    for row in rows:
        if "topic" in row:
            claims.setdefault(row["topic"].value, set()).add(row["claim"].value)
    if chosen:
        claims.setdefault(chosen, set())
    order = [*(name for name, _ in SECTIONS), REST]
    ranked = sorted(
        (order.index(_place([iri])[0]), inquiry.name(iri).text.lower(), iri) for iri in claims
    )
    return [
        (order[place], [_topic(inquiry, iri, claims[iri], chosen) for _, _, iri in group])
        for place, group in groupby(ranked, key=lambda entry: entry[0])
    ]


def _topic(inquiry: Inquiry, iri: str, claims: set[str], chosen: str) -> Choice:
    return Choice(inquiry.names.short(TOPIC, iri), inquiry.name(iri), len(claims), iri == chosen)


def _benefits(inquiry: Inquiry) -> list[tuple[str, Text, str, str, str]]:
    return [
        (
            row["method"].value,
            inquiry.text(row["method"]),
            row["claims"].value,
            row["supporting"].value,
            row["disputing"].value,
        )
        for row in inquiry.rows("benefit-claims")
    ]


def _disputes(inquiry: Inquiry) -> list[tuple[Text, Text | None, list[Dispute]]]:
    """Return the disagreements by their state, each with what the state means."""
    found = sorted(
        disputes(inquiry, inquiry.rows("disagreements")),
        key=lambda one: (STATES.index(one.state), one.name.text),
    )
    return [
        (group[0].settlement, group[0].meaning, group)
        for group in (list(g) for _, g in groupby(found, key=lambda one: one.state))
    ]


router.add_route("/evidence", evidence, methods=["GET"])
