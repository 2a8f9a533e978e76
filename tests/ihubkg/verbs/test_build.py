from pathlib import Path

from tests.conftest import Cli


def test_a_release_is_written(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = cli("build", "--out", out)
    assert result.exit_code == 0, result.stderr
    written = [path for path in out.rglob("*") if path.is_file()]
    assert result.stdout == f"{len(written)} files are in {out}\n"
    assert any(path.suffix == ".jsonld" for path in written)


def test_what_is_not_a_release_is_not_overwritten(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    result = cli("build", "--out", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert (tmp_path / "thesis.docx").exists()
