"""The finder as a school leader uses it: from the start page to a method and its source."""

import re

from playwright.sync_api import Page

from tests.browser.visit import Visit


def listed(page: Page, section: str) -> list[str]:
    """Return the methods that a section of the finder lists, as they are read."""
    return page.locator(f"section[aria-labelledby={section}] .entry h3").all_inner_texts()


def test_from_the_first_question_to_the_source(visit: Visit) -> None:
    """A phase and a time give two methods; one leads on to its document."""
    page = visit.open("/")
    page.get_by_label("Where are you in the process?").select_option(label="4 Mapping needs")
    page.get_by_label("How much time do you have?").select_option("PT3H")
    page.get_by_role("button", name="Find methods").click()
    page.wait_for_url(re.compile("phase=mapping-needs"))
    expected = {"Digipeda workshop", "IDI-based self-evaluation workshop"}
    assert set(listed(page, "found")) == expected
    idi = page.locator(".entry", has_text="IDI-based self-evaluation workshop").first
    assert idi.locator(".basis.stated").first.is_visible()
    idi.locator("summary", has_text="source").first.click()
    assert "paragraph 3" in idi.inner_text()
    page.get_by_role("link", name="Digipeda workshop", exact=True).click()
    page.wait_for_url(re.compile("/doc/method/digipeda"))
    assert "3 hours" in page.locator("main").inner_text()
    assert visit.faults == []


def test_it_answers_without_scripts_and_by_keyboard(visit: Visit, site: str) -> None:
    """The form is plain HTML: Tab, arrow keys and Enter are enough."""
    browser = visit.page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/methods")
    page.locator("#phase").focus()
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    for _ in ("time", "level", "elements", "further wishes", "button"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("phase=reflection"))
    assert set(listed(page, "found")) == {"Future School", "Teacher Innovation Laboratory"}
    context.close()


def test_the_picture_chooses_a_phase(visit: Visit) -> None:
    """Each stop of the picture leads to the methods of its phase."""
    page = visit.open("/methods")
    page.locator("figure svg a").nth(1).click()
    page.wait_for_url(re.compile("phase=anchoring"))
    assert "No source names a method for the phase" in page.inner_text("main")


def test_on_a_phone_the_list_takes_the_picture_s_place(visit: Visit) -> None:
    """At 360 px the strips of the entries are shown and nothing is cut off."""
    page = visit.open("/methods?phase=mapping-needs", width=360)
    assert not page.locator("figure svg.only-wide").is_visible()
    strip = page.locator("svg.strip").first
    assert strip.is_visible()
    box = strip.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360


def test_focus_is_always_visible(visit: Visit) -> None:
    """Whatever has the focus has an outline."""
    page = visit.open("/methods")
    for _ in range(14):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        tag = page.evaluate("document.activeElement.tagName")
        assert outline != "none" or tag == "BODY", tag
