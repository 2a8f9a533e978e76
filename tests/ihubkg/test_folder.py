import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ihubkg.errors import StoreError
from ihubkg.folder import FORMAT, LOCK, MANIFEST, Folder, State, is_filled

STATE = State(1, "abc", digests={"http://e/g": "1", "default": "2"})


def test_what_is_committed_is_what_the_next_holder_reads(tmp_path: Path) -> None:
    held = Folder.hold(tmp_path / "new" / "data")
    assert held.state is None
    assert is_filled(held.path)
    held.commit(STATE)
    changed = replace(STATE, written=True, unsettled=True, digests={"http://e/g": "3"})
    held.commit(changed)
    held.close()
    again = Folder.hold(held.path)
    assert again.state == changed
    again.close()
    again.close()


def test_generations_count_up_and_old_ones_are_tidied_away(tmp_path: Path) -> None:
    held = Folder.hold(tmp_path)
    assert held.fresh() == 1
    held.store(1).mkdir()
    (held.store(1) / "half").write_text("x")
    assert held.fresh() == 1
    assert not held.store(1).exists()
    held.store(1).mkdir()
    held.commit(STATE)
    assert held.fresh() == 2
    held.store(2).mkdir()
    held.tidy()
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["1"]
    held.close()


def test_the_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(StoreError, match=r"holds other files, such as thesis\.docx"):
        Folder.hold(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    assert not is_filled(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        Folder.hold(tmp_path / "data")
    with pytest.raises(StoreError, match="cannot be used"):
        Folder.hold(tmp_path / "data" / "below")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    Folder.hold(tmp_path).close()
    with sqlite3.connect(tmp_path / MANIFEST) as manifest:
        manifest.execute(f"PRAGMA user_version = {FORMAT + 1}")
    manifest.close()
    with pytest.raises(StoreError, match="made by a newer ihubkg"):
        Folder.hold(tmp_path)


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b""])
def test_a_damaged_manifest_is_said_so(tmp_path: Path, content: bytes) -> None:
    Folder.hold(tmp_path).close()
    (tmp_path / MANIFEST).write_bytes(content)
    if content:
        with pytest.raises(StoreError, match="damaged"):
            Folder.hold(tmp_path)
    else:
        held = Folder.hold(tmp_path)  # an empty file is where a new manifest begins
        assert held.state is None
        held.close()


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / MANIFEST) as manifest:
        manifest.execute("PRAGMA user_version = 1")
    manifest.close()
    with pytest.raises(StoreError, match="not a manifest"):
        Folder.hold(tmp_path)


HOLD = """
import sys, pathlib
from ihubkg.folder import Folder
held = Folder.hold(pathlib.Path(sys.argv[1]), shared=len(sys.argv) > 2)
print("held", held.exclusive, flush=True)
sys.stdin.read()
"""


def test_a_folder_has_one_writer_across_processes(tmp_path: Path, root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held True\n"
        with pytest.raises(StoreError, match=rf"in use by another ihubkg \(process {other.pid}\)"):
            Folder.hold(tmp_path)
        reader = Folder.hold(tmp_path, shared=True)
        assert not reader.exclusive
        reader.close()
        other.kill()
    Folder.hold(tmp_path).close()


def test_readers_share_a_folder(tmp_path: Path) -> None:
    first = Folder.hold(tmp_path, shared=True)
    assert first.exclusive
    first.share()
    second = Folder.hold(tmp_path, shared=True)
    assert not second.exclusive
    with pytest.raises(StoreError, match="in use"):
        Folder.hold(tmp_path)
    first.close()
    second.close()


def test_a_folder_that_may_not_be_written_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Folder.hold(tmp_path)
    held.commit(STATE)
    held.close()
    real = Path.open

    def deny(self: Path, *arguments: object, **options: object) -> object:
        if self.name == LOCK:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", deny)
    reader = Folder.hold(tmp_path, shared=True)
    assert reader.state == STATE
    reader.share()
    reader.close()
    with pytest.raises(StoreError, match="may not be written"):
        Folder.hold(tmp_path)


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(StoreError, match=r"disk of .* is full"):
        Folder.hold(tmp_path / "data")
