import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.routes.validate import groups
from service.settings import Settings

BROWSER = {"Accept": "text/html"}
TURTLE = {"Content-Type": "text/turtle"}


def test_the_form_is_a_page_that_works_without_scripts(client: TestClient) -> None:
    page = client.get("/validate", headers=BROWSER)
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text and "<script" not in page.text
    assert all(f'name="{name}"' in page.text for name in ("text", "file", "format"))


@pytest.mark.parametrize(
    "kind", ["application/pdf", "application/sparql-results+json", "text/html", ""]
)
def test_other_media_types_are_refused_with_those_that_are_taken(
    client: TestClient, kind: str
) -> None:
    found = client.post("/validate", content=b"x", headers={"Content-Type": kind})
    assert found.status_code == 415
    assert "text/turtle" in found.json()["detail"]


@pytest.mark.parametrize("text", [b"", b" \n\t "])
def test_nothing_is_refused_with_a_plain_sentence(client: TestClient, text: bytes) -> None:
    found = client.post("/validate", content=text, headers=TURTLE)
    assert found.status_code == 400
    assert found.json()["detail"].startswith("There is nothing to check")


def test_an_empty_form_shows_the_form_again(client: TestClient) -> None:
    found = client.post(
        "/validate", data={"text": "", "format": ""}, files={"file": ("", b"")}, headers=BROWSER
    )
    assert found.status_code == 400
    assert 'role="alert"' in found.text and "There is nothing to check" in found.text


def test_a_file_of_unknown_suffix_needs_its_format(client: TestClient) -> None:
    found = client.post("/validate", files={"file": ("a.docx", b"PK")})
    assert found.status_code == 415
    assert ".ttl" in found.json()["detail"]


def test_an_unknown_format_names_the_known_ones(client: TestClient) -> None:
    found = client.post("/validate", data={"text": "x", "format": "word"})
    assert found.status_code == 415
    assert "jsonld" in found.json()["detail"]


def test_an_announced_upload_of_100_mb_is_refused_unread(client: TestClient) -> None:
    headers = {**TURTLE, "Content-Length": str(100 * 1024 * 1024)}
    found = client.post("/validate", content=b"<a> <b> <c> .", headers=headers)
    assert found.status_code == 413
    assert found.json()["limit"] > 0


def test_more_than_the_limit_is_refused(client: TestClient) -> None:
    found = client.post("/validate", content=b"#" * (Settings().validate_bytes + 1), headers=TURTLE)
    assert found.status_code == 413


def test_a_text_that_is_too_long_in_a_form_is_refused(client: TestClient) -> None:
    found = client.post("/validate", data={"text": "#" * (Settings().validate_bytes + 1)})
    assert found.status_code == 413


def test_problems_are_grouped_by_cause_with_line_and_diff() -> None:
    location = {"source": "a.ttl", "line": 2, "column": 3, "end_line": 2, "end_column": 5}
    one: Mapping[str, Any] = {
        "severity": "Violation",
        "shape": "s",
        "constraint": "MinCount",
        "message": "Name it.",
        "lang": "en",
        "location": location,
        "excerpt": "second",
        "fix": {"title": "Add a name", "patch": "--- a\n+++ b\n@@ -1 +1 @@\n x\n-y\n+z\n"},
    }
    found = groups([one, {**one, "location": {"source": "a", "cell": "B7"}}])
    assert [len(group.findings) for group in found] == [2]
    first, second = found[0].findings
    assert (first.place, first.excerpt) == ("line 2, column 3", ("se", "co", "nd"))
    assert first.diff == (("around", " x"), ("removed", "-y"), ("added", "+z"))
    assert second.place == "cell B7"


METHOD = b"""@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/ihub4schools/id/method/mine>
    a ihub:Method ;
    skos:prefLabel "Mine"@en .
"""


def test_what_does_not_conform_is_a_good_answer_with_located_problems(client: TestClient) -> None:
    found = client.post("/validate", content=METHOD, headers=TURTLE)
    assert found.status_code == 200
    report = found.json()
    assert report["conforms"] is False
    first = report["problems"][0]
    assert first["severity"] == "Violation" and first["message"]
    assert first["location"]["line"] >= 4


def test_a_published_file_conforms(client: TestClient, root: Path) -> None:
    file = root / "data" / "curated" / "methods" / "digipeda.ttl"
    found = client.post("/validate", files={"file": (file.name, file.read_bytes())})
    assert found.status_code == 200
    assert found.json()["conforms"] is True


def test_what_cannot_be_read_is_a_report_too(client: TestClient) -> None:
    found = client.post("/validate", content=b"<urn:a> <urn:b> .\n", headers=TURTLE)
    assert found.status_code == 200
    report = found.json()
    assert report["conforms"] is False
    assert report["problems"][0]["location"]["line"] == 1


