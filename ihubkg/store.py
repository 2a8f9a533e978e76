"""The embedded store: named graphs in pyoxigraph behind one door, in memory or in a data folder.

What a query sees is decided here: unless it names graphs, it sees `terms.PUBLIC_GRAPHS` and the
store's own default graph, listed one by one. What is not published never enters this store.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TypeVar, cast

import pyoxigraph as ox

from ihubkg import infer, terms, tokens, turtle
from ihubkg.errors import Conflict, IhubError, NotFound, StoreError
from ihubkg.folder import Folder, State, version_of
from ihubkg.formats import Format
from ihubkg.model import Model
from ihubkg.question import Query
from ihubkg.reader import merged
from ihubkg.syntax import syntax

T = TypeVar("T")

GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

DEFAULT = "default"
"""How the store's own default graph is called where graphs have names."""

_REASONED = frozenset({terms.CURATED, terms.INTERPRETED, terms.VOCAB, terms.ONTOLOGY})
_PUBLIC: tuple[GraphName, ...] = (
    *(ox.NamedNode(name) for name in terms.PUBLIC_GRAPHS),
    ox.DefaultGraph(),
)


class Store:
    """An open store; `close` it, or use it as a context manager.

    Reading is safe from many threads; results belong to the thread that asked. Writing goes
    through `load` and `writing`, one at a time.
    """

    def __init__(
        self,
        raw: ox.Store,
        *,
        folder: Folder | None = None,
        state: State | None = None,
        read_only: bool = False,
    ) -> None:
        self.read_only = read_only
        self.notice: str | None = None
        self._raw: ox.Store | None = raw
        self._folder = folder
        self._state = state
        self._writing = threading.RLock()
        self._remembered: dict[str, object] = {}
        self._named: tuple[Mapping[str, str] | None, str] = (None, "")
        self._copying = threading.Lock()

    @classmethod
    def memory(cls, model: Model) -> "Store":
        """Return the packaged graph with its inferences, in memory."""
        raw = ox.Store()
        raw.bulk_extend(model.quads())
        infer.materialise(raw)
        return cls(raw)

    @classmethod
    def open(cls, folder: Path, *, model: Model, read_only: bool = False) -> "Store":
        """Return the store in the data folder `folder`, filled from `model` where it is empty.

        A folder that nobody wrote to is filled anew when the packaged files have changed; of one
        with changes of its own, `notice` says how to bring it up to date.

        Raises:
            StoreError: the folder is not ours, of a newer format, damaged, or in use.
        """
        held = Folder.hold(folder, shared=read_only)
        try:
            return cls._open(held, model, read_only)
        except BaseException:
            held.close()
            raise

    @classmethod
    def _open(cls, held: Folder, model: Model, read_only: bool) -> "Store":
        state = held.state
        if held.exclusive:
            if state is None or (state.packaged != model.digest and not state.written):
                state = _fill(held, model)
            held.tidy()
            if state.unsettled:
                state = _repair(held, state)
        if state is None:
            raise StoreError(f"{held.path} is being filled by another ihubkg: wait for it.")
        if read_only:
            held.share()
        store = cls(_raw(held, state, read_only), folder=held, state=state, read_only=read_only)
        if state.packaged != model.digest:
            store.notice = (
                f"The packaged graph has changed since {held.path} was filled, which holds changes "
                f"of its own: ihubkg load --packaged --data {held.path} takes the new graph over."
            )
        return store

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store and let its folder go."""
        self._raw = None
        if self._folder is not None:
            self._folder.close()

    @property
    def raw(self) -> ox.Store:
        """The pyoxigraph store, to be read; write through `writing`."""
        if self._raw is None:
            raise StoreError("The store is closed.")
        return self._raw

    @property
    def path(self) -> Path | None:
        """The data folder; None in memory."""
        return None if self._folder is None else self._folder.path

    @property
    def folder(self) -> Folder | None:
        """The data folder as this process holds it; None in memory."""
        return self._folder

    @property
    def version(self) -> str:
        """The dataset version: `sha256-` and the digest of all graphs' canonical digests."""
        digests = self.digests
        if self._named[0] is not digests:
            self._named = (digests, version_of(digests))
        return self._named[1]

    @property
    def digests(self) -> Mapping[str, str]:
        """The canonical digest (RDFC-1.0, SHA-256) of every graph by its IRI, or `default`."""
        if self._state is None:
            with self._writing:
                self._state = State(0, "", digests=_digests(self.raw))
        return self._state.digests

    def remember(self, key: str, build: Callable[[], T]) -> T:
        """Return what `build` gave for `key`; built once for each dataset version."""
        kept = self._remembered
        if key not in kept:
            kept[key] = build()
        return cast(T, kept[key])

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
    ) -> Results:
        """Run a query that we wrote or that passed the gate.

        The dataset is `default_graphs` and `named_graphs` where either is given, else what the
        query says with FROM, else the public one, with every graph within reach of GRAPH.

        Raises:
            BadQuery: the engine does not take the text; says where.
        """
        default: list[GraphName] | None = None
        named: list[ox.NamedNode | ox.BlankNode] | None = None
        where = self.raw
        if default_graphs is not None or named_graphs is not None:
            default = [_graph(name) for name in default_graphs or ()]
            named = [ox.NamedNode(name) for name in named_graphs or ()]
        elif not names_dataset(text):
            copy = self._copy()
            where, default = (copy, None) if copy is not None else (where, [*_PUBLIC])
        elif len((found := Query.read(text).dataset)[0]) > 1:
            where, default = merged(self._quads, *found), [ox.DefaultGraph()]
        try:
            return where.query(text, base_iri=base, default_graph=default, named_graphs=named)
        except SyntaxError as error:
            syntax(error, text)

    def _quads(self, graph: str) -> Iterator[ox.Quad]:
        return self.raw.quads_for_pattern(None, None, None, ox.NamedNode(graph))

    def _copy(self) -> ox.Store | None:
        """Return a copy in memory whose default graph is the public dataset, each triple once.

        One graph instead of six, and no disk: questions take a fifth of the time. A store over
        the limit is asked where it is.
        """
        kept = self._remembered
        if "copy" not in kept:
            with self._copying:
                if "copy" not in kept:
                    kept["copy"] = _merged(self.raw, COPIED)
        return cast(ox.Store | None, kept["copy"])

    def graphs(self) -> tuple[str, ...]:
        """Return the IRIs of all named graphs, sorted."""
        return tuple(sorted(node.value for node in self.raw.named_graphs() if _is_named(node)))

    def load(self, quads: Iterable[ox.Quad | ox.Triple], *, into: str) -> int:
        """Add `quads` to the graph `into` (`default` for the store's own); return how many.

        All of them are in or none; inference and dataset version follow before this returns.

        Raises:
            Conflict: the store is open for reading, or `into` is not a graph to write to.
        """
        target = _graph(into)
        return self.add(
            ox.Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads
        )

    def add(self, quads: Iterable[ox.Quad]) -> int:
        """Add `quads`, each to its own graph; see `load`."""
        additions = [*quads]
        graphs = {getattr(quad.graph_name, "value", DEFAULT) for quad in additions}
        with self.writing(*sorted(graphs or {DEFAULT})) as raw:
            raw.extend(additions)
        return len(additions)

    def lag(self, model: Model) -> tuple[set[ox.Quad], set[ox.Quad]]:
        """Return what has to go and what to come for the packaged graphs to be those of `model`."""
        wanted = set(model.quads())
        held = {
            quad
            for name in model.graphs
            for quad in self.raw.quads_for_pattern(None, None, None, ox.NamedNode(name))
        }
        return held - wanted, wanted - held

    def mark_packaged(self, model: Model) -> None:
        """Note that the packaged graphs are now those of `model`."""
        with self._writing:
            self._state = replace(self._state or State(0, ""), packaged=model.digest)
            if self._folder is not None:
                self._folder.commit(self._state)
            self.notice = None

    @contextmanager
    def writing(self, *graphs: str) -> Iterator[ox.Store]:
        """Give the pyoxigraph store to write to; `graphs` are those that change, none means any.

        At the end, also after an error, inference and dataset version follow what is there. The
        folder's manifest says beforehand that a change began, so a kill in between is made good
        at the next start.

        Raises:
            Conflict: the store is open for reading, or a graph is not for writing.
        """
        if self.read_only:
            raise Conflict("This store is open for reading only.")
        for name in graphs:
            if name == terms.INFERRED or name.startswith(terms.STAGED):
                raise Conflict(f"{name} is kept by the service itself: write to another graph.")
        with self._writing:
            state = State(0, "", digests=self.digests) if self._state is None else self._state
            if self._folder is not None:
                self._folder.commit(replace(state, written=True, unsettled=True))
            self._state = state
            try:
                yield self.raw
            finally:
                self._state = _settle(self.raw, self._state, set(graphs) or None)
                self._remembered = {}
                if self._folder is not None:
                    self._folder.commit(self._state)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Keep writers of this process off, for a reading that must see one state."""
        with self._writing:
            yield

    def dump(self, fmt: Format, out: IO[bytes], graph: str | None = None) -> None:
        """Write the graph `graph` to `out`; without it, all graphs where `fmt` can name them.

        A format of one graph gets the public dataset, merged.

        Raises:
            NotFound: there is no such graph.
        """
        kind = ox.RdfFormat.from_media_type(fmt.media_type)
        if kind is None or fmt.kind != "graph":
            raise IhubError(f"{fmt.name} is not a format of graphs.")
        prefixes = dict(terms.PREFIXES)
        if graph is not None:
            if graph != DEFAULT and graph not in self.graphs():
                raise NotFound(f"There is no graph {graph}.", self.graphs())
            self.raw.dump(out, kind, from_graph=_graph(graph), prefixes=prefixes)
        elif kind.supports_datasets:
            self.raw.dump(out, kind, prefixes=prefixes)
        else:
            ox.serialize(self._public(), out, kind, prefixes=prefixes)

    def checkpoint(self, folder: Path) -> None:
        """Put a store with the same content into the new folder `folder`, for reader processes.

        Hard links where the store is on disk; later writes are not seen there.
        """
        if self._folder is not None and not self.read_only:
            with self._writing:
                self.raw.flush()
                self.raw.backup(folder)
            return
        copy = ox.Store(folder)  # a store that only reads cannot back up what its log still holds
        copy.bulk_extend(iter(self.raw))
        copy.flush()

    def _public(self) -> Iterator[ox.Triple]:
        seen: set[ox.Triple] = set()
        for graph in _PUBLIC:
            for quad in self.raw.quads_for_pattern(None, None, None, graph):
                if quad.triple not in seen:
                    seen.add(quad.triple)
                    yield quad.triple


def content_digests(path: Path) -> Mapping[str, str]:
    """Return the digests of the graphs in the pyoxigraph store at `path`.

    Raises:
        StoreError: there is no whole store.
    """
    try:
        return _digests(ox.Store.read_only(str(path)))
    except (OSError, RuntimeError) as error:
        raise StoreError(f"{path} holds no whole store.") from error


COPIED = 64 * 1024 * 1024
"""Bytes of N-Quads up to which a store is also held in memory: some 300,000 statements."""


class _TooMuchError(Exception):
    """The store is over the limit."""


class _Held:
    """What an engine writes, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.parts: list[bytes] = []
        self._left = limit

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuchError
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: it is in memory."""


def _merged(raw: ox.Store, limit: int) -> ox.Store | None:
    """Return a copy of `raw` with the public graphs merged into its default graph, if it fits."""
    held = _Held(limit)
    try:
        raw.dump(cast(IO[bytes], held), ox.RdfFormat.N_QUADS)
    except _TooMuchError:
        return None
    copy = ox.Store()
    copy.bulk_load(b"".join(held.parts), ox.RdfFormat.N_QUADS)
    for graph in _PUBLIC:
        if not isinstance(graph, ox.DefaultGraph):
            text = raw.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
            copy.bulk_load(text or b"", ox.RdfFormat.N_TRIPLES, to_graph=ox.DefaultGraph())
    return copy


def names_dataset(text: str) -> bool:
    """Tell whether the query `text` says with FROM which graphs it is about.

    Raises:
        BadQuery: the text holds what is no token of SPARQL.
    """
    return "FROM" in text.upper() and any(token.says("FROM") for token in tokens.scan(text))


def _fill(held: Folder, model: Model) -> State:
    """Make a generation from the packaged files and let it take the current one's place."""
    number = held.fresh()
    raw = ox.Store(held.store(number))
    raw.bulk_extend(model.quads())
    infer.materialise(raw)
    raw.flush()
    state = State(number, model.digest, digests=_digests(raw))
    held.commit(state)
    return state


