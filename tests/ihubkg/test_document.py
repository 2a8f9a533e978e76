"""From bytes to a report: places, fixes that were tried, and nothing private repeated."""

import pytest

from ihubkg.context import Context
from ihubkg.document import BASE, Inspector, Options
from ihubkg.edits import apply
from ihubkg.formats import CSV, JSONLD, TURTLE
from ihubkg.model import Model
from ihubkg.rendering import MEDIA_TYPES, render
from ihubkg.report import Problem, Report

HEAD = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""
CITATION = "seed-newsletter2-school-mentoring-model-part-2"


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.of(Model.load())


@pytest.fixture(scope="module")
def context() -> Context:
    return Context.packaged(Model.load())


def problem(report: Report, shape: str) -> Problem:
    return next(p for p in report.problems if (p.shape or "").endswith(f"#{shape}"))


def test_an_unknown_field_is_shown_at_its_name_and_mended(
    inspector: Inspector, context: Context
) -> None:
    text = HEAD + (
        "<https://w3id.org/ihub4schools/id/region/estonia> ihub:regionPartOff\n"
        "    <https://w3id.org/ihub4schools/id/region/finland> ."
    )
    found = problem(inspector.inspect(text.encode(), TURTLE, context), "Subject-knownField")
    assert found.location is not None
    assert (found.location.line, found.location.column, found.location.end_column) == (5, 51, 69)
    assert found.fix is not None
    mended = apply(text, found.fix.edits)
    assert "ihub:regionPartOf\n" in mended
    assert inspector.inspect(mended.encode(), TURTLE, context).conforms


def test_json_has_a_pointer(inspector: Inspector, context: Context) -> None:
    text = '{"@id": "https://w3id.org/ihub4schools/id/region/estonia", "https://e/x": "y"}'
    found = problem(inspector.inspect(text.encode(), JSONLD, context), "Subject-knownField")
    assert found.location is not None
    assert found.location.pointer == "/https:~1~1e~1x"


def test_private_data_is_refused_and_not_repeated(inspector: Inspector, context: Context) -> None:
    secret = "jane.doe@example.org"
    text = HEAD + (
        "<https://w3id.org/ihub4schools/id/region/estonia> "
        f'skos:note "Write to {secret}, soon."@en .'
    )
    report = inspector.inspect(text.encode(), TURTLE, context)
    assert problem(report, "PrivateText").severity == "Violation"
    for fmt in MEDIA_TYPES:
        assert secret.encode() not in render(report, fmt)


def test_data_cannot_declare_terms(inspector: Inspector, context: Context) -> None:
    text = HEAD + "ihub:madeUp a <http://www.w3.org/2002/07/owl#ObjectProperty> ."
    report = inspector.inspect(text.encode(), TURTLE, context)
    assert problem(report, "File-system").severity == "Violation"


def test_a_prefix_of_ours_is_declared_by_a_fix(inspector: Inspector, context: Context) -> None:
    text = "<urn:a> skos:note 'x' ."
    report = inspector.inspect(text.encode(), TURTLE, context, Options(source="a.ttl"))
    assert not report.readable
    assert report.problems[0].fix is not None
    assert report.problems[0].fix.patch.startswith("--- a.ttl")


def test_a_wrong_cell_is_named_and_mended(inspector: Inspector, context: Context) -> None:
    text = (
        "id,name,country,place,hme page,source passages\n"
        "x,X School,ESTONIA,estnia,,web-estonia-lst\n"
        "Y School,Y School,EST,estonia,,web-estonia-list\n"
        "audru,,EST,estonia,,web-estonia-list\n"
    )
    report = inspector.inspect(text.encode(), CSV, context, Options(source="schools.csv"))
    wrong = [p for p in report.problems if p.severity == "Violation"]
    assert {p.location.cell if p.location else None for p in wrong} == {
        *("C2", "D2", "F2", "A3", "B4", "E1")
    }
    for one in wrong:
        assert one.location is not None
        assert one.fix is not None, one.location.cell
        assert one.location.place == f"schools.csv:{one.location.cell}"
    edits = [edit for one in wrong if one.fix for edit in one.fix.edits]
    mended = apply(text, edits)
    assert mended.splitlines()[1:] == [
        "x,X School,EST,estonia,,web-estonia-list",
        "y-school,Y School,EST,estonia,,web-estonia-list",
        "audru,Audru School,EST,estonia,,web-estonia-list",
    ]
    assert inspector.inspect(mended.encode(), CSV, context, Options(source="schools.csv")).conforms


def test_a_file_that_is_no_table_of_ours_is_unreadable(
    inspector: Inspector, context: Context
) -> None:
    for text in ("a,b\n1,2\n", "", 'id,name\n"x'):
        report = inspector.inspect(text.encode(), CSV, context)
        assert not report.readable
        assert report.problems[0].location is not None


def test_what_changed_under_a_file_is_told_at_its_place(
    inspector: Inspector, context: Context
) -> None:
    text = f'<{BASE}school/audru> <http://www.w3.org/2004/02/skos/core#note> "Far."@en .'
    moved = {f"{BASE}school/audru": "2026-11-22T10:30:00+00:00", f"{BASE}school/emili": "x"}
    report = inspector.inspect(text.encode(), TURTLE, context, Options(moved=moved))
    (found,) = [one for one in report.problems if one.constraint == "Base"]
    assert (found.severity, found.location and found.location.column) == ("Warning", 1)
    assert "changed on 2026-11-22 10:30" in found.message["en"]


def test_a_near_double_is_asked_about_in_submissions(context: Context) -> None:
    strict = Inspector.of(Model.load(), profile="submission")
    text = "id,name,country,place,source passages\nx,Audru Scholl,EST,estonia,web-estonia-list\n"
    report = strict.inspect(text.encode(), CSV, context, Options(source="schools.csv"))
    (found,) = [one for one in report.problems if one.constraint == "Near"]
    assert found.location is not None
    assert found.location.cell == "B2"
    assert "“Audru School” (id/school/audru)" in found.message["en"]
