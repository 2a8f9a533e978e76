from pathlib import Path

from tests.conftest import Cli

ROUGH = "# Kept.\n<http://e/s> <http://e/p> 2, 1 ."
SMOOTH = "# Kept.\n\n<http://e/s>\n    <http://e/p>\n        1 ,\n        2 ;\n.\n"


def test_a_file_is_rewritten_once(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(ROUGH)
    result = cli("fmt", path)
    assert (result.exit_code, result.stdout) == (0, f"{path}: rewritten\n")
    assert path.read_text() == SMOOTH
    result = cli("fmt", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert [item.name for item in tmp_path.iterdir()] == ["a.ttl"]


def test_check_changes_nothing_and_names_the_files(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    rough = tmp_path / "below" / "a.ttl"
    rough.write_text(ROUGH)
    (tmp_path / "b.ttl").write_text(SMOOTH)
    result = cli("fmt", "--check", tmp_path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{rough}: is not in the canonical form: run ihubkg fmt {rough}"
    ]
    assert rough.read_text() == ROUGH
    assert cli("fmt", "--check", tmp_path / "b.ttl").exit_code == 0


def test_what_cannot_be_read_is_located_and_the_rest_done(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/s>\n nope:p 1 .")
    (tmp_path / "b.ttl").write_bytes(b"<http://e/s> <http://e/p>\n '\xe9' .")
    (tmp_path / "c.ttl").write_text("<http://e/s> <http://e/p> 1 . # why")
    (tmp_path / "d.ttl").write_text(ROUGH)
    result = cli("fmt", tmp_path)
    assert result.exit_code == 2
    bad = result.stderr.splitlines()
    assert [line.partition(": ")[0] for line in bad] == [
        f"{tmp_path / 'a.ttl'}:2:2",
        f"{tmp_path / 'b.ttl'}:2:1",
        f"{tmp_path / 'c.ttl'}:1:31",
    ]
    assert (tmp_path / "d.ttl").read_text() == SMOOTH


def test_a_carriage_return_inside_a_text_survives(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b'<http://e/s>\r\n<http://e/p> """a\r\nb""" .')
    assert cli("fmt", path).exit_code == 0
    assert b'"""a\\r\nb"""' in path.read_bytes()
