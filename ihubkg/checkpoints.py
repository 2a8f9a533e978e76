"""A reader's copy on disk, for graphs that are too large to be held in memory.

    DIR/live/    what is written to, by a process of its own that ends when it is done
    DIR/<n>/     a checkpoint of each publication, hard links for the most part; only read

The process that forks workers must hold no open store: a store has threads, and a fork has not. So
a program is run for each writing (`python -m ihubkg.checkpoints`), and a worker opens the newest
checkpoint for itself, in about twenty milliseconds.
https://github.com/facebook/rocksdb/wiki/Checkpoints
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
import pyoxigraph as ox

from ihubkg import sandbox
from ihubkg.errors import StoreError
from ihubkg.reader import Reader

KEPT = 3
"""Checkpoints that are kept: a worker that began on an older one has ended long since."""

_STORE, _OWN = "store", "own"
_DONE = b"done"


@dataclass
class Checkpoints:
    """The copy in the folder `folder`; `public` are the graphs merged into its default graph."""

    folder: Path
    public: frozenset[str]
    number: int = 0

    def build(self, quads: BinaryIO) -> None:
        """Fill an empty folder from N-Quads and make the first checkpoint.

        Raises:
            StoreError: it cannot be written.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self._write(quads)

    def apply(self, removed: BinaryIO, added: BinaryIO) -> None:
        """Follow a publication, given as N-Quads, and make a checkpoint.

        Raises:
            StoreError: it cannot be written.
        """
        self._write(removed, added)

    def open(self, version: str) -> Reader:
        """Return the newest checkpoint, to be read."""
        place = self.folder / str(self.number)
        return Reader(
            self.public,
            version,
            ox.Store.read_only(str(place / _STORE)),
            ox.Store.read_only(str(place / _OWN)),
            on_disk=True,
        )

    def _write(self, *files: BinaryIO) -> None:
        following = self.number + 1
        numbers = [file.fileno() for file in files]
        order = {
            "folder": str(self.folder),
            "public": sorted(self.public),
            "checkpoint": following,
            "files": numbers,
        }
        done = subprocess.run(  # our own program
            [sys.executable, "-m", "ihubkg.checkpoints"],
            input=orjson.dumps(order),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=numbers,
            cwd=Path(__file__).parent.parent,
            env={},
            check=False,
        )
        if done.stdout != _DONE:
            fault = done.stdout.decode("utf-8", "replace") or "the writing process was stopped"
            raise StoreError(f"The readers' copy in {self.folder} cannot be written: {fault}.")
        self.number = following
        shutil.rmtree(self.folder / str(following - KEPT), ignore_errors=True)


def _quads(number: int) -> Iterator[ox.Quad]:
    """Read N-Quads that we wrote; blank nodes keep their names."""
    with os.fdopen(os.dup(number), "rb") as file:
        file.seek(0)
        yield from ox.parse(file, format=ox.RdfFormat.N_QUADS)


def main() -> None:
    """Carry out the order on standard input: write, and make a checkpoint."""
    sandbox.die_with_parent()
    order = orjson.loads(sys.stdin.buffer.read())
    folder = Path(order["folder"])
    place = folder / str(order["checkpoint"])
    try:
        place.mkdir(parents=True)
        if order["checkpoint"] == 1:
            (folder / "live").mkdir()
        elif not (folder / "live" / _OWN).is_dir():
            raise FileNotFoundError("what was written before is gone")
        store, own = (ox.Store(folder / "live" / name) for name in (_STORE, _OWN))
        reader = Reader(frozenset(order["public"]), store=store, own=own)
        if order["checkpoint"] == 1:
            reader.load(_quads(order["files"][0]))
        else:
            reader.apply(*map(_quads, order["files"]))
        for written, name in ((store, _STORE), (own, _OWN)):
            written.flush()
            written.backup(place / name)
        said = _DONE
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        said = f"{type(error).__name__}: {error}".encode()
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    main()
