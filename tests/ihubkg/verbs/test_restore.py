from pathlib import Path

from tests.conftest import Cli


def test_a_backup_is_put_back(cli: Cli, filled: Path, tmp_path: Path) -> None:
    kept = cli("backup", tmp_path / "kept", "--data", filled)
    result = cli("restore", tmp_path / "kept", "--data", tmp_path / "again")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.split()[-1] == kept.stdout.split()[-1]
    assert cli("diff", filled, tmp_path / "again").exit_code == 0


def test_nothing_is_replaced_and_nothing_made_up(cli: Cli, filled: Path, tmp_path: Path) -> None:
    assert "exists already" in cli("restore", filled, "--data", filled).stderr
    result = cli("restore", tmp_path, "--data", tmp_path / "again")
    assert result.exit_code == 2
    assert "is no backup" in result.stderr
    assert list(tmp_path.iterdir()) == []
