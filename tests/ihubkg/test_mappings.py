"""The table of mappings: SSSOM as its specification says, and all that the graph holds."""

import csv

import pyoxigraph as ox
import pytest
import yaml

from ihubkg import mappings
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import PREFIXES

PREDICATES = {
    *("rdfs:subClassOf", "rdfs:subPropertyOf"),
    *(f"skos:{name}Match" for name in ("exact", "close", "broad", "narrow", "related")),
}


@pytest.fixture(scope="module")
def table(store: Store, model: Model) -> str:
    return mappings.sssom(store, model.views["mappings"], version="0.1.0")


def rows(table: str) -> list[dict[str, str]]:
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_the_metadata_say_what_the_table_is_and_what_its_prefixes_mean(table: str) -> None:
    head = yaml.safe_load(
        "\n".join(line[1:] for line in table.splitlines() if line.startswith("#"))
    )
    assert set(head) >= {"mapping_set_id", "mapping_set_version", "license", "curie_map"}
    assert head["curie_map"]["org"] == PREFIXES["org"]
    prefixes = {
        row[column].partition(":")[0]
        for row in rows(table)
        for column in ("subject_id", "predicate_id", "object_id", "mapping_justification")
        if not row[column].startswith("http")
    }
    assert prefixes == set(head["curie_map"])


def test_every_row_has_what_sssom_requires(table: str) -> None:
    found = rows(table)
    assert len(found) > 100
    for row in found:
        assert tuple(row) == mappings.COLUMNS
        assert row["predicate_id"] in PREDICATES
        assert row["subject_id"]
        assert row["subject_label"]
        assert row["object_id"]
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"


@pytest.mark.parametrize(
    ("subject", "predicate", "object_"),
    [
        ("ihub:School", "rdfs:subClassOf", "schema:School"),
        ("ihub:memberOf", "rdfs:subPropertyOf", "org:memberOf"),
        ("ihub:Assertion", "skos:closeMatch", "sepio:0000001"),
        ("ihubvoc:element/leadership", "skos:closeMatch", "ihubvoc:idi/b"),
    ],
)
def test_terms_and_concepts_are_both_there(
    table: str, subject: str, predicate: str, object_: str
) -> None:
    triples = {(row["subject_id"], row["predicate_id"], row["object_id"]) for row in rows(table)}
    assert (subject, predicate, object_) in triples


def test_no_link_is_listed_twice_or_left_out(table: str, store: Store, model: Model) -> None:
    found = [tuple(row.values()) for row in rows(table)]
    assert len(found) == len(set(found))
    solutions = store.query(model.views["mappings"])
    assert isinstance(solutions, ox.QuerySolutions)
    assert len(found) == len(list(solutions))
