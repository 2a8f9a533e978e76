"""The one way in: ledger first, then the store, then inference and dataset version.

Whoever changes a store does it through a `Writer`: two writers at once would lose each other's
work without a word. At the start it makes good what a kill, a power cut or a damaged log took.
"""

import threading
from collections.abc import Sequence

import pyoxigraph as ox

from ihubkg import terms
from ihubkg.change import Change, fold, quad_lines
from ihubkg.errors import Conflict
from ihubkg.ledger import Ledger
from ihubkg.store import DEFAULT, Store

BULK = 20_000
"""Quads from which on they are added in bulk: half the work, in several steps."""

_INFERRED = ox.NamedNode(terms.INFERRED)


class Writer:
    """Makes publications in `store` and writes them down in `ledger`."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._lock = threading.Lock()

    def recover(self) -> int:
        """Carry out what the store lacks of the ledger; return how many publications that were.

        Those never closed are carried out again. Where the dataset version is not the one of the
        last publication, all are: their order decides, so what was there already does no harm.
        """
        with self._lock:
            first = self._ledger.unfinished()
            if first is None and self._ledger.version() in (None, self._store.version):
                return 0
            entries = list(self._ledger.entries(0 if first is None else first))
            self._apply(fold(entry.change for entry in entries))
            for entry in entries:
                if entry.version is None or entry is entries[-1]:
                    self._ledger.end(entry.sequence, self._store.version)
            return len(entries)

    def commit(self, change: Change, *, actor: str, operation: str) -> Change:
        """Make a publication; return all that changed, inferences included.

        When this returns it is on disk, and `store.version` is the new one. Inferred statements
        are the service's own: what `change` says of their graph is left out.

        Raises:
            StoreError: the ledger cannot be written; nothing has changed then.
            Conflict: the store is open for reading, or a graph is not for writing.
        """
        wanted = _without_inferred(change)
        if not wanted:
            return wanted
        if self._store.read_only:
            raise Conflict("This store is open for reading only.")
        for name in wanted.graphs():
            if name.startswith(terms.STAGED):
                raise Conflict(f"{name} is kept by the service itself: write to another graph.")
        with self._lock:
            sequence = self._ledger.begin(wanted, actor=actor, operation=operation)
            inferred = self._apply(wanted)
            self._ledger.end(sequence, self._store.version)
        return Change((*wanted.removed, *inferred.removed), (*wanted.added, *inferred.added))

    def _apply(self, change: Change) -> Change:
        """Carry a change out; return what followed in the graph of inferences."""
        removed, _ = Change(removed=change.removed).quads()
        before = self._inferred()
        with self._store.writing(*(name or DEFAULT for name in change.graphs())) as raw:
            for quad in removed:
                raw.remove(quad)
            _extend(raw, change.added)
            for name in {quad.graph_name for quad in removed}:
                if isinstance(name, ox.NamedNode) and _is_empty(raw, name):
                    raw.remove_graph(name)
        after = self._inferred()
        return Change(quad_lines(before - after), quad_lines(after - before))

    def _inferred(self) -> frozenset[ox.Quad]:
        return frozenset(self._store.raw.quads_for_pattern(None, None, None, _INFERRED))


def _without_inferred(change: Change) -> Change:
    mark = f" <{terms.INFERRED}> .".encode()
    return Change(
        tuple(line for line in change.removed if not line.endswith(mark)),
        tuple(line for line in change.added if not line.endswith(mark)),
    )


def _extend(raw: ox.Store, lines: Sequence[bytes]) -> None:
    """Add quads: a few in one transaction, many in bulk.

    A kill in the middle of the latter may leave a part of them; the ledger's entry is still open
    then, and `recover` adds the rest.
    """
    text = b"\n".join(lines)
    if len(lines) < BULK:
        raw.extend(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    elif b"_:" in text:
        raw.bulk_extend(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    else:  # this way gives blank nodes new names
        raw.bulk_load(text, format=ox.RdfFormat.N_QUADS)


def _is_empty(raw: ox.Store, name: ox.NamedNode) -> bool:
    return next(raw.quads_for_pattern(None, None, None, name), None) is None
