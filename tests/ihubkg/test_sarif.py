"""A report as code hosts read it."""

from dataclasses import replace

import orjson
import pytest

from ihubkg import sarif
from ihubkg.document import validate_document
from ihubkg.edits import apply
from ihubkg.formats import TURTLE
from ihubkg.model import Model
from ihubkg.report import Edit, Location, Problem, Report
from ihubkg.terms import BASE

TEXT = f"""@prefix ihub: <{BASE}ontology#> .
<{BASE}id/region/estonia> ihub:regionPartOff <{BASE}id/region/finland> .
"""
PLACED = Problem(
    "Info",
    f"{BASE}shapes#Odd",
    "Pattern",
    message={"en": "Odd.", "et": "Imelik."},
    location=Location("a file.csv", 3, 7, cell="B3"),
)


@pytest.fixture(scope="module")
def report(model: Model) -> Report:
    return validate_document(TEXT.encode(), TURTLE, model=model, source="a.ttl")


def test_the_replacements_of_a_fix_mend_the_file(report: Report, model: Model) -> None:
    (run,) = orjson.loads(sarif.dump(report))["runs"]
    result = next(r for r in run["results"] if r["ruleId"].startswith("Subject-knownField."))
    assert result["level"] == "error"
    region = result["locations"][0]["physicalLocation"]["region"]
    line = TEXT.splitlines()[region["startLine"] - 1]
    written = line[region["startColumn"] - 1 : region["endColumn"] - 1]
    assert written == "ihub:regionPartOff"
    edits = []
    for replacement in result["fixes"][0]["artifactChanges"][0]["replacements"]:
        gone = replacement["deletedRegion"]
        start, end = gone["charOffset"], gone["charOffset"] + gone["charLength"]
        edits.append(Edit(start, end, replacement["insertedContent"]["text"]))
    mended = apply(TEXT, edits)
    assert validate_document(mended.encode(), TURTLE, model=model).conforms


def test_each_rule_is_described_once_and_pointed_at() -> None:
    other = replace(PLACED, severity="Warning", shape=None, constraint="Remark")
    (run,) = sarif.log(Report((PLACED, PLACED, other)), ["et"])["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["Odd.Pattern", "file.Remark"]
    assert [rule.get("helpUri") for rule in rules] == [PLACED.shape, None]
    assert [r["ruleIndex"] for r in run["results"]] == [0, 0, 1]
    assert [r["level"] for r in run["results"]] == ["note", "note", "warning"]
    assert run["results"][0]["message"] == {"text": "Imelik."}


def test_places_are_addresses_with_what_is_known_of_the_region() -> None:
    (run,) = sarif.log(Report((PLACED,)))["runs"]
    (place,) = run["results"][0]["locations"]
    assert place == {
        "physicalLocation": {
            "artifactLocation": {"uri": "a%20file.csv"},
            "region": {"startLine": 3, "startColumn": 7},
        },
        "logicalLocations": [{"fullyQualifiedName": "B3"}],
    }


@pytest.mark.parametrize("readable", [True, False])
def test_a_file_that_could_not_be_read_is_a_failed_run(readable: bool) -> None:
    (run,) = sarif.log(Report(readable=readable))["runs"]
    assert run["invocations"] == [{"executionSuccessful": readable}]
    assert run["results"] == []
