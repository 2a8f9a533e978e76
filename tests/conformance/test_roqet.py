"""roqet, the query tool in C of the Redland libraries, works unmodified over real HTTP.

Over the protocol it reads rows only, whatever the endpoint; it also asks documents, by negotiation.
"""

import subprocess

import pyoxigraph as ox
import pytest

from ihubkg.store import Store
from tests.conformance.clients import QUERIES, ROQET, query
from tests.conformance.running import Running


def roqet(form: str, asked: str, *where: str) -> str:
    """Return what roqet makes of a query, put to an endpoint or to a document."""
    command = [ROQET, "-q", "-r", form, *where, str(QUERIES / f"{asked}.rq")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("form", ["csv", "tsv", "xml"])
def test_it_reads_rows(running: Running, form: str) -> None:
    assert "Digipeda workshop" in roqet(form, "labels", "-p", f"{running.url}/sparql")


def test_it_reads_counts(running: Running, store: Store) -> None:
    ours = store.query(query("methods-by-phase"))
    assert isinstance(ours, ox.QuerySolutions)
    lines = roqet("tsv", "methods-by-phase", "-p", f"{running.url}/sparql").splitlines()
    assert len(lines) == 1 + len(list(ours))
    assert any("Joint planning" in line for line in lines)


def test_it_follows_an_iri_and_asks_the_document(running: Running) -> None:
    thing = f"{running.url}/id/method/digipeda"
    assert "Digipeda workshop" in roqet("csv", "labels", "-D", thing)
