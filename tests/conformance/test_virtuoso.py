"""Virtuoso 7, a store of another make, answers the questions as the embedded store does.

Where it does not, it is Virtuoso's doing, and said in `docs/stores.md`.
"""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ihubkg.formats import NTRIPLES
from ihubkg.model import Model
from ihubkg.remote import Remote
from ihubkg.store import Store
from tests.conformance.clients import VIRTUOSO
from tests.conformance.running import free_port
from tests.conformance.stores import differing, wait

GUIDE = Path(__file__).parent.parent.parent / "docs" / "stores.md"
OTHERWISE = {
    "claims-with-evidence",
    "figures",
    "method-finder",
    "methods-for-phase",
    "methods-for-role",
    "sources-of-a-fact",
}
"""What Virtuoso 7.2.5 answers otherwise, as the guide says."""

SETTINGS = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{inner}
NumberOfBuffers = 20000
MaxDirtyBuffers = 10000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 1000000
"""


@pytest.fixture
def endpoint(store: Store, tmp_path: Path) -> Iterator[Remote]:
    """A server that was given the graphs of the packaged one by the Graph Store Protocol."""
    port = free_port()
    file = tmp_path / "virtuoso.ini"
    file.write_text(SETTINGS.format(folder=tmp_path, inner=free_port(), port=port))
    command = [VIRTUOSO, "+wait", "+foreground", "+configfile", str(file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait(f"{url}/sparql", lambda: process.poll() is None)
            give(url, store)
            with Remote(f"{url}/sparql") as remote:
                yield remote
        finally:
            process.terminate()


def give(url: str, store: Store) -> None:
    """Write every graph of ours."""
    for graph in store.graphs():
        out = io.BytesIO()
        store.dump(NTRIPLES, out, graph=graph)
        httpx.put(
            f"{url}/sparql-graph-crud-auth",
            params={"graph-uri": graph},
            content=out.getvalue(),
            headers={"Content-Type": NTRIPLES.media_type},
            auth=httpx.DigestAuth("dba", "dba"),  # the account that a new database has
            timeout=120,
        ).raise_for_status()


def test_the_questions_are_answered_the_same_but_for_those_that_the_guide_names(
    endpoint: Remote, store: Store, model: Model
) -> None:
    assert {*differing(endpoint, store, model)} == OTHERWISE
    guide = GUIDE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in guide for name in OTHERWISE)
