import sqlite3
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.backup import backup, restore
from ihubkg.errors import Conflict, StoreError
from ihubkg.folder import Folder
from ihubkg.model import Model
from ihubkg.store import Store

MINE = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("mine"))


@pytest.fixture
def data(tmp_path: Path, model: Model) -> Path:
    """A data folder with a statement and a table of its own."""
    folder = tmp_path / "data"
    with Store.open(folder, model=model) as store:
        store.add([MINE])
    table = sqlite3.connect(folder / "ledger.sqlite")
    table.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (7);")
    table.close()
    return folder


def table(folder: Path) -> int:
    connection = sqlite3.connect(folder / "ledger.sqlite")
    (number,) = connection.execute("SELECT n FROM t").fetchone()
    connection.close()
    return int(number)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_backup_comes_back_whole(
    data: Path, tmp_path: Path, model: Model, read_only: bool
) -> None:
    with Store.open(data, model=model, read_only=read_only) as store:
        version = store.version
        backup(store, tmp_path / "kept")
    assert restore(tmp_path / "kept", tmp_path / "again") == version
    with Store.open(tmp_path / "again", model=model) as store:
        assert store.version == version
        assert MINE in store.raw
    assert table(tmp_path / "again") == 7
    assert {path.name for path in tmp_path.iterdir()} == {"data", "kept", "again"}


def test_a_backup_is_made_while_another_writes(data: Path, tmp_path: Path, model: Model) -> None:
    with Store.open(data, model=model) as writer:
        with Store.open(data, model=model, read_only=True) as reader:
            backup(reader, tmp_path / "kept")
        writer.add([ox.Quad(MINE.subject, MINE.predicate, ox.Literal("later"))])
    with Store.open(tmp_path / "kept", model=model) as store:
        assert MINE in store.raw
        assert len(list(store.raw.quads_for_pattern(MINE.subject, None, None))) == 1


def test_nothing_is_overwritten(data: Path, tmp_path: Path, model: Model) -> None:
    with Store.open(data, model=model, read_only=True) as store:
        (tmp_path / "empty").mkdir()
        backup(store, tmp_path / "empty")
        with pytest.raises(Conflict, match="exists already"):
            backup(store, tmp_path / "empty")
    with pytest.raises(Conflict, match="exists already"):
        restore(tmp_path / "empty", data)


def test_a_damaged_backup_is_not_put_back(data: Path, tmp_path: Path, model: Model) -> None:
    with Store.open(data, model=model, read_only=True) as store:
        backup(store, tmp_path / "kept")
    ox.Store(tmp_path / "kept" / "store" / "1").clear()
    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "kept", tmp_path / "again")
    for path in (tmp_path / "kept" / "store" / "1").glob("CURRENT"):
        path.write_text("x")
    with pytest.raises(StoreError, match="no whole store"):
        restore(tmp_path / "kept", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not (tmp_path / ".again.draft").exists()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no backup"):
        restore(tmp_path, tmp_path / "again")
    Folder.hold(tmp_path / "unfilled").close()
    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "unfilled", tmp_path / "again")


def test_a_graph_in_memory_has_no_folder_to_copy(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="in memory"):
        backup(store, tmp_path / "kept")
