import re

from starlette.testclient import TestClient

from service.routes.hubs import BAR, Figure, Hub, panel
from service.sheet import Text

BROWSER = {"Accept": "text/html"}


def entry(text: str, slug: str) -> str:
    return text.partition(f'id="{slug}"')[2].partition("</li>\n<li ")[0]


def test_the_hubs_are_shown_with_counts_and_how_exact_they_are(client: TestClient) -> None:
    page = client.get("/hubs", headers=BROWSER)
    assert page.status_code == 200
    assert "five hubs in four countries: Estonia, Finland, Georgia and Lithuania" in re.sub(
        r"<[^>]+>", "", page.text
    )
    porvoo = entry(page.text, "fi-porvoo")
    assert re.search(r"about <strong>60</strong> <bdi[^>]*>teachers", porvoo)
    assert re.search(r"<dd><strong>4</strong> <bdi[^>]*>schools", porvoo)
    assert "All 4 counted schools" in porvoo and "Vårberga school" in porvoo


def test_schools_named_stand_against_schools_counted(client: TestClient) -> None:
    text = client.get("/hubs", headers=BROWSER).text
    assert "2 of 5 counted schools" in entry(text, "ge-adjara")
    assert "No source counts the schools of this hub" in entry(text, "ee-edtech")
    lithuania = entry(text, "lt-ct-ai")
    assert "2 of 12 counted schools" in lithuania and "basis inferred" in lithuania


def test_norway_and_the_disagreement_are_explained(client: TestClient) -> None:
    text = client.get("/hubs", headers=BROWSER).text
    norway = text.partition('id="norway"')[2]
    assert "five Norwegian schools" in norway and "iHub4Schools Newsletter" in norway
    places = text.partition('id="d-hub-countries"')[2]
    assert "Commission announcement (Lithuanian)" in places and "we follow this" in places


class Names:
    """Calls things by the end of their IRI."""

    def name(self, iri: str) -> Text:
        """Return the end of `iri`."""
        return Text(iri.rpartition("/")[2])


def hub(*figures: Figure) -> Hub:
    return Hub("i", "i", Text("H"), Text("Here"), None, (), figures, None, (), (), (), (), ())


def figure(number: float, exactness: str) -> Figure:
    return Figure(
        "teachers", Text("teachers"), Text(f"{number:g}"), number, exactness, Text("About"), ()
    )


def test_bars_are_as_long_as_their_figures_and_missing_ones_have_none() -> None:
    hubs = [hub(figure(50, "exact")), hub(figure(100, "about")), hub()]
    bars = panel(Names(), "teachers", hubs).bars  # type: ignore[arg-type]  # only names are asked
    assert [bar.length for bar in bars] == [BAR // 2, BAR, 0]
    assert [bar.words for bar in bars] == ["50", "about 100", "no figure found"]
