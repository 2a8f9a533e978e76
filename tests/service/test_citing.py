"""`/cite` and `/curie`."""

import pytest
import yaml
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("suffix", "accept", "begins"),
    [
        ("cff", "application/yaml", "cff-version"),
        ("bib", "application/x-bibtex", "@misc{ihubkg,"),
        ("ris", "application/x-research-info-systems", "TY  - DATA\r\n"),
        ("json", "application/json", "{"),
    ],
)
def test_the_dataset_can_be_cited(
    client: TestClient, suffix: str, accept: str, begins: str
) -> None:
    by_suffix = client.get(f"/cite.{suffix}")
    assert by_suffix.text.startswith(begins)
    assert client.get("/cite", headers={"accept": accept}).text == by_suffix.text
    assert by_suffix.headers["content-type"].startswith(accept)


def test_a_citation_names_the_dataset_version(client: TestClient) -> None:
    version = client.get("/doc/method").headers["x-dataset-version"]
    for suffix in ("bib", "ris", "json"):
        assert version in client.get(f"/cite.{suffix}").text
    assert yaml.safe_load(client.get("/cite").text)["type"] == "dataset"
    assert client.get("/cite.docx").status_code == 406


@pytest.mark.parametrize(
    ("curie", "target"),
    [
        ("ihub:Method", "/ontology#Method"),
        ("ihubs:Method-need", "/shapes#Method-need"),
        ("skos:Concept", "http://www.w3.org/2004/02/skos/core#Concept"),
    ],
)
def test_a_short_name_leads_to_what_describes_it(
    client: TestClient, curie: str, target: str
) -> None:
    answer = client.get(f"/curie/{curie}")
    assert answer.status_code == 303
    assert answer.headers["location"] == target


@pytest.mark.parametrize("curie", ["nosuch:Method", "https://example.org/", "javascript:alert(1)"])
def test_no_other_place_is_led_to(client: TestClient, curie: str) -> None:
    assert client.get(f"/curie/{curie}").status_code == 404
