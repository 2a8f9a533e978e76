import asyncio
import time
from pathlib import Path

import pytest

from ihubkg import dumps
from ihubkg.dumps import Dump
from ihubkg.errors import Unavailable
from ihubkg.store import Store
from service.shelf import KEPT, Shelf


@pytest.fixture(scope="module")
def base(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with dumps of two older versions and of the present one."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("old", "older"):
        (folder / "dumps" / name).mkdir(parents=True)
    Shelf(folder).current(store)
    return folder


def test_dumps_are_made_once(store: Store, base: Path) -> None:
    made = {path: path.stat().st_mtime_ns for path in (base / "dumps" / store.version).iterdir()}
    folder, listed = Shelf(base).current(store)
    assert {folder / dump.name for dump in listed} <= set(made)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == made


def test_the_version_before_stays_and_older_ones_go(store: Store, base: Path) -> None:
    kept = {path.name for path in (base / "dumps").iterdir()}
    assert store.version in kept
    assert len(kept) == KEPT


def test_however_many_wait_they_are_made_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def write(_: Store, folder: Path) -> tuple[Dump, ...]:
        made.append(folder)
        time.sleep(0.2)
        return ()

    monkeypatch.setattr(dumps, "write", write)

    async def wait(shelf: Shelf) -> None:
        found = await asyncio.gather(*(shelf.stocked(store) for _ in range(50)))
        assert {folder for folder, _ in found} == {tmp_path / "dumps" / store.version}

    asyncio.run(wait(Shelf(tmp_path)))
    assert len(made) == 1


def test_a_process_of_its_own_that_fails_is_told_plainly(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "path", property(lambda _: tmp_path))
    monkeypatch.setattr(Store, "checkpoint", lambda _, folder: folder.write_text("no store"))
    shelf = Shelf(tmp_path)
    with pytest.raises(Unavailable, match="could not be made"):
        shelf.current(store)
    assert [path.name for path in (tmp_path / "dumps").iterdir()] == []
    shelf.close()
    with pytest.raises(Unavailable, match="being stopped"):
        shelf.current(store)
