"""`/questions`: every question through every door, and what is refused with which words."""

import csv
import io
import json

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg import answer
from ihubkg.model import Model
from ihubkg.store import Store

HERE = "/questions/methods-for-phase"
MAPPING = {"phase": "mapping-needs"}
PAGE = {"Accept": "text/html"}


def test_catalogue_lists_every_question(client: TestClient, model: Model) -> None:
    """The contract's keys are there for each."""
    listed = client.get("/questions").json()["questions"]
    assert [entry["name"] for entry in listed] == list(model.questions)
    for entry in listed:
        assert entry["summary"]
        assert {"persona", "parameters", "results"} <= entry.keys()


def test_catalogue_page_links_every_question(client: TestClient, model: Model) -> None:
    """A browser gets a page with a link to each."""
    page = client.get("/questions", headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    for name in model.questions:
        assert f'href="/questions/{name}"' in page.text


def test_methods_for_a_phase(client: TestClient) -> None:
    """The IDI workshop is stated, three methods are our reading, each with its source."""
    rows = client.get(f"{HERE}.json", params=MAPPING).json()["rows"]
    found = {(row["method"]["label"], row["basis"]["label"]) for row in rows}
    assert found == {
        ("IDI-based self-evaluation workshop", "Stated"),
        ("Digital Accelerator", "Inferred"),
        ("Digipeda workshop", "Inferred"),
        ("Future School", "Inferred"),
    }
    assert all(row["source"]["label"] and row["where"]["value"] for row in rows)


@pytest.mark.parametrize("spelling", ["mapping-needs", "Mapping needs", "MAPPING NEEDS"])
def test_a_value_may_be_spelt_as_people_do(client: TestClient, spelling: str) -> None:
    """Slug and label mean the same."""
    rows = client.get(f"{HERE}.json", params={"phase": spelling}).json()["rows"]
    assert rows == client.get(f"{HERE}.json", params=MAPPING).json()["rows"]


def test_every_question_answers_with_the_rows_of_the_library(
    client: TestClient, model: Model, store: Store
) -> None:
    """Over HTTP comes what the library gives, for every example of every question."""
    for name, question in model.questions.items():
        for call in question.examples:
            given = {key: list(texts) for key, texts in call.items()}
            expected = answer.ask(store, question, given).as_dict(at="/")
            got = client.get(f"/questions/{name}.json", params=given)
            assert got.status_code == 200, name
            assert got.json()["rows"] == json.loads(json.dumps(expected["rows"])), name


def test_every_question_has_a_page(client: TestClient, model: Model) -> None:
    """With its example the page answers; without what it needs it shows the form."""
    for name, question in model.questions.items():
        given = {key: list(texts) for key, texts in question.examples[0].items()}
        page = client.get(f"/questions/{name}", params=given, headers=PAGE)
        assert page.status_code == 200, name
        assert 'id="answer"' in page.text, name
        bare = client.get(f"/questions/{name}", headers=PAGE)
        assert bare.status_code == 200, name
        needs = [item for item in question.parameters if item.required and not item.default]
        assert ('id="answer"' in bare.text) is not bool(needs), name


def test_csv_is_a_table_with_labels(client: TestClient) -> None:
    """Each row as in JSON, with a column of labels behind things."""
    got = client.get(f"{HERE}.csv", params=MAPPING)
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(got.text)))
    rows = client.get(f"{HERE}.json", params=MAPPING).json()["rows"]
    assert [line["method_label"] for line in table] == [row["method"]["label"] for row in rows]


def test_tsv_is_terms(client: TestClient) -> None:
    """SPARQL TSV: variables in the first line, terms below."""
    lines = client.get(f"{HERE}.tsv", params=MAPPING).text.splitlines()
    assert lines[0].startswith("?method\t?basis")
    assert lines[1].startswith("<https://w3id.org/ihub4schools/id/method/")


def test_sparql_json_by_accept(client: TestClient) -> None:
    """Clients of SPARQL get their own form."""
    wanted = "application/sparql-results+json"
    got = client.get(HERE, params=MAPPING, headers={"Accept": wanted})
    assert got.headers["content-type"] == wanted
    assert got.json()["results"]["bindings"][0]["method"]["type"] == "uri"


