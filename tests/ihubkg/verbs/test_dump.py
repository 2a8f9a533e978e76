from pathlib import Path

import pyoxigraph as ox

from ihubkg import terms, turtle
from ihubkg.store import Store
from tests.conftest import Cli


def test_all_statements_come_out(cli: Cli, filled: Path, store: Store) -> None:
    result = cli("dump", "--data", filled)
    assert result.exit_code == 0
    assert turtle.digest_lines(result.stdout_bytes) == turtle.digest(store.raw)


def test_one_graph_comes_out_as_a_file(cli: Cli, filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "vocab.ttl"
    result = cli("dump", "--format", "turtle", "--graph", terms.VOCAB, "-o", out, "--data", filled)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert len([*ox.parse(path=out, format=ox.RdfFormat.TURTLE)]) > 100
    assert [path.name for path in tmp_path.iterdir()] == ["vocab.ttl"]


def test_a_graph_that_is_not_there_leaves_no_file(cli: Cli, filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.nq"
    result = cli("dump", "--graph", "http://e/none", "-o", out, "--data", filled)
    assert result.exit_code == 2
    assert "There is no graph http://e/none" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said_so(cli: Cli, filled: Path, tmp_path: Path) -> None:
    result = cli("dump", "-o", tmp_path / "none" / "x.nq", "--data", filled)
    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr
