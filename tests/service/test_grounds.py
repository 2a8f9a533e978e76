"""Why derived statements follow, on the page of a thing."""

import re

import pyoxigraph as ox
from starlette.testclient import TestClient

from ihubkg.store import Store
from ihubkg.terms import INFERRED, thing

PAGE = {"accept": "text/html"}
HERE = "/doc/method/digipeda"


def test_every_derived_statement_has_its_reason(client: TestClient, store: Store) -> None:
    """As many as the graph of inferences holds of the thing; each ends in asserted facts."""
    text = client.get(f"{HERE}?explain=1", headers=PAGE).text
    section = text[text.index('id="follows"') :].partition("</section>")[0]
    shown = re.findall(r"<details.*?</details>", section, re.S)
    this = ox.NamedNode(thing("method", "digipeda"))
    held = [*store.raw.quads_for_pattern(this, None, None, ox.NamedNode(INFERRED))]
    assert len(shown) == len({quad.triple for quad in held}) > 5
    for one in shown:
        assert "because" in one
        assert "(asserted, graph " in one


def test_the_rule_is_told_in_words_with_its_name(client: TestClient) -> None:
    """What follows stands above what it follows from."""
    text = client.get(f"{HERE}?explain=1", headers=PAGE).text
    plain = re.sub(r"<[^>]+>", "", text)
    assert "Digipeda workshop is a member of the class whole-school method, because" in plain
    assert "(prp-inv2):" in plain
    steps = re.findall(r'<p class="step depth-(\d)">([^<]*)</p>', text)
    assert {depth for depth, _ in steps} >= {"0", "1"}


def test_reasons_are_given_to_those_who_ask(client: TestClient) -> None:
    """Without the argument the page links to them; a misspelt one is named."""
    text = client.get(HERE, headers=PAGE).text
    assert 'href="?explain=1#follows"' in text
    assert 'id="follows"' not in text
    assert client.get(f"{HERE}?explain=maybe", headers=PAGE).status_code == 422


def test_where_nothing_is_derived_the_page_says_so(client: TestClient) -> None:
    """A passage of a source follows from nothing, or says from what."""
    text = client.get("/doc/voc/basis/stated?explain=1", headers=PAGE).text
    assert 'id="follows"' in text