def _repair(held: Folder, state: State) -> State:
    """Finish what a killed process began: its change is there, what follows from it may not be."""
    settled = _settle(_raw(held, state), replace(state, written=True), None)
    held.commit(settled)
    return settled


def _settle(raw: ox.Store, before: State, changed: set[str] | None) -> State:
    """Bring inference in line with what the store holds, and return the state that it is in.

    `changed` are the graphs that may differ from `before`; None means any.
    """
    touched = None if changed is None else {*changed}
    if touched is None or touched & _REASONED:
        infer.materialise(raw)
        if touched is not None:
            touched.add(terms.INFERRED)
    raw.flush()
    digests = _digests(raw, known=before.digests, changed=touched)
    written = before.written or digests != before.digests
    return replace(before, written=written, unsettled=False, digests=digests)


def _raw(held: Folder, state: State, read_only: bool = False) -> ox.Store:
    """Open the current generation; a reader beside a writer may have to try again."""
    path = held.store(state.generation)
    attempts = 5 if read_only and not held.exclusive else 1
    for attempt in range(1, attempts + 1):
        try:
            return ox.Store.read_only(str(path)) if read_only else ox.Store(path)
        except (OSError, RuntimeError) as error:
            if attempt < attempts:
                time.sleep(0.05 * attempt)
                continue
            if "lock" in str(error).lower():
                message = f"The data folder {held.path} is in use by another program: stop it."
                raise StoreError(message) from error
            raise StoreError(
                f"The store in {held.path} is damaged: restore it from a backup, or remove the "
                f"folder to begin again from the packaged graph."
            ) from error
    raise AssertionError("unreachable")


def _digests(
    raw: ox.Store, *, known: Mapping[str, str] | None = None, changed: set[str] | None = None
) -> Mapping[str, str]:
    """Return the digests of all graphs that hold something; those not in `changed` as `known`."""
    names = [*(node.value for node in raw.named_graphs() if _is_named(node)), DEFAULT]
    digests: dict[str, str] = {}
    for name in sorted(names):
        if known is not None and changed is not None and name not in changed and name in known:
            digests[name] = known[name]
            continue
        text = raw.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=_graph(name))
        if text:
            digests[name] = turtle.digest_lines(text)
    return digests


def _graph(name: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.DefaultGraph() if name == DEFAULT else ox.NamedNode(name)


def _is_named(node: ox.NamedNode | ox.BlankNode) -> bool:
    return isinstance(node, ox.NamedNode)
