import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.writer import BULK
from tests.conftest import Cli

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def data(tmp_path: Path, filled: Path, cli: Cli) -> Path:
    """A data folder of its own with the packaged graph."""
    kept = tmp_path / "data"
    assert cli("backup", kept, "--data", filled).exit_code == 0
    return kept


def values(cli: Cli, data: Path, text: str) -> list[str]:
    result = cli("query", "-", "--format", "csv", "--data", data, input=text)
    assert result.exit_code == 0, result.stderr
    return result.stdout.split()[1:]


def test_files_go_to_the_default_graph_and_into_the_ledger(
    cli: Cli, data: Path, tmp_path: Path, model: Model
) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/s> <http://e/p> 1 .")
    (tmp_path / "b.jsonld").write_text('{"@id": "http://e/s", "http://e/p": 2, "odd": 3}')
    result = cli("load", tmp_path / "a.ttl", tmp_path / "b.jsonld", "--data", data)
    assert result.exit_code == 0, result.stderr
    assert "2 statements" in result.stdout
    assert 'b.jsonld:1:40: No context says what "odd" means' in result.stderr
    assert values(cli, data, "SELECT ?o { <http://e/s> ?p ?o } ORDER BY ?o") == ["1", "2"]
    with Store.open(data, model=model, read_only=True) as store, closing(Ledger(data)) as ledger:
        assert ledger.version() == store.version
        assert [entry.operation for entry in ledger.entries()] == ["load"]
        assert store.version in result.stdout


def test_quads_keep_their_graphs_unless_one_is_named(cli: Cli, data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text("<http://e/s> <http://e/p> <http://e/o> <http://e/g> .")
    text = "SELECT ?g { GRAPH ?g { <http://e/s> ?p ?o } }"
    assert cli("load", tmp_path / "a.nq", "--data", data).exit_code == 0
    assert values(cli, data, text) == ["http://e/g"]
    (tmp_path / "a.ttl").write_text("<http://e/s> <http://e/p> <http://e/o> .")
    assert cli("load", tmp_path / "a.ttl", "--graph", "http://e/h", "--data", data).exit_code == 0
    assert values(cli, data, text + " ORDER BY ?g") == ["http://e/g", "http://e/h"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("b.ttl", "<http://e/s>\n nope:p 1 .", "b.ttl:2:2: The prefix nope:"),
        ("b.docx", "x", "what format .docx means is not known"),
        ("b", "x", "a name without suffix"),
        (None, "", "There is no file"),
    ],
)
def test_nothing_is_loaded_where_one_file_cannot_be_read(
    name: str | None, content: str, message: str, cli: Cli, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/s> <http://e/p> 1 .")
    if name:
        (tmp_path / name).write_text(content)
    result = cli("load", tmp_path / "a.ttl", tmp_path / (name or "none.ttl"), "--data", data)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert values(cli, data, "SELECT ?o { <http://e/s> ?p ?o }") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name the files to load"),
        (("a.ttl", "--packaged"), "Name the files to load"),
        (("a.ttl", "--graph", "no iri"), "is not an IRI"),
        (("a.ttl", "--graph", "https://w3id.org/ihub4schools/graph/submission/1"), "kept by the"),
    ],
)
def test_what_is_not_to_be_loaded_is_said(
    arguments: tuple[str, ...],
    message: str,
    cli: Cli,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/s> <http://e/p> 1 .")
    monkeypatch.chdir(tmp_path)
    result = cli("load", *arguments, "--data", data)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_packaged_graph_can_be_taken_over(cli: Cli, data: Path, model: Model) -> None:
    digipeda = "https://w3id.org/ihub4schools/id/method/digipeda"
    with Store.open(data, model=model) as store:
        before = store.version
        gone = next(
            quad
            for quad in store.raw
            if getattr(quad.subject, "value", "") == digipeda
            and quad.predicate.value.endswith("prefLabel")
        )
        with store.writing() as raw:
            raw.remove(gone)
        assert store.version != before
        del raw
    result = cli("load", "--packaged", "--data", data)
    assert result.exit_code == 0, result.stderr
    assert before in result.stdout


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_a_load_that_is_killed_half_way_is_made_good(
    cli: Cli, data: Path, tmp_path: Path, seconds: float
) -> None:
    """Once the ledger has it, the next who opens the folder to write finishes it."""
    lines = (f'<http://e/{number}> <http://e/p> "{number}" .\n' for number in range(2 * BULK))
    (tmp_path / "many.nt").write_text("".join(lines))
    (tmp_path / "one.nt").write_text('<http://e/one> <http://e/p> "one" .\n')
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "ihubkg.cli",
        "load",
        tmp_path / "many.nt",
        "--data",
        data,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not begun(data):
            time.sleep(0.005)
        time.sleep(seconds)
        process.kill()
    assert begun(data)
    assert cli("load", tmp_path / "one.nt", "--data", data).exit_code == 0
    count = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"
    assert values(cli, data, count) == [str(2 * BULK + 1)]
    with closing(Ledger(data)) as ledger:
        assert ledger.unfinished() is None


def begun(data: Path) -> bool:
    if not (data / "ledger.sqlite").exists():
        return False
    with closing(sqlite3.connect(data / "ledger.sqlite", timeout=10)) as ledger:
        tables = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master")}
        return "publication" in tables and bool(
            ledger.execute("SELECT count(*) FROM publication").fetchone()[0]
        )
