"""What was acknowledged is there, whatever happened to the store."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import terms
from ihubkg.change import Change
from ihubkg.errors import Conflict, StoreError
from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.writer import BULK, Writer

ROOT = Path(__file__).parent.parent.parent
GRAPH = "http://e/g"


def line(number: int, graph: str = GRAPH) -> bytes:
    return f'<http://e/{number}> <http://e/p> "{number}" <{graph}> .'.encode()


def numbers(store: Store) -> set[int]:
    found = store.raw.quads_for_pattern(None, ox.NamedNode("http://e/p"), None, None)
    return {int(str(quad.object).strip('"')) for quad in found}


@pytest.fixture
def small(model: Model) -> Store:
    """A store in memory, for writing."""
    return Store.memory(model)


def test_a_publication_changes_store_version_and_ledger(small: Store) -> None:
    ledger = Ledger(None)
    writer = Writer(small, ledger)
    before = small.version
    whole = writer.commit(Change(added=(line(1), line(2))), actor="a", operation="o")
    assert numbers(small) == {1, 2}
    assert small.version != before
    assert whole.added == (line(1), line(2))
    assert ledger.version() == small.version
    writer.commit(Change(removed=(line(1), line(2))), actor="a", operation="o")
    assert small.version == before
    assert GRAPH not in small.graphs()


def test_inferences_follow_and_are_part_of_what_changed(small: Store) -> None:
    writer = Writer(small, Ledger(None))
    kind = f"<{terms.PREFIXES['rdf']}type>"
    row = f"<http://e/x> {kind} <{terms.term('Method')}> <{terms.CURATED}> .".encode()
    whole = writer.commit(Change(added=(row,)), actor="a", operation="o")
    inferred = [one for one in whole.added if terms.INFERRED.encode() in one]
    assert inferred
    back = writer.commit(Change(removed=(row,)), actor="a", operation="o")
    assert set(back.removed) == set(whole.added)


def test_inferences_themselves_are_not_written(small: Store) -> None:
    ledger = Ledger(None)
    row = line(1, terms.INFERRED)
    assert not Writer(small, ledger).commit(Change(added=(row,)), actor="a", operation="o")
    assert list(ledger.entries()) == []


def test_what_may_not_be_written_leaves_no_trace(small: Store) -> None:
    ledger = Ledger(None)
    writer = Writer(small, ledger)
    with pytest.raises(Conflict):
        writer.commit(Change(added=(line(1, f"{terms.STAGED}x"),)), actor="a", operation="o")
    small.read_only = True
    with pytest.raises(Conflict):
        writer.commit(Change(added=(line(1),)), actor="a", operation="o")
    assert list(ledger.entries()) == []


def test_a_publication_that_the_store_lost_is_made_again(tmp_path: Path, model: Model) -> None:
    data = tmp_path / "data"
    with Store.open(data, model=model) as store:
        Writer(store, Ledger(data)).commit(Change(added=(line(1),)), actor="a", operation="o")
    shutil.copytree(data, tmp_path / "old")
    with Store.open(data, model=model) as store:
        writer = Writer(store, Ledger(data))
        assert writer.recover() == 0
        writer.commit(Change((line(1),), (line(2),)), actor="a", operation="o")
        writer.commit(Change(added=(line(3),)), actor="a", operation="o")
        version = store.version
    # The ledger of today and the store of yesterday: what a damaged log leaves.
    for name in ("store", "ihubkg.sqlite"):
        path = tmp_path / "old" / name
        target = data / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        shutil.move(path, target)
    with Store.open(data, model=model) as store:
        assert numbers(store) == {1}
        assert Writer(store, Ledger(data)).recover() == 3
        assert numbers(store) == {2, 3}
        assert store.version == version
        assert Writer(store, Ledger(data)).recover() == 0


CHILD = """
import sys
from pathlib import Path
from ihubkg.change import Change
from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.writer import BULK, Writer

data = Path(sys.argv[1])
store = Store.open(data, model=Model.load())
writer = Writer(store, Ledger(data))
writer.recover()
for number in range(int(sys.argv[2]), 10**6):
    row = f'<http://e/{number}> <http://e/p> "{number}" <http://e/g> .'.encode()
    writer.commit(Change(added=(row,)), actor="a", operation="o")
    print(number, flush=True)
"""


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path, model: Model) -> None:
    data = tmp_path / "data"
    acknowledged = -1
    for count in (3, 1, 2):
        command = [sys.executable, "-c", CHILD, str(data), str(acknowledged + 1)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(count):
                acknowledged = int(child.stdout.readline())
            child.kill()
    with Store.open(data, model=model) as store:
        Writer(store, Ledger(data)).recover()
        assert set(range(acknowledged + 1)) <= numbers(store)
        assert max(numbers(store)) <= acknowledged + 1


def test_a_ledger_that_cannot_be_written_stops_the_publication(small: Store) -> None:
    ledger = Ledger(None)
    writer = Writer(small, ledger)
    ledger.close()
    with pytest.raises(StoreError):
        writer.commit(Change(added=(line(1),)), actor="a", operation="o")
    assert numbers(small) == set()


@pytest.mark.parametrize("blank", [False, True])
def test_many_at_once_are_the_same_as_few_after_few(small: Store, blank: bool) -> None:
    mark = "_:one" if blank else "<http://e/one>"
    odd = [
        f'{mark} <http://e/q> "a \\"b\\" <c> _ \\\\" <{GRAPH}> .'.encode(),
        f"{mark} <http://e/q> <http://e/o> .".encode(),
    ]
    lines = (*(line(number) for number in range(BULK)), *odd)
    writer = Writer(small, Ledger(None))
    writer.commit(Change(added=lines), actor="a", operation="o")
    assert numbers(small) == set(range(BULK))
    subjects = {
        quad.subject
        for quad in small.raw.quads_for_pattern(None, ox.NamedNode("http://e/q"), None, None)
    }
    assert subjects == {ox.BlankNode("one") if blank else ox.NamedNode("http://e/one")}
    writer.commit(Change(removed=lines), actor="a", operation="o")
    assert numbers(small) == set()
    assert GRAPH not in small.graphs()
