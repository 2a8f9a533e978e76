import re
from itertools import pairwise

from starlette.testclient import TestClient

from service.routes.phases import Fit, Stop, picture, wrapped
from service.sheet import Text

BROWSER = {"Accept": "text/html"}


def stop(number: int, *methods: str) -> Stop:
    fits = tuple(Fit(name, Text(name), "inferred", None, None, ()) for name in methods)
    return Stop(str(number), f"p{number}", Text("p"), Text("t"), "t", None, True, fits, (), ())


def test_all_phases_are_shown_in_order_with_their_methods(client: TestClient) -> None:
    page = client.get("/phases", headers=BROWSER)
    assert page.status_code == 200
    names = re.findall(r'<h3><span class="soft">(\d)</span> <a [^>]*>([^<]+)', page.text)
    assert [number for number, _ in names] == ["1", "2", "3", "4", "5", "6", "7"]
    assert names[3][1] == "Mapping development needs"
    mapping = page.text.partition('id="mapping-needs"')[2].partition('id="new-perspectives"')[0]
    stated, _, inferred = mapping.partition("Digital Accelerator")
    assert "IDI-based self-evaluation workshop" in stated and 'class="basis stated"' in stated
    assert 'class="basis inferred"' in inferred and "Digipeda workshop" in inferred


def test_none_is_obligatory_and_gaps_are_named(client: TestClient) -> None:
    text = client.get("/phases", headers=BROWSER).text
    assert "None of them is obligatory" in text
    assert "For two of the seven phases no method is known" in text
    assert "Process Model for School-to-School Peer Learning" in text
    assert "may begin again (inferred)" in text


def test_the_page_is_kept_by_its_tag_and_needs_no_other_host(client: TestClient) -> None:
    first = client.get("/phases", headers=BROWSER)
    again = client.get("/phases", headers={**BROWSER, "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not re.search(r'(?:src|rel="stylesheet" href)="(?:https?:)?//', first.text)
    assert client.get("/phases", headers={"Accept": "text/turtle"}).status_code == 406


def test_a_picture_has_a_stop_for_each_phase_and_a_row_for_each_method() -> None:
    drawn = picture([stop(1), stop(2, "a"), stop(3, "b", "a")], again=(2, 0))
    xs = [x for x, _, _ in drawn.stops]
    assert drawn.arrows == tuple(pairwise(xs))
    assert drawn.back == (xs[2], xs[0])
    assert drawn.gaps == (xs[0],)
    assert [(line.words, [m.x for m in line.marks]) for line in drawn.lines] == [
        (("a",), [xs[1], xs[2]]),
        (("b",), [xs[2]]),
    ]


def test_long_names_are_wrapped_at_words() -> None:
    assert wrapped("one two three", 7) == ("one two", "three")
    assert wrapped("incomprehensibilities", 7) == ("incomprehensibilities",)
