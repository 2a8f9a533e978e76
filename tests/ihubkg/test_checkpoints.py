"""A copy on disk says what a copy in memory says, whatever is written and whoever is killed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox
import pytest

from ihubkg.checkpoints import KEPT, Checkpoints
from ihubkg.errors import StoreError
from ihubkg.model import Model
from ihubkg.reader import DEFAULT, Reader
from ihubkg.store import Store
from ihubkg.terms import CURATED, PUBLIC_GRAPHS

PUBLIC = frozenset(PUBLIC_GRAPHS)


def quad(number: int, graph: str | None = CURATED) -> ox.Quad:
    node = ox.NamedNode(f"http://e/{number}")
    name = DEFAULT if graph is None else ox.NamedNode(graph)
    return ox.Quad(node, ox.NamedNode("http://e/p"), ox.Literal(number), name)


@contextmanager
def given(*quads: ox.Quad, text: bytes | None = None) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
        file.write(written if text is None else text)
        file.flush()
        yield file


def build(disk: Checkpoints, *quads: ox.Quad) -> None:
    with given(*quads) as file:
        disk.build(file)


def apply(disk: Checkpoints, removed: list[ox.Quad], added: list[ox.Quad]) -> None:
    with given(*removed) as gone, given(*added) as come:
        disk.apply(gone, come)


def state(reader: Reader) -> tuple[set[ox.Quad], set[ox.Quad]]:
    return set(reader.store), set(reader.own)


def test_the_packaged_graph_is_the_same_on_disk(store: Store, model: Model, tmp_path: Path) -> None:
    del model
    quads = list(store.raw)
    memory = Reader(PUBLIC)
    memory.load(quads)
    disk = Checkpoints(tmp_path / "copy", PUBLIC)
    build(disk, *quads)
    found = disk.open("1")
    assert state(found) == state(memory)
    assert found.version == "1"
    assert set(found.raw()) == set(quads)


def test_each_publication_makes_a_checkpoint_and_older_readers_keep_theirs(
    tmp_path: Path,
) -> None:
    memory = Reader(PUBLIC)
    disk = Checkpoints(tmp_path, PUBLIC)
    first = [quad(1), quad(1, "http://e/g"), quad(2, None)]
    memory.load(first)
    build(disk, *first)
    before = disk.open("1")
    for removed, added in (
        ([quad(1)], [quad(3), quad(2)]),
        ([quad(2, None)], [quad(1, None)]),
        ([quad(1, "http://e/g"), quad(2)], []),
        ([], [quad(4, None)]),
    ):
        memory.apply(removed, added)
        apply(disk, removed, added)
        assert state(disk.open("n")) == state(memory)
        assert disk.open("n").has("http://e/g") == memory.has("http://e/g")
    assert quad(1) in set(before.store)
    kept = {int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()}
    assert kept == set(range(disk.number - KEPT + 1, disk.number + 1))


def test_what_cannot_be_written_is_told_and_nothing_changes(tmp_path: Path) -> None:
    disk = Checkpoints(tmp_path, PUBLIC)
    build(disk, quad(1))

    with (
        given() as gone,
        given(text=b"no quads") as come,
        pytest.raises(StoreError, match="SyntaxError"),
    ):
        disk.apply(gone, come)
    assert set(disk.open("1").store) == {quad(1), quad(1, None)}
    with given() as nothing, pytest.raises(StoreError, match="cannot be written"):
        Checkpoints(Path("/proc/nowhere"), PUBLIC).build(nothing)
