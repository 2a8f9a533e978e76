"""One report in every form in which it is read."""

import csv
import io

import orjson
import pyoxigraph as ox
import pytest

from ihubkg.document import validate_document
from ihubkg.formats import TURTLE
from ihubkg.model import Model
from ihubkg.rendering import MEDIA_TYPES, render, summary, to_csv, to_html, to_json, to_text
from ihubkg.report import Location, Problem, Report
from ihubkg.terms import BASE, PREFIXES

TEXT = f"""@prefix ihub: <{BASE}ontology#> .
<{BASE}id/region/estonia> ihub:regionPartOff
    <{BASE}id/region/finland> .
"""
ODD = Problem(
    "Warning",
    f"{BASE}shapes#Odd",
    "Pattern",
    ox.NamedNode("urn:a"),
    value=ox.Literal("=1+1"),
    message={"en": "Not <this>.", "et": "Mitte <see>."},
    location=Location("a.ttl", 3, 7),
)


@pytest.fixture(scope="module")
def report(model: Model) -> Report:
    return validate_document(TEXT.encode(), TURTLE, model=model, source="a.ttl")


def test_text_begins_each_problem_with_its_place_and_shows_the_fix(report: Report) -> None:
    lines = to_text(report).splitlines()
    assert lines[0].startswith(f"a.ttl:2:{TEXT.splitlines()[1].index('ihub:') + 1}: violation: ")
    assert f"      +<{BASE}id/region/estonia> ihub:regionPartOf" in lines
    assert summary(report) in lines
    assert lines[-1] == "  added: Estonia, ihub:regionPartOff: Finland"


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Report(), "Everything conforms."),
        (Report(readable=False), "The file could not be read."),
        (Report((ODD,)), "The data conforms, with 1 warning."),
        (Report((ODD, ODD), truncated=True), "The data conforms, with 2 warnings and more."),
    ],
)
def test_a_report_is_said_in_one_sentence(found: Report, sentence: str) -> None:
    assert summary(found) == sentence


def test_json_speaks_the_language_asked_for_and_leaves_out_what_is_empty() -> None:
    (found,) = to_json(Report((ODD,)), ["et", "en"])["problems"]
    assert (found["message"], found["lang"]) == ("Mitte <see>.", "et")
    assert found["location"] == {"source": "a.ttl", "line": 3, "column": 7}
    assert "hint" not in found
    assert "fix" not in found


def test_cells_and_markup_are_defused() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv(Report((ODD,)))))
    assert (row["value"], row["line"], row["shape"]) == ("'=1+1", "3", "Odd")
    assert "Not &lt;this&gt;." in to_html(Report((ODD,)))
    assert "<this>" not in to_html(Report((ODD,)))


def test_the_graph_forms_say_the_same_as_json(report: Report) -> None:
    result = ox.NamedNode(PREFIXES["sh"] + "focusNode")
    said = {p["focus"] for p in orjson.loads(render(report, "json"))["problems"] if "focus" in p}
    for fmt, syntax in (("turtle", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
        quads = [*ox.parse(render(report, fmt), format=syntax)]
        assert {q.object.value for q in quads if q.predicate == result} == said != set()
    assert all(render(report, fmt) for fmt in MEDIA_TYPES)
