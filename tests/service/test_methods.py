import re

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.answer import Cell
from service.routes.methods import COUNTED, points

PAGE = {"accept": "text/html"}


def entries(text: str, heading: str) -> list[str]:
    """Return the names of the methods listed under the section of that id."""
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', text, re.S)
    return re.findall(r"<h3><a [^>]*>([^<]+)</a></h3>", found.group()) if found else []


def get(client: TestClient, query: str = "") -> str:
    answer = client.get(f"/methods{query}", headers=PAGE)
    assert answer.status_code == 200
    return answer.text


def test_without_a_wish_all_methods_are_listed(client: TestClient) -> None:
    text = get(client)
    assert "All 9 methods that the sources name" in text
    assert len(entries(text, "found")) == 9


def test_the_phase_finds_what_is_stated_and_what_is_inferred(client: TestClient) -> None:
    text = get(client, "?phase=mapping-needs")
    assert set(entries(text, "found")) == {
        "IDI-based self-evaluation workshop",
        "Future School",
        "Digipeda workshop",
        "Digital Accelerator",
    }
    assert entries(text, "partly") == []


def test_phase_and_time_together_leave_what_fits_both(client: TestClient) -> None:
    text = get(client, "?phase=mapping-needs&time=PT3H")
    expected = {"Digipeda workshop", "IDI-based self-evaluation workshop"}
    assert set(entries(text, "found")) == expected
    assert "Future School" in entries(text, "partly")
    assert "Does not meet, as far as sources say: the time." in text


def test_level_and_element_narrow_too(client: TestClient) -> None:
    assert set(entries(get(client, "?level=teacher"), "found")) >= {"Teacher Innovation Laboratory"}
    assert set(entries(get(client, "?elements=leadership"), "found")) == {
        "Future School",
        "Digital Accelerator",
    }


def test_a_phase_without_method_says_so(client: TestClient) -> None:
    text = get(client, "?phase=anchoring")
    assert "No method in the sources fits all you asked" in text
    assert "No source names a method for the phase" in text
    assert 'href="/phases#anchoring"' in text


def test_an_entry_says_fit_effort_evidence_and_where_from(client: TestClient) -> None:
    text = get(client, "?phase=mapping-needs&time=PT3H")
    entry = text[text.index(">Digipeda workshop</a>") : text.index('id="partly"')]
    assert 'class="basis inferred"' in entry
    assert "In it schools reflect on their present practice." in entry
    assert "3 hours" in entry
    assert "Reported experience" in entry or "reported experience" in entry
    assert "iHub4Schools Newsletter vol. 2" in entry
    assert "(lines 82-89)" in entry


def test_what_was_asked_stays_chosen(client: TestClient) -> None:
    text = get(client, "?phase=Mapping+needs&time=PT3H&level=&elements=")
    assert re.search(r'<option value="mapping-needs" selected', text)
    assert re.search(r'<option value="PT3H" selected', text)
    assert re.search(r'<option value="2 hours" selected', get(client, "?time=2+hours"))


def test_the_page_and_the_question_agree(client: TestClient) -> None:
    query = "?phase=reflection&must=phase"
    rows = client.get(f"/questions/method-finder.json{query}").json()["rows"]
    assert entries(get(client, query), "found") == [row["method"]["label"] for row in rows]


def test_a_stated_fit_stands_before_inferred_ones_whatever_their_evidence(
    client: TestClient,
) -> None:
    names = entries(get(client, "?phase=mapping-needs"), "found")
    assert names[0] == "IDI-based self-evaluation workshop"


def test_evidence_lifts_no_method_above_one_that_fits_better(client: TestClient) -> None:
    rows = client.get("/questions/method-finder.json?phase=reflection").json()["rows"]
    fits = ["phase_fit" in row for row in rows]
    assert fits == sorted(fits, reverse=True)


WISHES = (
    "phase=mapping-needs&time=PT3H&level=whole-school&elements=leadership&roles=teacher"
    "&country=finland"
)


@pytest.mark.parametrize("off", [None, "phase", "time", "level", "elements", "roles", "evidence"])
def test_every_part_of_the_rank_is_shown_and_can_be_switched_off(
    client: TestClient, off: str | None
) -> None:
    counted = [name for name in COUNTED if name != off]
    query = f"?{WISHES}&" + "&".join(f"count={name}" for name in counted)
    text = get(client, query)
    rows = client.get(f"/questions/method-finder.json{query}").json()["rows"]
    for row in rows:
        parts = {name: points(cells(row), name) for name in COUNTED}
        total = sum(value for name, value in parts.items() if name in counted)
        assert row["rank"]["value"] == pytest.approx(total)
    lines = [re.sub(r"<[^>]+>", "", line) for line in re.findall(r"Why here: .*?</p>", text)]
    assert lines
    assert all(line.count(" + ") == len(COUNTED) - 1 for line in lines)
    assert all(line.count("(not counted)") == (off is not None) for line in lines)


def cells(row: dict[str, dict[str, object]]) -> dict[str, Cell]:
    """Return a row of JSON as the library has it."""
    return {
        name: Cell(
            str(cell["value"]).lower() if cell["type"] == "boolean" else str(cell["value"]),
            str(cell["type"]),
            None,
            None,
            ox.Literal(""),
        )
        for name, cell in row.items()
    }


def test_people_and_country_are_asked_for_too(client: TestClient) -> None:
    text = get(client, "?roles=teacher&roles=principal&country=finland")
    assert len(re.findall(r'<option value="(?:teacher|principal)" selected', text)) == 2
    assert "IDI-based self-evaluation workshop" in entries(text, "found")


@pytest.mark.parametrize(
    ("query", "parameter", "near"),
    [
        ("?phase=maping-needs", "phase", "mapping-needs"),
        ("?time=soon", "time", "PT3H"),
        ("?elements=leeadership", "elements", "leadership"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_near(
    client: TestClient, query: str, parameter: str, near: str
) -> None:
    answer = client.get(f"/methods{query}", headers=PAGE)
    assert answer.status_code == 422
    assert f"<code>{parameter}</code>" in answer.text
    assert near in answer.text


def test_values_come_back_escaped(client: TestClient) -> None:
    answer = client.get("/methods?time=%3Cscript%3Ealert(1)%3C/script%3E", headers=PAGE)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_the_same_for_programs_is_linked(client: TestClient) -> None:
    links = client.get("/methods?phase=reflection", headers=PAGE).headers["link"]
    assert "</questions/method-finder.json?phase=reflection>" in links
    assert client.get("/methods", headers={"accept": "application/json"}).status_code == 406


def test_who_holds_the_page_gets_304(client: TestClient) -> None:
    first = client.get("/methods?phase=reflection", headers=PAGE)
    held = {**PAGE, "if-none-match": first.headers["etag"]}
    assert client.get("/methods?phase=reflection", headers=held).status_code == 304
    assert client.get("/methods?phase=anchoring", headers=held).status_code == 200


def test_names_of_methods_follow_the_reader(client: TestClient) -> None:
    text = client.get("/methods", headers={**PAGE, "accept-language": "et"}).text
    assert '<a href="/doc/method/digital-accelerator" lang="et">DigiKiirendi</a>' in text
