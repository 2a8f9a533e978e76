"""Comunica, the query engine in JavaScript, works unmodified over real HTTP."""

import json
import subprocess

import pyoxigraph as ox
import pytest

from ihubkg.store import Store
from tests.conformance.clients import COMUNICA, NODE, QUERIES, query
from tests.conformance.running import Running

JSON = "application/sparql-results+json"


def comunica(source: str, asked: str, media_type: str) -> str:
    """Return what Comunica makes of a query on a source."""
    command = [NODE, str(COMUNICA), source, "-f", str(QUERIES / f"{asked}.rq"), "-t", media_type]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("source", ["{}/sparql", "sparql@{}/sparql", "{}/doc/method/digipeda"])
def test_it_finds_its_way_by_our_description_by_force_and_from_a_document(
    running: Running, source: str
) -> None:
    said = json.loads(comunica(source.format(running.url), "labels", JSON))
    assert "Digipeda workshop" in {row["label"]["value"] for row in said["results"]["bindings"]}


def test_it_joins_and_counts_what_we_count(running: Running, store: Store) -> None:
    said = json.loads(comunica(f"{running.url}/sparql", "methods-by-phase", JSON))
    counts = {
        row["phase"]["value"]: int(row["methods"]["value"]) for row in said["results"]["bindings"]
    }
    ours = store.query(query("methods-by-phase"))
    assert isinstance(ours, ox.QuerySolutions)
    assert counts == {row["phase"].value: int(row["methods"].value) for row in ours}
    assert counts


def test_it_reads_graphs_and_yes_or_no(running: Running) -> None:
    endpoint = f"{running.url}/sparql"
    triples = comunica(endpoint, "statements", "application/n-triples")
    assert len(list(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))) > 3
    assert json.loads(comunica(endpoint, "is-there", JSON))["boolean"] is True
