"""Gates that are queries: each finds its planted fault, and none in the package."""

from fnmatch import fnmatch
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from ihubkg import files
from ihubkg.hygiene import Check
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import BASE, PREFIXES, graph

HERE = Path(__file__).parent
QUERIES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((files.root() / "queries" / "hygiene").glob("*.rq"))
}
FAULTS: dict[str, dict[str, str]] = yaml.safe_load((HERE / "faults.yaml").read_text("utf-8"))
LEVELS = {"critical", "important", "minor", "error", "warn", "info"}


def rows(results: object) -> list[str]:
    assert isinstance(results, ox.QuerySolutions)
    return [" ".join(str(value) for value in solution) for solution in results]


def header(text: str) -> dict[str, str]:
    check = Check.read("", text)
    return {name: getattr(check, name) for name in ("summary", "fix", "level", "after")}


def faults(name: str, store: Store) -> list[str]:
    found = Check.read(name, QUERIES[name]).rows(store)
    return [" ".join(str(value) for value in row) for row in found]


@pytest.mark.parametrize("name", QUERIES)
def test_the_packaged_graph_has_no_such_fault(store: Store, name: str) -> None:
    found = faults(name, store)
    assert not found, f"{header(QUERIES[name])['summary']} {header(QUERIES[name])['fix']}"


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_finds_its_planted_fault(name: str) -> None:
    store = ox.Store()
    prefixes = "".join(f"@prefix {key}: <{iri}> .\n" for key, iri in PREFIXES.items())
    prefixes += f"@prefix ex: <{BASE}id/test/> .\n"
    for place, text in FAULTS[name].items():
        target = ox.NamedNode(graph(place))
        store.load(prefixes + text, format=ox.RdfFormat.TURTLE, to_graph=target)
    assert rows(store.query(QUERIES[name], use_default_graph_as_union=True))


def test_faults_and_queries_are_the_same_set() -> None:
    assert sorted(FAULTS) == sorted(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_says_what_is_wrong_and_what_to_do(name: str) -> None:
    told = header(QUERIES[name])
    assert all(told.values())
    assert told["level"] in LEVELS
    assert told["summary"].endswith(".")
    assert told["fix"].endswith(".")


def test_every_waiver_covers_something_and_nothing_serious(store: Store) -> None:
    waiving = [check for check in map(Check.read, QUERIES, QUERIES.values()) if check.waived]
    assert waiving
    for check in waiving:
        assert check.level in {"minor", "info"}
        found = rows(store.query(check.text))
        for pattern, reason in check.waived:
            assert len(reason) > 40
            assert any(fnmatch(row, pattern) for row in found)


def test_the_library_hands_the_same_queries_out(model: Model) -> None:
    assert dict(model.hygiene) == QUERIES


ROBOT = {
    "deprecated boolean datatype": "robot-deprecated-not-boolean",
    "deprecated class reference": "robot-deprecated-in-use",
    "deprecated property reference": "robot-deprecated-in-use",
    "duplicate definition": "robot-duplicate-definition",
    "duplicate label": "oops-p32-same-label",
    "illegal use of built-in vocabulary": "robot-built-in-vocabulary",
    "label formatting": "robot-annotation-white-space",
    "label whitespace": "robot-annotation-white-space",
    "missing label": "annotation-missing",
    "missing ontology description": "robot-missing-header",
    "missing ontology licence": "robot-missing-header",
    "missing ontology title": "robot-missing-header",
    "misused obsolete label": "robot-deprecated-without-successor",
    "misused replaced-by": "robot-deprecated-without-successor",
    "multiple definitions": "robot-several-definitions",
    "multiple equivalent class definitions": "robot-several-equivalents",
    "multiple labels": "robot-several-labels",
    "annotation whitespace": "robot-annotation-white-space",
    "duplicate exact synonym": "skos-label-clash",
    "duplicate label-synonym": "skos-label-clash",
    "equivalent pair": "robot-several-equivalents",
    "equivalent class axiom without genus": "robot-equivalent-without-genus",
    "invalid entity URI": "robot-entity-iri",
    "missing definition": "annotation-missing",
    "missing obsolete label": "robot-deprecated-without-successor",
    "multiple equivalent classes": "robot-several-equivalents",
    "lowercase definition": "robot-lower-case-definition",
    "missing superclass": "robot-missing-superclass",
}
"""Of the 32 queries of ROBOT's report those that do not ask about OBO's own format."""
EYE = {"P01", "P09", "P12", "P16", "P17", "P18", "P23", "P30", "P31"}
WEB = {"P37", "P40"}
"""Pitfalls of OOPS! that the report tells of as read by people, and those that are other tests."""


def test_the_report_of_robot_is_covered() -> None:
    assert len(ROBOT) == 28
    assert set(ROBOT.values()) <= set(QUERIES)
    named = {name for name in QUERIES if name.startswith("robot-")}
    assert named - set(ROBOT.values()) == {"robot-several-parents"}  # outside its default profile


def test_every_pitfall_of_oops_is_a_check_or_was_looked_at(root: Path) -> None:
    asked = {name.split("-")[1].upper() for name in QUERIES if name.startswith("oops-")}
    assert asked | EYE | WEB == {f"P{number:02}" for number in range(1, 42)}
    report = (root / "docs" / "ontology.md").read_text(encoding="utf-8")
    assert [one for one in sorted(EYE | WEB) if one not in report] == []
