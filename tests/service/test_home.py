import re

import pytest
from starlette.testclient import TestClient

from service.routes.home import SHOWN, caption

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def text(client: TestClient) -> str:
    answer = client.get("/", headers=PAGE)
    assert answer.status_code == 200
    return answer.text


def test_it_asks_the_first_question(text: str) -> None:
    assert '<form class="ask" method="get" action="/methods"' in text
    assert '<option value="mapping-needs" lang="en">4 Mapping needs</option>' in text


def test_every_figure_names_its_source(text: str) -> None:
    figures = re.findall(r"<li><b>.*?</li>", text, re.S)
    assert len(figures) == len(SHOWN)
    assert all('class="passage"' in figure for figure in figures)
    assert "<b>over 600</b>" in text


def test_it_counts_what_is_here(text: str) -> None:
    assert re.search(r"[\d,]+ entries rest on \d+ passages of \d+ sources", text)
    assert "9 methods" in text
    assert "5 regional hubs" in text


def test_four_ways_lead_on(text: str) -> None:
    for path in ("/methods", "/questions", "/api", "/validate"):
        assert f'<h3><a href="{path}">' in text


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(text: str) -> None:
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]+)"', text)
    assert loaded
    assert all(address.startswith("/") for address in loaded)
    assert not re.search(r"<style| style=| on\w+=|<script>", text)


def test_every_link_of_ours_answers(client: TestClient, text: str) -> None:
    for path in sorted(set(re.findall(r'href="(/[^"#]*)', text))):
        assert client.get(path, headers={"accept": "*/*"}).status_code in (200, 303), path


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("iHub4Schools: over 600 teachers in pilots", "teachers in pilots"),
        ("iHub4Schools: five hubs", "hubs"),
        ("Schools engaged in year 1, together: 26", "Schools engaged in year 1, together"),
        ("Target: at least 75 schools", "schools"),
    ],
)
def test_a_caption_does_not_repeat_the_number(label: str, expected: str) -> None:
    assert caption(label) == expected


def test_the_line_of_phases_leads_to_their_methods(text: str) -> None:
    line = text.partition('id="stops"')[2].partition("</svg>")[0]
    assert line.count('<a href="/methods?phase=') == 7
    assert "none named" in line and ">4 methods<" in line
