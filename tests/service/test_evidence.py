import re

import pytest
from starlette.testclient import TestClient

from ihubkg import answer
from ihubkg.model import Model
from ihubkg.store import Store

BROWSER = {"Accept": "text/html"}


def claims(text: str) -> list[str]:
    listed = text.partition('id="claims"')[2].partition('id="strength"')[0]
    return re.findall(r'<li><a href="(/doc/claim/[^"]+)"', listed)


def test_every_claim_with_evidence_is_shown_once(
    client: TestClient, store: Store, model: Model
) -> None:
    rows = answer.ask(store, model.questions["claims-with-evidence"], {}).rows
    shown = claims(client.get("/evidence", headers=BROWSER).text)
    assert len(shown) == len(set(shown)) == len({row["claim"].value for row in rows}) > 80


def test_a_kind_includes_its_narrower_kinds(client: TestClient) -> None:
    text = client.get("/evidence?kind=peer-reviewed&about=", headers=BROWSER).text
    assert "Peer-reviewed case study" in text.partition('id="claims"')[2]
    assert 0 < len(claims(text)) < 10


def test_a_method_is_chosen(client: TestClient) -> None:
    text = client.get("/evidence?about=digipeda", headers=BROWSER).text
    assert claims(text) == ["/doc/claim/ev-digierko"]
    assert re.search(r"<option value=\"[^\"]+\" selected>Digipeda workshop", text)
    assert "About 20 digital tutors" in text


def test_nothing_found_is_said_plainly(client: TestClient) -> None:
    text = client.get("/evidence?about=digipeda&kind=survey", headers=BROWSER).text
    assert "There is no such evidence here" in text


@pytest.mark.parametrize("query", ["kind=nonsense", "about=nobody-knows"])
def test_what_is_not_known_is_refused_with_what_is_near(client: TestClient, query: str) -> None:
    found = client.get(f"/evidence?{query}", headers=BROWSER)
    assert found.status_code == 422
    assert "Nearest:" in found.text


def test_strength_gaps_and_disagreements_are_there(client: TestClient) -> None:
    text = client.get("/evidence", headers=BROWSER).text
    assert "our own proposal" in text
    gaps = text.partition('id="gaps"')[2].partition('id="disagreements"')[0]
    assert "Future School" in gaps and "Teacher Innovation Laboratory" in gaps
    disputes = re.findall(r'<article class="dispute" id="d-([^"]+)"', text)
    assert len(disputes) == len(set(disputes)) == 19
    target = text.partition('id="d-accelerator-date"')[2].partition("</article>")[0]
    assert target.count("<li>") == 3 and target.count('class="passage"') >= 3


def test_the_picture_counts_every_item_on_a_method_once(client: TestClient) -> None:
    """Each method has a row; its spots together are the items that speak of it."""
    text = client.get("/evidence", headers=BROWSER).text
    table = text.partition('<table class="spots">')[2].partition("</table>")[0]
    rows = table.partition("<tbody>")[2].split("<tr")[1:]
    assert len(rows) == 9
    counts = {
        re.sub(r"<[^>]*>", "", row.partition("</th>")[0].partition('scope="row">')[2]): sum(
            map(int, re.findall(r'role="img" aria-label="(\d+)"', row))
        )
        for row in rows
    }
    assert counts["Digital Accelerator"] == 7
    assert counts["Future School"] == 0
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert table.count('class="bare"') == list(counts.values()).count(0)
