"""The main journeys with the keyboard alone: Tab, the arrow keys, letters and Enter."""

import re

from playwright.sync_api import Page

from tests.browser.visit import Visit

FAR = 150
"""Presses of Tab after which something counts as out of reach."""


def reach(page: Page, selector: str) -> None:
    """Press Tab until what `selector` names has the focus."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} was not reached with {FAR} tabs.")


def test_a_school_leader_reaches_the_passage_behind_an_answer(visit: Visit) -> None:
    """Phase and time by letters; why, and the source: three activations from the start page."""
    page = visit.open("/")
    reach(page, "#phase")
    page.keyboard.type("4")
    reach(page, "#time")
    page.keyboard.press("ArrowDown")
    reach(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("phase=mapping-needs.*time=PT3H"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    reach(page, ".entry .grounds summary")
    page.keyboard.press("Enter")
    reach(page, ".entry .grounds[open] .passage a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/doc/citation/"))
    assert page.locator("h1").is_visible()
    assert visit.faults == []


def test_a_researcher_narrows_the_evidence(visit: Visit) -> None:
    """The lists of the evidence page take letters, its button Enter."""
    page = visit.open("/evidence")
    reach(page, "#about")
    page.keyboard.type("Digip")
    reach(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("about=digipeda"))
    assert "1 of " in page.get_by_role("status").inner_text()


def test_an_editor_checks_a_text(visit: Visit) -> None:
    """A text typed into the form is checked, and the report is reached."""
    page = visit.open("/validate")
    reach(page, "textarea")
    page.keyboard.type("nonsense")
    reach(page, "main form button")
    page.keyboard.press("Enter")
    page.get_by_text("This is not Turtle").first.wait_for()


def test_the_current_page_is_marked(visit: Visit) -> None:
    """The navigation tells where one is; on other pages nothing is marked."""
    for path, marked in (("/hubs", ["Hubs"]), ("/questions/figures", ["Questions"]), ("/doc/", [])):
        page = visit.open(path)
        assert page.locator("nav[aria-label=Main] [aria-current]").all_inner_texts() == marked
