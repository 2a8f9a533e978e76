import json
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ihubkg.terms import BASE, concept, document, term, thing

FORMS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
PATHS = [
    "/doc/method/digipeda",
    "/doc/voc/phase/mapping-needs",
    "/voc/phase",
    "/graph/interpreted",
    "/ontology",
    "/ontology/method",
    "/ontology/0.1.0",
    "/ontology/method/0.1.0",
    "/shapes",
    "/shapes/submission",
    "/shapes/0.1.0",
    "/shapes/submission/0.1.0",
]
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def canon(triples: Iterable[ox.Quad]) -> ox.Dataset:
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/id/method/digipeda", "/doc/method/digipeda"),
        ("/id/source/seed-newsletter2", "/doc/source/seed-newsletter2"),
        ("/voc/phase/mapping-needs", "/doc/voc/phase/mapping-needs"),
        ("/id/method/digipeda?_mediatype=nt", "/doc/method/digipeda?_mediatype=nt"),
    ],
)
def test_a_thing_leads_to_its_document(client: TestClient, path: str, target: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == target
    assert 'rel="describedby"' in answer.headers["link"]
    assert client.head(path).headers["location"] == target


def test_the_document_is_where_terms_say() -> None:
    assert document(thing("method", "digipeda")) == f"{BASE}doc/method/digipeda"
    assert document(concept("phase", "reflection")) == f"{BASE}doc/voc/phase/reflection"


@pytest.mark.parametrize("path", PATHS)
def test_all_forms_say_the_same(client: TestClient, path: str) -> None:
    said = {}
    for suffix, (media_type, fmt) in FORMS.items():
        answer = client.get(path, headers={"accept": media_type})
        assert answer.status_code == 200, suffix
        assert answer.headers["content-type"].partition(";")[0] == media_type
        said[suffix] = canon(ox.parse(answer.content, format=fmt))
    assert len(said["ttl"]) > 5
    assert all(one == said["ttl"] for one in said.values())


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_gets_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1>") == 1
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("path", [p for p in PATHS if "0.1.0" not in p])
def test_a_suffix_chooses_the_form(client: TestClient, path: str) -> None:
    for suffix, (media_type, _) in FORMS.items():
        answer = client.get(f"{path}.{suffix}", headers=BROWSER)
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.headers["content-location"] == f"{path}.{suffix}"
    page = client.get(f"{path}.html", headers={"accept": "text/turtle"})
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_and_who_has_it_gets_304(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)
    again = client.get(path, headers={"if-none-match": got.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["link"] == got.headers["link"]


def test_links_name_the_other_forms_the_thing_and_the_licence(client: TestClient) -> None:
    links = client.get("/doc/method/digipeda").headers["link"]
    assert '</doc/method/digipeda.jsonld>; rel="alternate"; type="application/ld+json"' in links
    assert f'<{thing("method", "digipeda")}>; rel="cite-as"' in links
    assert f'<{thing("method", "digipeda")}>; rel="describes"' in links
    assert 'rel="license"' in links


def test_turtle_reads_well(client: TestClient) -> None:
    text = client.get("/doc/method/digipeda.ttl").text
    assert "@prefix ihub: <https://w3id.org/ihub4schools/ontology#> ." in text
    assert (
        "\n    ihub:typicalDuration <https://w3id.org/ihub4schools/id/duration/digipeda> ;" in text
    )
    assert "a ihub:SourceCitation ;" in text


def test_json_ld_is_one_tree(client: TestClient) -> None:
    tree = client.get("/doc/method/digipeda.jsonld").json()
    assert "@graph" not in tree
    assert tree["id"] == thing("method", "digipeda")
    assert tree["typicalDuration"][0]["prefLabel"]["en"] == "Digipeda workshop: 3 hours"


def test_the_context_serves_every_name_that_documents_use(client: TestClient) -> None:
    whole = client.get("/context.jsonld").json()["@context"]
    used = client.get("/doc/method/digipeda.jsonld").json()["@context"]
    assert {name: whole[name] for name in used} == used


def test_a_context_in_its_version_lasts_and_another_never_was(client: TestClient) -> None:
    whole, lasting = client.get("/context.jsonld"), client.get("/context/0.1.0.jsonld")
    assert lasting.content == whole.content
    assert whole.headers["content-location"] == "/context/0.1.0.jsonld"
    assert "immutable" in lasting.headers["cache-control"]
    assert "immutable" not in whole.headers["cache-control"]
    never = client.get("/context/9.9.9.jsonld")
    assert never.status_code == 404
    assert never.json()["nearest"] == ["/context/0.1.0.jsonld"]


def test_a_language_that_nothing_is_in_is_refused(client: TestClient) -> None:
    for path in ("/doc/method/digipeda", "/methods", "/doc/method"):
        answer = client.get(f"{path}?lang=tlh", headers={"accept": "text/html"})
        assert answer.status_code == 422, path
        assert "et" in answer.text
    assert client.get("/doc/method/digipeda?lang=et", headers=BROWSER).status_code == 200


def test_a_suffix_and_a_header_that_contradict_each_other(client: TestClient) -> None:
    answer = client.get("/doc/method/digipeda.ttl", headers={"accept": "application/ld+json"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offers"]


def test_only_schemas_that_there_are_are_named(client: TestClient) -> None:
    links = client.get("/doc/voc/idi/f4").headers["link"]
    assert "/schemas/ModelElement.json" not in links
    assert "</schemas/Method.json>" in client.get("/doc/method/digipeda").headers["link"]


def test_a_misspelt_thing_names_what_is_near(client: TestClient) -> None:
    for path in ("/id/method/digipedia", "/doc/method/digipedia.ttl"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert thing("method", "digipeda") in answer.json()["nearest"]
    page = client.get("/doc/method/digipedia", headers=BROWSER)
    assert '<a href="/doc/method/digipeda">' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/voc/none",
        "/graph/none",
        "/ontology/none",
        "/ontology/9.9.9",
        "/shapes/none",
        "/shapes/9.9.9",
        "/id/method/a%20b",
        "/doc/method/a%3Eb",
        "/id/method/%22%3E%3Cscript%3E",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "<script>" not in client.get(path, headers=BROWSER).text


def test_a_form_that_is_not_there_is_406(client: TestClient) -> None:
    answer = client.get("/doc/method/digipeda", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offers"]


def test_a_graph_keeps_its_name_where_the_form_has_room(client: TestClient) -> None:
    text = client.get("/graph/interpreted.nq").text
    assert f"<{BASE}graph/interpreted> .\n" in text
    assert client.get("/graph/interpreted.trig").status_code == 200


def test_a_disputed_source_s_graph_answers_too(client: TestClient) -> None:
    answer = client.get("/graph/source/slate.ttl")
    assert answer.status_code == 200
    assert "2020-01-01" in answer.text


def test_a_version_lasts_for_ever(client: TestClient) -> None:
    assert "immutable" in client.get("/ontology/0.1.0").headers["cache-control"]
    assert "immutable" not in client.get("/ontology").headers["cache-control"]


def test_terms_have_anchors_on_the_page(client: TestClient) -> None:
    page = client.get("/ontology", headers=BROWSER).text
    assert 'id="MethodUse"' in page
    assert 'id="suitedToPhase"' in page
    assert 'id="Method-typicalDuration"' in client.get("/shapes", headers=BROWSER).text


def test_a_school_speaks_the_reader_s_language(client: TestClient) -> None:
    english = client.get("/doc/school/audru", headers=BROWSER)
    estonian = client.get("/doc/school/audru", headers={**BROWSER, "accept-language": "et"})
    assert '<h1><bdi lang="en">Audru School</bdi></h1>' in english.text
    assert '<h1><bdi lang="et">Audru Kool</bdi></h1>' in estonian.text
    assert english.headers["etag"] != estonian.headers["etag"]


def test_every_kind_of_thing_has_a_page(client: TestClient) -> None:
    terms = json.loads(client.get("/context.jsonld").content)["@context"]
    assert term("Method").endswith(terms["Method"].partition(":")[2])
    for path in ("doc/observation/hub-fi-porvoo-teachers", "doc/citation/web-finland-paragraph-2"):
        page = client.get(f"/{path}", headers=BROWSER)
        assert page.status_code == 200
        assert "Where this comes from" in page.text


def test_schemas_are_listed_and_served(client: TestClient) -> None:
    listed = client.get("/schemas").json()["schemas"]
    assert len(listed) > 40
    answer = client.get("/schemas/Method.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["$id"] == f"{BASE}schemas/Method.json"
    missing = client.get("/schemas/Unicorn.json")
    assert missing.status_code == 404
    assert "Method" in missing.json()["nearest"]


def test_the_ontology_shows_diagrams_questions_and_shapes(client: TestClient) -> None:
    whole = client.get("/ontology", headers=BROWSER).text
    module = client.get("/ontology/method", headers=BROWSER).text
    assert (whole.count('<svg xmlns="http://www.w3.org/2000/svg" role="img"')) == 8
    assert module.count('class="scroll diagram" role="region" tabindex="0"') == 1
    term_part = module.partition('id="suitedToPhase"')[2].partition("<dt>")[2].partition("<dt>")[0]
    assert '<a href="/questions/after-method">' in term_part
    assert 'href="/shapes#SubmittedEntity-shortcut"' in term_part
    assert client.get("/ontology/align", headers=BROWSER).status_code == 200


def test_the_page_of_shapes_names_groups_and_prefixes_too(client: TestClient) -> None:
    page = client.get("/shapes", headers=BROWSER).text
    assert 'id="group-people"' in page
    assert 'id="prefix-dcterms"' in page
    assert "as SHACL" in page
