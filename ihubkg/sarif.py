"""A report as SARIF 2.1.0, which code hosts and editors show in line.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

import orjson

from ihubkg.report import Edit, Location, Problem, Report, Severity, pick
from ihubkg.shapes import name_of
from ihubkg.terms import BASE

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVELS: Mapping[Severity, str] = {"Violation": "error", "Warning": "warning", "Info": "note"}


def dump(report: Report, languages: Sequence[str] = ("en",)) -> bytes:
    """Return `report` as a SARIF log of one run."""
    return orjson.dumps(log(report, languages), option=orjson.OPT_INDENT_2) + b"\n"


def log(report: Report, languages: Sequence[str] = ("en",)) -> dict[str, Any]:
    """Return `report` as the JSON of a SARIF log."""
    rules: dict[str, dict[str, Any]] = {}
    for problem in report.problems:
        rules.setdefault(_rule(problem), _description(problem, languages))
    numbers = {name: number for number, name in enumerate(rules)}
    driver = {
        "name": "ihubkg",
        "informationUri": f"{BASE}shapes",
        "version": _version(),
        "rules": [{"id": name, **rule} for name, rule in rules.items()],
    }
    results = [_result(problem, numbers, languages) for problem in report.problems]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{"executionSuccessful": report.readable}],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(problem: Problem) -> str:
    return f"{name_of(problem.shape or 'file')}.{problem.constraint}"


def _description(problem: Problem, languages: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"shortDescription": {"text": pick(problem.message, languages)[0]}}
    if problem.shape is not None:
        found["helpUri"] = problem.shape
    return found


def _result(
    problem: Problem, numbers: Mapping[str, int], languages: Sequence[str]
) -> dict[str, Any]:
    rule = _rule(problem)
    found: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": numbers[rule],
        "level": _LEVELS[problem.severity],
        "message": {"text": pick(problem.message, languages)[0]},
    }
    if problem.location is not None:
        found["locations"] = [_location(problem.location)]
        if problem.fix is not None and problem.fix.edits:
            found["fixes"] = [_fix(problem.fix.title, problem.fix.edits, problem.location.source)]
    return found


def _location(location: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(location.source)}}
    if location.line is not None:
        names = {
            "startLine": location.line,
            "startColumn": location.column,
            "endLine": location.end_line,
            "endColumn": location.end_column,
        }
        physical["region"] = {name: value for name, value in names.items() if value is not None}
    found: dict[str, Any] = {"physicalLocation": physical}
    logical = location.pointer or location.cell
    if logical:
        found["logicalLocations"] = [{"fullyQualifiedName": logical}]
    return found


def _fix(title: str, edits: Sequence[Edit], source: str) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.text},
        }
        for edit in edits
    ]
    change = {"artifactLocation": {"uri": quote(source)}, "replacements": replacements}
    return {"description": {"text": title}, "artifactChanges": [change]}


def _version() -> str:
    try:
        return version("ihubkg")
    except PackageNotFoundError:
        return "0"
