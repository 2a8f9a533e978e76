"""The figures of the gates that are queries, for the table at the end of a run."""

from collections import Counter

import pyoxigraph as ox
import pytest

from ihubkg import infer, reason
from ihubkg.store import Store
from ihubkg.terms import CURATED, PREFIXES, VOCAB
from tests.conftest import Gate
from tests.ontology.test_hygiene import QUERIES, faults, header

FAMILIES = {
    "oops": "OOPS! pitfalls by query",
    "robot": "ROBOT report",
    "skos": "SKOS integrity",
    "annotation": "annotations complete",
    "graph": "graph hygiene",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_checks_finds_nothing(store: Store, gate: Gate, family: str) -> None:
    names = [name for name in QUERIES if name.startswith(f"{family}-")]
    found = Counter(header(QUERIES[name])["level"] for name in names for _ in faults(name, store))
    told = ", ".join(f"{count} {level}" for level, count in found.items()) or "0 faults"
    gate(FAMILIES[family], f"{told} in {len(names)} checks")
    assert not found


def test_the_ontology_keeps_to_its_profiles(store: Store, gate: Gate) -> None:
    found = reason.violations(store.raw)
    gate("profiles", ", ".join(f"{len(rows)} violations of {name}" for name, rows in found.items()))
    assert not any(found.values())


def test_the_rules_find_no_contradiction(store: Store, gate: Gate) -> None:
    clashes = infer.clashes(store.raw)
    gate("contradictions by rules", f"{len(clashes)} in {len(store.raw):,} statements")
    assert clashes == ()


def test_every_curated_record_reaches_a_passage(store: Store, gate: Gate) -> None:
    curated = ox.NamedNode(CURATED)
    types = store.raw.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + "type"), None, curated)
    records = {quad.subject for quad in types}
    untraced = [*faults("graph-untraced", store), *faults("graph-untraced-claim", store)]
    gate("traced in three hops", f"{len(untraced)} untraced of {len(records):,} records")
    assert not untraced


def test_label_coverage_is_told_per_language(store: Store, gate: Gate) -> None:
    """A published figure, never a quota: labels need a source or a named speaker."""
    label = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    by_language: Counter[str] = Counter()
    for quad in store.raw.quads_for_pattern(None, label, None, ox.NamedNode(VOCAB)):
        if isinstance(quad.object, ox.Literal) and quad.object.language:
            by_language[quad.object.language] += 1
    told = ", ".join(f"{language} {count}" for language, count in by_language.most_common())
    gate("labels of concepts by language", told)
    assert by_language["en"] == max(by_language.values())
