"""The editor of queries as a researcher uses it, by mouse, by keyboard and without scripts."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

ODD = """PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>
SELECT * {
  ?x a ihub:Metod }"""


def lines(page: Page) -> str:
    value = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    return str(value)


def write(page: Page, query: str) -> None:
    """Put a query into the editor, the cursor at its end."""
    page.locator(".CodeMirror").wait_for()
    page.evaluate(
        "query => { const editor = document.querySelector('.CodeMirror').CodeMirror;"
        " editor.setValue(query); editor.focus(); editor.setCursor(99, 999); }",
        query,
    )


def test_a_query_runs_where_it_stands_and_its_address_gives_the_same(visit: Visit) -> None:
    page = visit.open("/sparql")
    write(page, "SELECT ?o { <http://e/s> ?p ?o } # none")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("0 rows")
    write(
        page,
        "SELECT (COUNT(*) AS ?methods) { ?m a <https://w3id.org/ihub4schools/ontology#Method> }",
    )
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#said")).to_have_text("1 row")
    assert page.locator("#answer td").inner_text() == "9"
    page.reload()
    assert page.locator("#answer td").inner_text() == "9"
    assert "COUNT(*)" in lines(page)
    page.get_by_role("link", name="CSV").click()
    assert visit.axe() == []
    assert visit.faults == []


def test_names_complete_by_keyboard_and_tab_leaves(visit: Visit) -> None:
    page = visit.open("/sparql")
    write(page, ODD.replace("?x a ihub:Metod }", "?x ihub:hasSui"))
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hint").first).to_have_text("ihub:hasSuitability")
    assert visit.axe() == []
    page.keyboard.press("Enter")
    assert lines(page).endswith("?x ihub:hasSuitability")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.CodeMirror')")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('.CodeMirror'))")
    assert visit.faults == []


def test_a_misspelt_name_is_marked_while_one_types(visit: Visit) -> None:
    page = visit.open("/sparql")
    write(page, ODD)
    expect(page.locator("#hints")).to_contain_text("Line 3: The graph knows no class ihub:Metod.")
    expect(page.locator("#hints code").first).to_have_text("ihub:Method")
    expect(page.locator(".CodeMirror .odd")).to_have_text("ihub:Metod")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert visit.axe() == []


def test_a_query_is_explained_part_by_part(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#said")).to_have_text("What this query asks")
    assert "methods that are judged to fit" in page.locator("#answer").inner_text()
    assert page.locator("#answer td.number").first.inner_text() == "15"
    assert visit.axe() == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_example_comes_into_the_editor(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.locator("summary", has_text="School leader").click()
    page.locator("a.example:visible").first.click()
    expect(page.locator("#said")).to_contain_text("Example: ")
    assert "SELECT" in lines(page)
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#said")).to_have_text(re.compile(r"^\d+ rows?$"))
    assert visit.faults == []


def test_without_scripts_the_form_does_the_same(visit: Visit, site: str) -> None:
    browser = visit.page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sparql?example=methods-for-phase")
    page.get_by_role("button", name="Run").click()
    assert page.locator("#answer tbody tr").count() > 1
    page.locator("#query").fill(ODD)
    page.get_by_role("button", name="Run").click()
    assert "Did you mean ihub:Method" in page.locator("#answer").inner_text()
    page.get_by_role("button", name="Explain").click()
    assert "none" in page.locator("#answer").inner_text()
    page.locator("#query").fill("SELECT * { ?s ?p }")
    page.get_by_role("button", name="Run").click()
    assert page.locator("[role=alert]").is_visible()
    assert page.locator("#query").input_value() == "SELECT * { ?s ?p }"
    context.close()


def test_where_the_editor_could_not_be_fetched_the_field_stays(visit: Visit) -> None:
    page = visit.page
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto("/sparql?" + urlencode({"query": "ASK {}"}))
    assert page.locator("#query").is_visible()
    page.locator("#query").fill("ASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Yes")
