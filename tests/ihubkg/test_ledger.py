"""The ledger keeps every publication as it was, on disk before anything else happens."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ihubkg.change import Change
from ihubkg.errors import StoreError
from ihubkg.ledger import FILE, Ledger

ROOT = Path(__file__).parent.parent.parent
CHANGE = Change(
    (b"<http://e/a> <http://e/p> <http://e/b> .",), (b'<http://e/a> <http://e/p> "1" .',)
)


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.begin(CHANGE, actor="anna", operation="PUT http://e/g")
    assert ledger.unfinished() == first
    ledger.end(first, "sha256-1")
    second = ledger.begin(Change(added=CHANGE.added), actor="ben", operation="INSERT …")
    ledger.close()
    again = Ledger(tmp_path)
    entries = list(again.entries())
    assert [entry.sequence for entry in entries] == [first, second]
    assert entries[0].change == CHANGE
    assert (entries[0].actor, entries[0].version, entries[1].version) == ("anna", "sha256-1", None)
    assert again.unfinished() == second
    assert again.version() is None
    again.close()


def test_an_entry_is_on_disk_when_begin_returns(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from ihubkg.ledger import *\n"
        f"ledger = Ledger(Path({str(tmp_path)!r}))\n"
        "ledger.begin(Change(added=(b'<a:a> <a:b> <a:c> .',)), actor='a', operation='o')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert len(list(Ledger(tmp_path).entries())) == 1


def test_entries_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    Ledger(tmp_path).begin(CHANGE, actor="anna", operation="o")
    with closing(sqlite3.connect(tmp_path / FILE)) as file, file:
        for statement in (
            "DELETE FROM publication",
            "UPDATE publication SET actor = 'nobody'",
            "UPDATE publication SET content = x''",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="the ledger keeps"):
                file.execute(statement)


def test_damage_is_found(tmp_path: Path) -> None:
    Ledger(tmp_path).begin(CHANGE, actor="anna", operation="o")
    with closing(sqlite3.connect(tmp_path / FILE)) as file, file:
        file.execute("DROP TRIGGER publication_is_fixed")
        file.execute("UPDATE publication SET content = x'789c'")
    with pytest.raises(StoreError, match="damaged"):
        list(Ledger(tmp_path).entries())


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="damaged"):
        Ledger(tmp_path)


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as file, file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        Ledger(tmp_path)
