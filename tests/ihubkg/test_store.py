import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import formats, terms, turtle
from ihubkg.errors import BadQuery, Conflict, IhubError, NotFound, StoreError
from ihubkg.folder import Folder, version_of
from ihubkg.model import Model
from ihubkg.store import DEFAULT, Store, content_digests, names_dataset

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def quad(name: str, value: str = "x", graph: str | None = None) -> ox.Quad:
    target = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    subject = ox.NamedNode(f"http://e/{name}")
    return ox.Quad(subject, ox.NamedNode("http://e/p"), ox.Literal(value), target)


def values(store: Store, text: str, **dataset: list[str]) -> list[str]:
    """Return the values of the first column."""
    return [row[0].value for row in store.query(text, **dataset)]  # type: ignore[arg-type, union-attr]


@pytest.fixture
def small(tmp_path: Path) -> Model:
    """A model with a statement in each of three graphs."""
    for name in ("ontology/a", "data/curated/b", "data/source/c"):
        path = tmp_path / "files" / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'<http://e/{path.stem}> <http://e/p> "{name}" , [ <http://e/q> 1 ] .')
    return Model.load(tmp_path / "files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(folder: Path, small: Model) -> Iterator[Store]:
    with Store.open(folder, model=small) as store:
        yield store


# What a query sees


def test_without_graphs_a_query_sees_the_public_ones_and_the_default_graph(small: Model) -> None:
    store = Store.memory(small)
    store.load([quad("own", "own")], into=DEFAULT)
    store.load([quad("prov", "prov")], into=terms.PROV)
    found = values(store, "SELECT ?o { ?s <http://e/p> ?o FILTER(isLiteral(?o)) } ORDER BY ?o")
    assert found == ["data/curated/b", "ontology/a", "own"]
    found = values(store, "SELECT ?o { GRAPH ?g { ?s <http://e/p> ?o } FILTER(isLiteral(?o)) }")
    assert sorted(found) == ["data/curated/b", "data/source/c", "ontology/a", "prov"]


def test_from_in_the_query_decides_over_the_default(small: Model) -> None:
    store = Store.memory(small)
    text = (
        f"SELECT ?o FROM <{terms.graph('source/c')}> {{ ?s <http://e/p> ?o FILTER(isLiteral(?o)) }}"
    )
    assert values(store, text) == ["data/source/c"]


def test_from_gives_a_triple_of_two_graphs_once(small: Model) -> None:
    quad = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal(1))
    with Store.memory(small) as store:
        for name in ("http://e/a", "http://e/b"):
            store.load([quad], into=name)
        found = store.query("SELECT * FROM <http://e/a> FROM <http://e/b> { ?s ?p ?o }")
        assert isinstance(found, ox.QuerySolutions)
        assert len(list(found)) == 1


def test_the_dataset_of_the_request_decides_over_from(small: Model) -> None:
    store = Store.memory(small)
    text = f"SELECT ?o FROM <{terms.CURATED}> {{ ?s <http://e/p> ?o FILTER(isLiteral(?o)) }}"
    assert values(store, text, default_graphs=[terms.ONTOLOGY]) == ["ontology/a"]
    assert values(store, text, named_graphs=[terms.ONTOLOGY]) == []
    text = "SELECT ?g { GRAPH ?g { ?s <http://e/p> ?o FILTER(isLiteral(?o)) } }"
    assert values(store, text, named_graphs=[terms.ONTOLOGY]) == [terms.ONTOLOGY]
    assert values(store, text, default_graphs=[terms.ONTOLOGY]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM <http://e/g> {}", True),
        ("ASK from NAMED <http://e/g> {}", True),
        ("SELECT * { ?s ?p 'FROM' } # FROM", False),
        ("SELECT * { <http://e/FROM> ?p ?from }", False),
        ("SELECT * {}", False),
    ],
)
def test_from_is_found_where_it_is_a_word(text: str, expected: bool) -> None:
    assert names_dataset(text) is expected


def test_nothing_staged_enters(opened: Store) -> None:
    before = opened.version
    for name in (terms.graph("submission/1"), terms.INFERRED):
        with pytest.raises(Conflict, match="kept by the service"):
            opened.load([quad("x")], into=name)
    assert opened.version == before


