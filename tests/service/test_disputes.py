import pytest
from starlette.testclient import TestClient

from service.disputes import Dispute, disputes
from service.instance import Instance
from service.page import Inquiry


@pytest.fixture
def inquiry(client: TestClient) -> Inquiry:
    held = client.app.state.instance  # type: ignore[attr-defined]
    assert isinstance(held, Instance)
    return Inquiry(held, ("en",))


@pytest.fixture
def found(inquiry: Inquiry) -> list[Dispute]:
    return disputes(inquiry, inquiry.rows("disagreements"))


def test_each_disagreement_comes_once_with_all_its_sides(
    inquiry: Inquiry, found: list[Dispute]
) -> None:
    rows = inquiry.rows("disagreements")
    assert found
    sides = {(dispute.iri, side.iri) for dispute in found for side in dispute.sides}
    assert sides == {(row["disagreement"].value, row["claim"].value) for row in rows}
    assert len({dispute.iri for dispute in found}) == len(found)


def test_every_side_shows_where_it_is_said(found: list[Dispute]) -> None:
    for dispute in found:
        assert len(dispute.sides) > 1, dispute.iri
        for side in dispute.sides:
            assert side.text.text
            assert side.passages, side.iri


def test_nothing_asked_is_no_dispute(inquiry: Inquiry) -> None:
    assert disputes(inquiry, []) == []
