from pathlib import Path

import pytest

from ihubkg.errors import StoreError
from ihubkg.table import connect, plain

FIRST = "CREATE TABLE one (name TEXT);"
SECOND = "CREATE TABLE two (name TEXT); INSERT INTO two SELECT name FROM one;"


def test_a_file_is_brought_from_format_to_format(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    old = connect(path, (FIRST,))
    old.execute("INSERT INTO one VALUES ('a')")
    old.close()
    for _ in range(2):
        new = connect(path, (FIRST, SECOND))
        assert new.execute("SELECT name FROM two").fetchall() == [("a",)]
        assert new.execute("PRAGMA user_version").fetchone() == (2,)
        new.close()


def test_a_step_that_fails_leaves_the_format_before(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    connect(path, (FIRST,)).close()
    with pytest.raises(StoreError, match="cannot be used"):
        connect(path, (FIRST, "CREATE TABLE two (name TEXT); SELECT * FROM nowhere;"))
    same = connect(path, (FIRST,))
    assert same.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'two'").fetchone() == (0,)


def test_what_is_written_is_on_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    opened = connect(tmp_path / "t.sqlite", (FIRST,))
    assert opened.execute("PRAGMA synchronous").fetchone() == (2,)
    assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    connect(path, (FIRST, SECOND)).close()
    with pytest.raises(StoreError, match="newer ihubkg"):
        connect(path, (FIRST,))


def test_a_damaged_file_is_told_plainly(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"no table at all" * 100)
    with pytest.raises(StoreError, match="is damaged: restore"):
        connect(path, (FIRST,))


def test_without_a_path_it_is_in_memory() -> None:
    table = connect(None, (FIRST,))
    with pytest.raises(StoreError, match="cannot be used"), plain(None):
        table.execute("SELECT * FROM nowhere")
