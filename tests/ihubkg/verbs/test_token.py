from pathlib import Path

from ihubkg.access import Access
from tests.conftest import Cli


def test_a_token_is_valid_until_it_is_revoked(cli: Cli, tmp_path: Path) -> None:
    made = cli("token", "create", "--name", "anna", "--role", "maintainer", "--data", tmp_path)
    assert made.exit_code == 0, made.stderr
    token = made.stdout.strip()
    holder = Access.of(tmp_path).holder(token)
    assert holder is not None
    assert (holder.name, holder.role) == ("anna", "maintainer")
    assert cli("token", "revoke", "anna", "--data", tmp_path).exit_code == 0
    assert Access.of(tmp_path).holder(token) is None


def test_the_list_does_not_show_tokens(cli: Cli, tmp_path: Path) -> None:
    made = cli("token", "create", "--name", "anna", "--role", "maintainer", "--data", tmp_path)
    token = made.stdout.strip()
    shown = cli("token", "list", "--data", tmp_path).stdout
    assert shown.startswith("anna\tmaintainer\t…") and "until" in shown
    assert token not in shown
    cli("token", "revoke", "anna", "--data", tmp_path)
    assert "\trevoked " in cli("token", "list", "--data", tmp_path).stdout


def test_roles_and_days_are_checked(cli: Cli, tmp_path: Path) -> None:
    start = ("token", "create", "--name", "anna", "--data", tmp_path)
    assert cli(*start, "--role", "king").exit_code == 2
    assert cli(*start, "--role", "maintainer", "--days", "0").exit_code == 2
    assert Access.of(tmp_path).holders() == []


def test_the_tokens_of_a_folder_that_is_not_there_are_not_listed(cli: Cli, tmp_path: Path) -> None:
    result = cli("token", "list", "--data", tmp_path / "none")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no data folder" in result.stderr
    assert not (tmp_path / "none").exists()