@pytest.mark.parametrize(
    ("accept", "starts"),
    [
        ("text/turtle", b"@prefix"),
        ("application/ld+json", b"["),
        ("text/csv", b"severity,"),
        ("application/sarif+json", b"{"),
        ("text/plain", b"data.ttl:"),
    ],
)
def test_the_report_comes_in_the_form_asked_for(
    client: TestClient, accept: str, starts: bytes
) -> None:
    found = client.post("/validate", content=METHOD, headers={**TURTLE, "Accept": accept})
    assert found.status_code == 200
    assert found.headers["content-type"].startswith(accept)
    assert found.content.startswith(starts)


def test_the_report_is_a_page_for_browsers(client: TestClient) -> None:
    text = METHOD.decode()
    found = client.post("/validate", data={"text": text, "format": "turtle"}, headers=BROWSER)
    assert found.status_code == 200
    assert "It does not conform yet" in found.text
    assert re.search(r"<strong>line \d+, column \d+</strong>", found.text)
    assert "must be mended" in found.text
    assert "<mark>&lt;https://w3id.org/ihub4schools/id/method/mine&gt;</mark>" in found.text


def test_what_is_pasted_is_shown_and_never_run(client: TestClient) -> None:
    text = '<urn:a> <urn:b> "<script>alert(1)</script>" ,'
    found = client.post("/validate", data={"text": text, "format": ""}, headers=BROWSER)
    assert "<script>alert" not in found.text and "&lt;script&gt;alert" in found.text


SCHOOLS = b"id,name,country,place,source passages\nx,X School,ESTONIA,estonia,web-estonia-list\n"


def test_a_table_is_checked_by_cells(client: TestClient) -> None:
    found = client.post("/validate", content=SCHOOLS, headers={"Content-Type": "text/csv"})
    (problem,) = [p for p in found.json()["problems"] if p["severity"] == "Violation"]
    assert problem["location"]["cell"] == "C2"
    assert problem["fix"]["patch"].splitlines()[-1].startswith("+x,X School,EST,")
    page = client.post("/validate", files={"file": ("schools.csv", SCHOOLS)}, headers=BROWSER)
    assert "<strong>cell C2</strong>" in page.text


def test_submissions_are_asked_for_more(client: TestClient) -> None:
    asked = {}
    for profile in ("published", "submission"):
        found = client.post(f"/validate?profile={profile}", content=METHOD, headers=TURTLE)
        asked[profile] = found.json()["counts"]["Violation"]
    assert asked["submission"] > asked["published"]
    form = {"text": METHOD.decode(), "profile": "submission"}
    assert client.post("/validate", data=form).json()["counts"]["Violation"] == asked["submission"]
    wrong = client.post("/validate?profile=all", content=METHOD, headers=TURTLE)
    assert (wrong.status_code, "published or submission" in wrong.json()["detail"]) == (400, True)


def test_what_would_change_is_told(client: TestClient) -> None:
    text = (
        "<https://w3id.org/ihub4schools/id/school/audru> "
        '<http://www.w3.org/2004/02/skos/core#note> "Far away."@en .'
    )
    found = client.post("/validate", content=text, headers=TURTLE).json()
    assert found["changes"] == {"new": 0, "changed": 1, "same": 0}
    assert [e["text"] for e in found["effects"]] == ["added: Audru School, notes: “Far away.” (en)"]
    page = client.post("/validate", data={"text": text}, headers=BROWSER)
    assert "<ins>“Far away.” (en)</ins>" in page.text


def test_private_data_is_not_shown_again(client: TestClient) -> None:
    text = METHOD.decode().replace('"Mine"', '"Ask mari@kool.example"')
    page = client.post("/validate", data={"text": text}, headers=BROWSER)
    assert "private data" in page.text
    assert "mari@kool" not in page.text


def test_a_report_can_be_taken_as_a_file(client: TestClient) -> None:
    found = client.post(
        "/validate?download&_mediatype=application/sarif%2Bjson", data={"text": METHOD.decode()}
    )
    assert found.headers["content-disposition"] == 'attachment; filename="report.sarif"'
    assert found.json()["version"] == "2.1.0"


def test_another_encoding_is_refused(client: TestClient) -> None:
    headers = {"Content-Type": "text/turtle; charset=iso-8859-1"}
    assert client.post("/validate", content=METHOD, headers=headers).status_code == 415


def test_a_version_that_never_was_is_said(client: TestClient) -> None:
    found = client.post("/validate?base=nowhen", content=METHOD, headers=TURTLE)
    assert (found.status_code, "nowhen" in found.json()["detail"]) == (404, True)


def test_nothing_changed_since_the_version_there_is(client: TestClient) -> None:
    now = client.post("/validate", content=METHOD, headers=TURTLE).headers["X-Dataset-Version"]
    found = client.post(f"/validate?base={now}", content=METHOD, headers=TURTLE)
    assert found.status_code == 200
    assert "Base" not in {problem["constraint"] for problem in found.json()["problems"]}
