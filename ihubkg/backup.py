"""A data folder copied whole while it may be in use, and put back where none is.

A backup is itself a data folder. It is made beside its place and moved there when it is complete;
what is put back is compared with its own digests first.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from ihubkg.errors import Conflict, StoreError
from ihubkg.folder import LOCK, MANIFEST, Folder, is_filled
from ihubkg.store import Store, content_digests


def backup(store: Store, target: Path) -> None:
    """Copy the data folder of `store` to `target`, which must not exist yet.

    Tables (ledger, tokens) are copied before the statements: a change made meanwhile may be in the
    statements alone, and is never in the ledger alone.

    Raises:
        Conflict: `target` exists, or the store is in memory.
    """
    if store.path is None:
        raise Conflict("A graph in memory has no data folder to copy: ihubkg dump writes it out.")
    source = Folder.hold(store.path, shared=True) if store.folder is None else store.folder
    state = source.state
    if state is None:
        raise StoreError(f"{store.path} is not filled yet.")
    with _draft(target) as draft:
        copy = Folder.hold(draft)
        try:
            for table in sorted(store.path.glob("*.sqlite")):
                if table.name != MANIFEST:
                    _copy_table(table, draft / table.name)
            copy.store(1).parent.mkdir()
            store.checkpoint(copy.store(1))
            copy.commit(replace(state, generation=1, digests=content_digests(copy.store(1))))
        finally:
            copy.close()


def restore(source: Path, target: Path) -> str:
    """Make the data folder `target`, which must not exist yet, of the backup `source`.

    Returns the dataset version.

    Raises:
        Conflict: `target` exists.
        StoreError: `source` is no backup, or not what it was.
    """
    if not is_filled(source):
        raise StoreError(f"{source} is no backup: ihubkg backup makes one.")
    with _draft(target) as draft:
        shutil.copytree(source, draft, dirs_exist_ok=True, ignore=shutil.ignore_patterns(LOCK))
        copy = Folder.hold(draft)
        try:
            state = copy.state
            if state is None or content_digests(copy.store(state.generation)) != state.digests:
                raise StoreError(f"{source} is damaged: it does not hold what it held when made.")
        finally:
            copy.close()
    return state.version


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `target` at the end, and vanishes after an error."""
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    if target.exists():
        raise Conflict(f"{target} exists already: move it away, or name another folder.")
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        (draft / LOCK).unlink(missing_ok=True)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copy_table(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
