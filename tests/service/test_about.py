import re

from starlette.testclient import TestClient

from ihubkg.names import rows
from ihubkg.store import Store
from service.routes.about import bibtex, limits, size
from service.settings import Settings

BROWSER = {"Accept": "text/html"}


def test_it_says_whose_work_it_is(client: TestClient) -> None:
    page = client.get("/about", headers=BROWSER)
    assert page.status_code == 200
    assert "It is not a publication of the project" in page.text
    assert "not yet registered at w3id.org" in page.text


def test_figures_are_counted_in_the_graph(client: TestClient, store: Store) -> None:
    text = client.get("/about", headers=BROWSER).text
    shown = re.findall(r'<b>([\d,]+)</b><span><a href="(/[^"]*)"', text)
    numbers = {path: int(count.replace(",", "")) for count, path in shown}
    query = "SELECT DISTINCT ?m { ?m a <https://w3id.org/ihub4schools/ontology#Method> }"
    assert numbers["/methods"] == len(list(rows(store, query)))
    assert numbers["/dumps/"] > 10_000
    assert store.version in text


def test_it_is_cited_with_the_dataset_version(client: TestClient, store: Store) -> None:
    text = client.get("/about", headers=BROWSER).text
    assert f"Dataset version {store.version}" in text
    assert "cff-version: 1.2.0" in text


def test_gaps_and_languages_are_told(client: TestClient) -> None:
    text = client.get("/about", headers=BROWSER).text
    missing = text.partition('id="missing"')[2].partition('id="languages"')[0]
    assert "Individual methods described: 8" in missing
    assert "No duration found for" in missing and "EDULAB" in missing
    found = re.findall(r"language=(\w+)\">(\w+)[^<]*</a></th><td class=\"number\">(\d+)", text)
    assert ("ka", "Georgian", "0") in found
    assert any(code == "et" and int(count) > 0 for code, _, count in found)


def test_limits_are_those_of_the_settings() -> None:
    shown = {limit.what: limit.value for limit in limits(Settings(query_seconds=2.5, rows=77))}
    assert shown["Time for one SPARQL query"] == "2.5 seconds"
    assert shown["Rows of an answer"] == "77"
    assert size(3 * 1024) == "3 KiB"


def test_bibtex_takes_authors_and_title_from_the_citation_file() -> None:
    entry = bibtex({"authors": [{"name": "A B"}], "title": "T"}, "sha256-0", "http://h/")
    assert "author = {{A B}}" in entry and "title = {{T}}" in entry and "sha256-0" in entry