@pytest.mark.parametrize("kind", ["form", "json"])
def test_post_is_the_same_as_get(client: TestClient, kind: str) -> None:
    """Parameters may come in the body."""
    got = (
        client.post(f"{HERE}.json", data=MAPPING)
        if kind == "form"
        else client.post(f"{HERE}.json", json=MAPPING)
    )
    assert got.json()["rows"] == client.get(f"{HERE}.json", params=MAPPING).json()["rows"]
    assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "parameter", "nearest"),
    [
        ({"phase": "maping-needs"}, "phase", "mapping-needs"),
        ({}, "phase", None),
        ({"phase": ["reflection", "mapping-needs"]}, "phase", None),
        ({"phase": "reflection", "phse": "x"}, "phse", "phase"),
        ({"phase": "reflection", "limit": "-1"}, "limit", None),
        ({"phase": "reflection", "offset": "many"}, "offset", None),
    ],
)
def test_a_wrong_parameter_is_named(
    client: TestClient, given: dict[str, str | list[str]], parameter: str, nearest: str | None
) -> None:
    """422 with the parameter, the reason, and what would do."""
    got = client.get(f"{HERE}.json", params=given)
    assert got.status_code == 422
    assert got.headers["content-type"] == "application/problem+json"
    errors = got.json()["errors"]
    assert [error["parameter"] for error in errors] == [parameter]
    assert errors[0]["reason"]
    assert nearest is None or nearest in errors[0]["nearest"]


def test_a_wrong_parameter_on_the_page_keeps_the_form(client: TestClient) -> None:
    """The page shows the reason beside the field, and no traceback."""
    got = client.get(HERE, params={"phase": "<b>x"}, headers=PAGE)
    assert got.status_code == 422
    assert 'aria-invalid="true"' in got.text
    assert "<b>x" not in got.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[1]", "application/json", 422),
        (b'{"phase": {"a": 1}}', "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"phase=reflection", "text/plain", 415),
    ],
)
def test_a_body_that_cannot_be_read(
    client: TestClient, body: bytes, kind: str, status: int
) -> None:
    """A plain problem, whatever is sent."""
    got = client.post(f"{HERE}.json", content=body, headers={"Content-Type": kind})
    assert got.status_code == status
    assert got.json()["detail"]


def test_an_unknown_question_names_the_nearest(client: TestClient) -> None:
    """404 with names that are written alike."""
    got = client.get("/questions/method-for-phase.json")
    assert got.status_code == 404
    assert "methods-for-phase" in str(got.json())


def test_an_unknown_form_lists_what_there_is(client: TestClient) -> None:
    """406 with the media types."""
    got = client.get(HERE, params=MAPPING, headers={"Accept": "image/png"})
    assert got.status_code == 406
    assert "text/csv" in str(got.json())


def test_an_answer_that_the_client_holds_is_not_sent_again(client: TestClient) -> None:
    """304 on the tag, another tag for another value."""
    first = client.get(f"{HERE}.json", params=MAPPING)
    held = {"If-None-Match": first.headers["etag"]}
    assert client.get(f"{HERE}.json", params=MAPPING, headers=held).status_code == 304
    other = client.get(f"{HERE}.json", params={"phase": "reflection"}, headers=held)
    assert other.status_code == 200


def test_a_cut_answer_says_so(client: TestClient) -> None:
    """Header and body tell that there are more rows."""
    got = client.get(f"{HERE}.json", params={**MAPPING, "limit": "1"})
    assert (len(got.json()["rows"]), got.json()["truncated"]) == (1, True)
    assert got.headers["x-result-truncated"] == "rows"
    rest = client.get(f"{HERE}.json", params={**MAPPING, "limit": "1", "offset": "1"}).json()
    assert rest["rows"] != got.json()["rows"]


