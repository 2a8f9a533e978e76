"""Dumps: whole, complete, checkable, and the same bytes for the same data."""

import gzip
import hashlib
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard

from ihubkg import dumps, terms
from ihubkg.dumps import Dump
from ihubkg.store import Store


@pytest.fixture(scope="module")
def folder(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of dumps of the packaged graph."""
    path = tmp_path_factory.mktemp("dumps") / "all"
    dumps.write(store, path)
    return path


def content(folder: Path, dump: Dump) -> bytes:
    """Return what is inside a dump."""
    data = (folder / dump.name).read_bytes()
    if dump.compression == "gz":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 28)


def test_lists_what_is_there(folder: Path) -> None:
    """The list names every file, with its size and checksum."""
    listed = dumps.read(folder)
    assert listed is not None
    files = {path.name for path in folder.iterdir()} - {dumps.SUMS, "dumps.json"}
    assert {dump.name for dump in listed} == files
    for dump in listed:
        data = (folder / dump.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (dump.size, dump.sha256)


def test_checksums_are_in_the_form_of_sha256sum(folder: Path) -> None:
    """A line a file: digest, two spaces, name."""
    lines = (folder / dumps.SUMS).read_text(encoding="ascii").splitlines()
    listed = dumps.read(folder) or ()
    assert lines == [f"{dump.sha256}  {dump.name}" for dump in listed]


@pytest.mark.parametrize("name", ["ihubkg.nq.gz", "ihubkg.trig.zst", "ihubkg.jsonld.gz"])
def test_whole_dump_holds_every_statement(store: Store, folder: Path, name: str) -> None:
    """What is read back is what the store holds, graph by graph."""
    dump = next(dump for dump in dumps.read(folder) or () if dump.name == name)
    kind = ox.RdfFormat.from_media_type(dump.media_type)
    assert kind is not None
    back = ox.Dataset(ox.parse(content(folder, dump), format=kind))
    held = ox.Dataset(store.raw)
    for dataset in (back, held):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert back == held


def test_merged_dump_is_the_public_dataset(store: Store, folder: Path) -> None:
    """Turtle holds each statement of the default dataset once, and none of the others."""
    dump = next(dump for dump in dumps.read(folder) or () if dump.name == "ihubkg.ttl.gz")
    back = {
        (q.subject, q.predicate, q.object)
        for q in ox.parse(content(folder, dump), format=ox.RdfFormat.TURTLE)
        if not isinstance(q.subject, ox.BlankNode) and not isinstance(q.object, ox.BlankNode)
    }
    public = {ox.NamedNode(name) for name in terms.PUBLIC_GRAPHS}
    held = {
        (q.subject, q.predicate, q.object)
        for q in store.raw
        if q.graph_name in public
        and not isinstance(q.subject, ox.BlankNode)
        and not isinstance(q.object, ox.BlankNode)
    }
    assert back == held


def test_the_same_data_gives_the_same_bytes(store: Store, folder: Path, tmp_path: Path) -> None:
    """A second run gives the same checksums."""
    assert dumps.write(store, tmp_path / "again") == dumps.read(folder)


def test_a_dump_that_is_broken_off_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """The folder is there whole or not at all, and the next run makes it good."""

    def stop(name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dumps.write(store, tmp_path / "all", done=stop)
    assert dumps.read(tmp_path / "all") is None
    assert dumps.write(store, tmp_path / "all") == dumps.read(tmp_path / "all")
