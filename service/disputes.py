"""Disagreements between sources, as pages show them: every side with its passages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ihubkg.answer import Row
from ihubkg.names import slug
from service.page import Inquiry, cited, grouped, resting
from service.sheet import Passage, Text


@dataclass(frozen=True)
class Side:
    """What one or several sources say, and whether the editors follow it for now."""

    iri: str
    text: Text
    followed: bool
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Dispute:
    """Statements that cannot all be true as they stand, and how far that is settled."""

    iri: str
    name: Text
    state: str
    settlement: Text
    meaning: Text | None
    sides: tuple[Side, ...]
    advice: tuple[Text, ...]


def disputes(inquiry: Inquiry, rows: Iterable[Row]) -> list[Dispute]:
    """Return the disagreements that rows of the question `disagreements` tell of."""
    groups = grouped(rows, "disagreement")
    return [_dispute(inquiry, iri, group) for iri, group in groups.items()]


def _dispute(inquiry: Inquiry, iri: str, rows: Sequence[Row]) -> Dispute:
    known = inquiry.passages(cited(rows))
    settlement = rows[0]["settlement"]
    meaning = inquiry.about(settlement.value).texts
    return Dispute(
        iri=iri,
        name=inquiry.text(rows[0]["disagreement"]),
        state=slug(settlement.value),
        settlement=inquiry.text(settlement),
        meaning=meaning[0] if meaning else None,
        sides=tuple(
            Side(
                iri=claim,
                text=next(iter(inquiry.about(claim).texts), inquiry.name(claim)),
                followed=any(row["followed"].plain for row in group),
                passages=resting(group, known),
            )
            for claim, group in grouped(rows, "claim").items()
        ),
        advice=inquiry.about(iri).remarks,
    )
