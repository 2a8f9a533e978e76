from pathlib import Path

import pytest

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


def test_only_what_was_made_is_found(store: Store, base: Path) -> None:
    shelf = Shelf(base)
    name = shelf.current(store)[1][0].name
    found = shelf.find(name, store)
    assert found is not None
    assert found[0].is_file()
    assert shelf.find("../" + name, store) is None
