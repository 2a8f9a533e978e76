"""Problems in order, once each; the place of one as editors write it."""

import pyoxigraph as ox

from ihubkg.report import Location, Problem, Report, Severity, pick

ESTONIA = ox.NamedNode("https://w3id.org/ihub4schools/id/region/estonia")


def problem(severity: Severity, shape: str, path: str | None = None, line: int = 1) -> Problem:
    return Problem(severity, shape, "MinCount", ESTONIA, path, location=Location("a.ttl", line))


def test_a_gap_that_two_shapes_see_is_told_once_and_at_its_worst() -> None:
    found = Report.of([problem("Warning", "s:1", "p:1"), problem("Violation", "s:2", "p:1")])
    assert [p.shape for p in found.problems] == ["s:2"]
    apart = Report.of([problem("Warning", "s:1", "p:1"), problem("Violation", "s:2", "p:2")])
    assert [p.shape for p in apart.problems] == ["s:2", "s:1"]


def test_problems_without_a_field_are_told_apart_by_their_shapes() -> None:
    assert len(Report.of([problem("Info", "s:1"), problem("Info", "s:2")]).problems) == 2


def test_only_violations_and_unreadable_files_stand_against_publishing() -> None:
    assert Report.of([problem("Warning", "s:1"), problem("Info", "s:2")]).conforms
    assert not Report.of([problem("Violation", "s:1")]).conforms
    assert not Report(readable=False).conforms


def test_groups_are_by_cause_the_worst_first_and_then_the_largest() -> None:
    found = Report.of(
        [
            problem("Warning", "s:a", "p:1"),
            problem("Warning", "s:b", "p:2", line=9),
            problem("Warning", "s:b", "p:3", line=4),
            problem("Violation", "s:c", "p:4"),
        ]
    )
    groups = [[(p.shape, p.path) for p in group.problems] for group in found.groups()]
    assert groups == [[("s:c", "p:4")], [("s:b", "p:3"), ("s:b", "p:2")], [("s:a", "p:1")]]
    assert found.counts == {"Violation": 1, "Warning": 3, "Info": 0}
    kept = found.first(1)
    assert kept.truncated
    assert [p.shape for p in kept.problems] == ["s:c"]
    assert not found.first(4).truncated


def test_places_and_languages_fall_back() -> None:
    assert Location("a.ttl", 12, 5).place == "a.ttl:12:5"
    assert Location("a.ttl", 12).place == "a.ttl:12"
    assert Location("a.ttl").place == "a.ttl"
    assert pick({"et": "Nimi", "en": "Name"}, ["fi"]) == ("Name", "en")
    assert pick({"et": "Nimi"}, ["fi"]) == ("Nimi", "et")
    assert pick({}, ["fi"]) == ("", "en")
