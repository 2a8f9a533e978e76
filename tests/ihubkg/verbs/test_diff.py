from pathlib import Path

from tests.conftest import Cli

OLD = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<http://e/A> a owl:Class ; skos:prefLabel "a"@en .
"""


def test_equal_graphs_do_not_differ(cli: Cli, tmp_path: Path, filled: Path) -> None:
    (tmp_path / "a.ttl").write_text(OLD)
    (tmp_path / "b.nt").write_text(cli("fmt", tmp_path / "a.ttl").stdout and "")
    result = cli("diff", tmp_path / "a.ttl", tmp_path / "a.ttl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert cli("diff", filled, filled).exit_code == 0


def test_changes_are_listed_with_what_they_mean(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(OLD)
    (tmp_path / "b.ttl").write_text(OLD + '<http://e/B> a owl:Class ; skos:prefLabel "b"@en .')
    result = cli("diff", tmp_path / "a.ttl", tmp_path / "b.ttl")
    assert result.exit_code == 1
    assert "+ http://e/B skos:prefLabel" in result.stdout
    assert result.stdout.splitlines()[-2:] == [
        "minor: http://e/B is new",
        "2 changes, 1 new and 0 removed terms: minor",
    ]
    back = cli("diff", tmp_path / "b.ttl", tmp_path / "a.ttl")
    assert back.stdout.splitlines()[-1] == "2 changes, 0 new and 1 removed terms: major"


def test_what_cannot_be_compared_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/s> x:y 1 .")
    result = cli("diff", tmp_path / "a.ttl", tmp_path / "a.ttl")
    assert result.exit_code == 2
    assert "a.ttl:1:14: The prefix x:" in result.stderr
    assert "is no data folder" in cli("diff", tmp_path, tmp_path).stderr


def test_a_file_that_is_not_there_is_named(cli: Cli, tmp_path: Path) -> None:
    result = cli("diff", tmp_path / "a", tmp_path / "b")
    assert (result.exit_code, result.stderr) == (2, f"ihubkg: There is no file {tmp_path / 'a'}.\n")
