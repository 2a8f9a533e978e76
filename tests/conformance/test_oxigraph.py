"""`oxigraph serve`, a server of another make, answers every question as the embedded store does."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ihubkg.formats import NQUADS
from ihubkg.model import Model
from ihubkg.remote import Remote
from ihubkg.store import Store
from tests.conformance.running import free_port
from tests.conformance.stores import differing, wait

PROGRAM = Path(sys.executable).parent / "oxigraph"


@pytest.fixture
def endpoint(store: Store, tmp_path: Path) -> Iterator[Remote]:
    """A server that holds the graphs of the packaged one."""
    file, data, port = tmp_path / "data.nq", str(tmp_path / "store"), free_port()
    with file.open("wb") as out:
        store.dump(NQUADS, out)
    load = [str(PROGRAM), "load", "--location", data, "--file", str(file)]
    subprocess.run(load, check=True, capture_output=True)
    serve = [str(PROGRAM), "serve-read-only", "--location", data, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL) as process:
        try:
            wait(f"http://127.0.0.1:{port}/", lambda: process.poll() is None)
            with Remote(f"http://127.0.0.1:{port}/query") as remote:
                yield remote
        finally:
            process.terminate()


def test_every_question_is_answered_the_same(endpoint: Remote, store: Store, model: Model) -> None:
    assert [*differing(endpoint, store, model)] == []
