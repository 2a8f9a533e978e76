from pathlib import Path

from ihubkg.model import Model
from ihubkg.store import Store
from tests.conftest import Cli


def test_a_folder_in_use_is_copied(cli: Cli, model: Model, filled: Path, tmp_path: Path) -> None:
    with Store.open(filled, model=model) as store:
        result = cli("backup", tmp_path / "kept", "--data", filled)
        assert result.exit_code == 0, result.stderr
        assert store.version in result.stdout
    again = cli("backup", tmp_path / "kept", "--data", filled)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_a_backup_needs_something_to_copy(cli: Cli, tmp_path: Path) -> None:
    assert "Missing option '--data'" in cli("backup", tmp_path / "kept").stderr
    result = cli("backup", tmp_path / "kept", "--data", tmp_path / "none")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []
