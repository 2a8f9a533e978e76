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