def test_questions_as_executable_queries(client: TestClient, model: Model) -> None:
    """Every question is there in RDF, and its query runs."""
    got = client.get("/.well-known/sparql-examples")
    assert got.headers["content-type"].startswith("text/turtle")
    triples = [*ox.parse(got.content, format=ox.RdfFormat.TURTLE)]
    kind = "http://www.w3.org/ns/shacl#SPARQLExecutable"
    assert sum(t.object == ox.NamedNode(kind) for t in triples) == len(model.questions)


def test_a_cited_answer_can_be_checked(client: TestClient) -> None:
    """The permalink answers, the check says same, and says what moved when it did not stay."""
    cited = client.get(f"{HERE}.json", params=MAPPING).json()["cite"]
    again = client.get(cited["permalink"]).json()
    assert again["cite"]["result"] == cited["result"]
    assert client.get(cited["verify"]).json()["same"] is True
    other = cited["verify"].replace(cited["result"], "sha256-0")
    verdict = client.get(other).json()
    assert (verdict["same"], verdict["moved"]) == (False, ["result"])


def test_the_check_is_a_page_for_people(client: TestClient) -> None:
    """A browser is told in a sentence; what is cited wrongly too, and nothing becomes markup."""
    cited = client.get(f"{HERE}.json", params=MAPPING).json()["cite"]
    page = client.get(cited["verify"], headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    assert "Nothing has moved since it was cited." in page.text
    assert cited["permalink"].replace("&", "&amp;") in page.text
    older = cited["verify"].replace(cited["dataset"], "sha256-0")
    assert "but not in what this answer holds" in client.get(older, headers=PAGE).text
    other = cited["verify"].replace(cited["result"], "%3Cb%3E")
    assert "Changed." in client.get(other, headers=PAGE).text
    assert "<b>" not in client.get(other, headers=PAGE).text
    bare = client.get(f"{HERE}/verify", params=MAPPING, headers=PAGE)
    assert "names no result to compare with" in bare.text


@pytest.mark.parametrize(("form", "begins"), [("bibtex", "@misc{"), ("cff", "cff-version")])
def test_an_answer_is_cited_in_usual_forms(client: TestClient, form: str, begins: str) -> None:
    """BibTeX and CFF name the permalink at this address."""
    got = client.get(HERE, params={**MAPPING, "cite": form})
    assert got.text.startswith(begins)
    assert "http://127.0.0.1:8000/questions/methods-for-phase?phase=mapping-needs" in got.text
    assert client.get(HERE, params={**MAPPING, "cite": "apa"}).status_code == 422


def test_each_row_says_why_it_is_there(client: TestClient) -> None:
    """With `explain` each row has statements that rest on passages of its source."""
    got = client.get(f"{HERE}.json", params={**MAPPING, "explain": "1"}).json()
    assert len(got["why"]) == len(got["rows"])
    for row, why in zip(got["rows"], got["why"], strict=True):
        assert row["source"]["value"] in {source["source"] for source in why["sources"]}
        assert why["statements"]
    page = client.get(HERE, params={**MAPPING, "explain": "1"}, headers=PAGE).text
    assert "Why each row is there" in page


def test_an_empty_answer_says_why(client: TestClient) -> None:
    """The part that removed the last row is named, and calls that have an answer."""
    got = client.get(f"{HERE}.json", params={"phase": "initiative"}).json()
    assert got["rows"] == []
    assert got["why_empty"]["message"]
    assert {"phase"} == {other["parameter"] for other in got["why_empty"]["instead"]}
    page = client.get(HERE, params={"phase": "initiative"}, headers=PAGE).text
    assert "Nothing in the sources answers this" in page


def test_a_question_is_described_in_graph_forms(client: TestClient) -> None:
    """Its IRI dereferences: what it asks, in words and in SPARQL."""
    for path, accept in (
        ("/questions/methods-for-phase.ttl", "*/*"),
        ("/questions/methods-for-phase", "text/turtle"),
    ):
        answer = client.get(path, headers={"accept": accept})
        assert answer.headers["content-type"].startswith("text/turtle")
        assert "sh:select" in answer.text
        assert "dcterms:creator" in answer.text