def test_a_query_that_is_none_is_located(store: Store) -> None:
    with pytest.raises(BadQuery, match="Syntax error at line 2") as caught:
        store.query("SELECT * {\n ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_base_resolves_relative_names(store: Store) -> None:
    answer = store.query("ASK { <ontology#Method> ?p ?o }", base=terms.BASE)
    assert bool(answer)


def test_the_packaged_graph_says_more_than_its_files(store: Store, model: Model) -> None:
    inferred = list(store.raw.quads_for_pattern(None, None, None, ox.NamedNode(terms.INFERRED)))
    assert inferred
    assert {*model.graphs, terms.INFERRED} == set(store.graphs())


# The dataset version


def test_the_version_is_the_same_in_memory_and_on_disk(opened: Store, small: Model) -> None:
    assert opened.version == Store.memory(small).version
    assert opened.version.startswith("sha256-")


def test_the_version_is_made_of_canonical_digests_per_graph(opened: Store) -> None:
    graph = ox.NamedNode(terms.CURATED)
    triples = [found.triple for found in opened.raw.quads_for_pattern(None, None, None, graph)]
    assert opened.digests[terms.CURATED] == turtle.digest(triples)
    assert opened.version == version_of(opened.digests)
    assert DEFAULT not in opened.digests


def test_the_version_follows_every_write_and_comes_back(opened: Store) -> None:
    before = opened.version
    opened.load([quad("x")], into=DEFAULT)
    after = opened.version
    assert after != before
    with opened.writing(DEFAULT) as raw:
        raw.remove_graph(ox.DefaultGraph())
    assert opened.version == before


def test_the_version_moves_by_graph_name_too() -> None:
    assert version_of({"http://e/a": "1"}) != version_of({"http://e/b": "1"})


def test_what_was_remembered_is_forgotten_after_a_write(opened: Store) -> None:
    calls: list[int] = []

    def build() -> int:
        calls.append(1)
        return len(calls)

    assert [opened.remember("k", build), opened.remember("k", build)] == [1, 1]
    opened.load([quad("x")], into=DEFAULT)
    assert opened.remember("k", build) == 2


# The data folder


def test_an_empty_folder_is_filled_and_found_again(folder: Path, small: Model) -> None:
    with Store.open(folder, model=small) as store:
        first = store.version, len(store.raw)
        assert store.path == folder
        assert store.notice is None
    with Store.open(folder, model=small) as store:
        assert (store.version, len(store.raw)) == first


def test_what_was_loaded_is_there_after_reopening(folder: Path, small: Model) -> None:
    with Store.open(folder, model=small) as store:
        assert store.load([quad("x"), quad("y")], into=terms.CURATED) == 2
        version = store.version
    with Store.open(folder, model=small) as store:
        assert store.version == version
        assert quad("x", graph=terms.CURATED) in store.raw


def change(model: Model) -> Model:
    (model.root / "data" / "curated" / "new.ttl").write_text('<http://e/n> <http://e/p> "n" .')
    return Model.load(model.root)


def test_a_folder_that_nobody_wrote_to_is_filled_anew(folder: Path, small: Model) -> None:
    Store.open(folder, model=small).close()
    newer = change(small)
    with Store.open(folder, model=newer) as store:
        assert quad("n", "n", terms.CURATED) in store.raw
        assert store.notice is None
        assert store.version == Store.memory(newer).version
    assert [path.name for path in (folder / "store").iterdir()] == ["2"]


def test_a_folder_with_changes_of_its_own_is_kept_and_says_how_to_go_on(
    folder: Path, small: Model
) -> None:
    with Store.open(folder, model=small) as store:
        store.load([quad("mine", "mine")], into=DEFAULT)
    newer = change(small)
    with Store.open(folder, model=newer) as store:
        assert quad("n", "n", terms.CURATED) not in store.raw
        assert store.notice is not None
        assert f"ihubkg load --packaged --data {folder}" in store.notice
        gone, come = store.lag(newer)
        assert (gone, come) == (set(), {quad("n", "n", terms.CURATED)})
        store.add(come)
        store.mark_packaged(newer)
        assert store.notice is None
        assert quad("n", "n", terms.CURATED) in store.raw
        assert quad("mine", "mine") in store.raw
    with Store.open(folder, model=newer) as store:
        assert store.notice is None
        assert quad("mine", "mine") in store.raw


def test_a_write_that_changes_nothing_leaves_the_folder_unwritten(
    folder: Path, small: Model
) -> None:
    with (
        Store.open(folder, model=small) as store,
        pytest.raises(ZeroDivisionError),
        store.writing(DEFAULT),
    ):
        raise ZeroDivisionError
    held = Folder.hold(folder)
    assert held.state is not None
    assert not held.state.written
    assert not held.state.unsettled
    held.close()


def test_a_change_whose_consequences_were_cut_off_is_settled_at_the_next_start(
    folder: Path, small: Model
) -> None:
    Store.open(folder, model=small).close()
    held = Folder.hold(folder)
    assert held.state is not None
    held.commit(replace(held.state, written=True, unsettled=True))
    ox.Store(held.store(1)).extend([quad("late", "late", terms.CURATED)])
    held.close()
    expected = Store.memory(small)
    expected.load([quad("late", "late")], into=terms.CURATED)
    with Store.open(folder, model=small) as store:
        assert store.version == expected.version
    with Store.open(folder, model=small, read_only=True) as store:
        assert store.version == expected.version


WRITE = """
import os, pathlib, sys
import pyoxigraph as ox
from ihubkg import terms
from ihubkg.model import Model
from ihubkg.store import Store
store = Store.open(pathlib.Path(sys.argv[1]), model=Model.load(pathlib.Path(sys.argv[2])))
with store.writing(terms.CURATED) as raw:
    names = map(ox.NamedNode, ("http://e/late", "http://e/p"))
    raw.add(ox.Quad(*names, ox.Literal("late"), ox.NamedNode(terms.CURATED)))
    raw.flush()
    os.kill(os.getpid(), 9)
"""


def test_a_kill_between_a_write_and_what_follows_is_made_good(
    folder: Path, small: Model, root: Path
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", WRITE, folder, small.root], cwd=root, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    expected = Store.memory(small)
    expected.load([quad("late", "late")], into=terms.CURATED)
    with Store.open(folder, model=change(small)) as store:
        assert store.version == expected.version
        assert store.notice is not None


def test_the_version_counts_what_was_inferred_since(folder: Path, small: Model) -> None:
    axiom = f"<{terms.term('A')}> <{terms.expand('rdfs:subClassOf')}> <{terms.term('B')}> ."
    (small.root / "ontology" / "axiom.ttl").write_text(axiom)
    is_a, kind = ox.NamedNode(terms.expand("rdf:type")), ox.NamedNode(terms.term("A"))
    with Store.open(folder, model=Model.load(small.root)) as store:
        assert terms.INFERRED not in store.digests
        for name in ("http://e/x", "http://e/y"):
            before = store.digests.get(terms.INFERRED)
            store.load([ox.Triple(ox.NamedNode(name), is_a, kind)], into=terms.CURATED)
            assert store.digests[terms.INFERRED] != before
        held = store.digests
    assert content_digests(folder / "store" / "1") == held


def test_a_folder_in_use_is_refused_and_can_be_read(opened: Store, small: Model) -> None:
    assert opened.path is not None
    with pytest.raises(StoreError, match="in use by another ihubkg"):
        Store.open(opened.path, model=small)
    opened.load([quad("x")], into=DEFAULT)
    with Store.open(opened.path, model=small, read_only=True) as reader:
        assert reader.version == opened.version
        assert quad("x") in reader.raw


def test_a_damaged_store_is_said_so(folder: Path, small: Model) -> None:
    Store.open(folder, model=small).close()
    (folder / "store" / "1" / "CURRENT").write_text("nonsense")
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(folder, model=small)


def test_readers_do_not_write(folder: Path, small: Model) -> None:
    Store.open(folder, model=small).close()
    with (
        Store.open(folder, model=small, read_only=True) as one,
        Store.open(folder, model=small, read_only=True) as two,
    ):
        assert len(one.raw) == len(two.raw)
        with pytest.raises(Conflict, match="reading only"):
            one.load([quad("x")], into=DEFAULT)


def test_a_closed_store_says_so(small: Model) -> None:
    store = Store.memory(small)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.graphs()


FILL = """
import sys, pathlib
from ihubkg.model import Model
from ihubkg.store import Store
print("go", flush=True)
with Store.open(pathlib.Path(sys.argv[1]), model=Model.load()) as store:
    print(store.version, flush=True)
"""


@pytest.mark.parametrize("wait", [0.02, 0.1, 0.2, 0.4, 0.8])
def test_a_kill_while_filling_leaves_nothing_half_made(
    folder: Path, root: Path, model: Model, store: Store, wait: float
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FILL, folder], cwd=root, stdout=subprocess.PIPE, text=True
    ) as filling:
        assert filling.stdout is not None
        assert filling.stdout.readline() == "go\n"
        time.sleep(wait)
        filling.send_signal(signal.SIGKILL)
    with Store.open(folder, model=model) as reopened:
        assert reopened.version == store.version
        assert len(reopened.raw) == len(store.raw)


# In and out


def test_a_load_is_whole_or_not_at_all(opened: Store) -> None:
    def broken() -> Iterator[ox.Quad]:
        yield quad("x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        opened.load(broken(), into=DEFAULT)
    assert quad("x") not in opened.raw


@pytest.mark.parametrize("fmt", formats.GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_what_is_dumped_reads_back(fmt: formats.Format, small: Model) -> None:
    store = Store.memory(small)
    store.load([quad("own")], into=DEFAULT)
    out = io.BytesIO()
    store.dump(fmt, out)
    kind = ox.RdfFormat.from_media_type(fmt.media_type)
    found = list(ox.parse(out.getvalue(), format=kind))
    if fmt in formats.DATASET_FORMATS:
        assert turtle.digest(found) == turtle.digest(store.raw)
    else:
        public = {terms.CURATED, terms.ONTOLOGY, terms.INFERRED, ""}
        graphs = [item for item in store.raw if getattr(item.graph_name, "value", "") in public]
        assert turtle.digest(found) == turtle.digest(item.triple for item in graphs)


def test_one_graph_can_be_dumped(opened: Store) -> None:
    out = io.BytesIO()
    opened.dump(formats.TURTLE, out, graph=terms.graph("source/c"))
    assert b'"data/source/c"' in out.getvalue()
    assert b"ontology/a" not in out.getvalue()


def test_an_unknown_graph_is_not_dumped(opened: Store) -> None:
    with pytest.raises(NotFound, match="no graph http://e/none") as caught:
        opened.dump(formats.TURTLE, io.BytesIO(), graph="http://e/none")
    assert terms.CURATED in caught.value.candidates
    with pytest.raises(IhubError, match="not a format of graphs"):
        opened.dump(formats.CSV, io.BytesIO())


@pytest.mark.parametrize("where", ["disk", "memory", "read-only"])
def test_a_checkpoint_holds_everything_and_stays_as_it_was(
    where: str, folder: Path, small: Model, tmp_path: Path
) -> None:
    store = Store.memory(small) if where == "memory" else Store.open(folder, model=small)
    store.load([quad("x")], into=DEFAULT)
    if where == "read-only":
        store.close()
        store = Store.open(folder, model=small, read_only=True)
    target = tmp_path / "checkpoint"
    store.checkpoint(target)
    if where != "read-only":
        store.load([quad("later")], into=DEFAULT)
    copy = ox.Store.read_only(str(target))
    assert quad("x") in copy
    assert quad("later") not in copy
    store.close()


def test_a_triple_of_two_public_graphs_is_one() -> None:
    """The engine gives it once for each graph of a default dataset; nobody should count it so."""
    statement = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.NamedNode("urn:o"))
    count = "SELECT (COUNT(*) AS ?n) { <urn:s> ?p ?o }"
    with Store(ox.Store()) as store:
        for graph in (terms.CURATED, terms.INTERPRETED, "default"):
            store.load([statement], into=graph)
        assert [row["n"].value for row in store.query(count)] == ["1"]  # type: ignore[union-attr]
        named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { <urn:s> ?p ?o } }"
        assert [row["n"].value for row in store.query(named)] == ["2"]  # type: ignore[union-attr]


def test_a_store_over_the_limit_is_asked_where_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT ?s { ?s a <https://w3id.org/ihub4schools/ontology#Method> }"
    mine = {str(row) for row in store.query(text)}  # type: ignore[union-attr]
    monkeypatch.setattr("ihubkg.store.COPIED", 1000)
    monkeypatch.setattr(store, "_remembered", {})
    assert {str(row) for row in store.query(text)} == mine  # type: ignore[union-attr]
    assert len(mine) == 9
