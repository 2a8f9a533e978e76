"""Every page: accessible, whole at every width, by keyboard alone, and without another host."""

import pytest

from tests.browser.visit import Visit

PAGES = (
    "/",
    "/methods",
    "/methods?phase=mapping-needs",
    "/phases",
    "/hubs",
    "/evidence",
    "/about",
    "/questions",
    "/questions/methods-for-phase?phase=mapping-needs",
    "/questions/methods-for-phase?phase=nowhere",
    "/search?q=mentring",
    "/sparql",
    "/validate",
    "/api",
    "/dumps/",
    "/changes",
    "/evidence?about=digipeda",
    "/doc/",
    "/doc/method",
    "/doc/method/digipeda",
    "/doc/method/digital-accelerator?lang=et",
    "/doc/hub/lt-ct-ai",
    "/doc/school/audru",
    "/doc/disagreement/hub-countries",
    "/doc/voc/phase/mapping-needs",
    "/voc/phase",
    "/graph/curated",
    "/ontology",
    "/shapes",
    "/problem/not-found",
    "/nowhere",
)
WIDTHS = (1280, 360)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_whole_and_self_contained(visit: Visit, path: str) -> None:
    """axe finds nothing, nothing sticks out at the side, nobody else is asked, nothing fails."""
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        page = visit.open(path)
        assert visit.axe() == [], scheme
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    own = [fault for fault in visit.faults if "status of 4" in fault]  # what the path asked for
    assert [fault for fault in visit.faults if fault not in own] == []


def test_the_first_tab_skips_to_the_content(visit: Visit) -> None:
    """By keyboard one reaches the content at once."""
    page = visit.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_pages_have_words_without_scripts(visit: Visit, site: str) -> None:
    """The finder answers with scripts switched off."""
    browser = visit.page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/questions/methods-for-phase?phase=mapping-needs")
    assert "IDI-based self-evaluation workshop" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("path", ["/methods?phase=mapping-needs", "/evidence", "/doc/"])
def test_paper_has_the_words_and_no_forms(visit: Visit, path: str) -> None:
    """Printed, a page keeps its heading and shows nothing to press or fill in; sources unfold."""
    page = visit.open(path, width=794)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator("form:visible, button:visible, nav[aria-label=Main]:visible").count() == 0
    assert page.locator(".passage:visible").count() == page.locator(".passage").count()


def test_on_a_phone_the_head_of_a_page_leaves_room_for_it(visit: Visit) -> None:
    """At 360 px brand, navigation and search take less than a sixth of the first screen."""
    page = visit.open("/", width=360)
    box = page.locator(".masthead").bounding_box()
    assert box is not None
    assert box["height"] < 900 / 6
