"""Since when an answer has been as it is: by the journal of changes, and by the software.

Every time given is one after which nothing has changed that the answer depends on. Where the
journal does not know the present state of the store, no time is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from ihubkg import files
from ihubkg.changes import Journal
from ihubkg.describe import NAMES, TYPE
from ihubkg.store import Store

_NAMING = frozenset((*NAMES, TYPE))


@dataclass(frozen=True)
class Calendar:
    """The times of one service; `installed` is when its software came to be as it is."""

    store: Store
    journal: Journal
    installed: datetime

    def latest(self) -> datetime | None:
        """Return when anything changed last."""
        kept: list[datetime] = self.store.remember("latest change", list)
        if not kept:
            found = self._after(self.journal.latest(self.store.version))
            if found is None:
                return None
            kept.append(found)
        return kept[0]

    def thing(self, iri: str, triples: Iterable[ox.Triple]) -> datetime | None:
        """Return when the description `triples` of `iri` changed last.

        It depends on the statements about what it describes, on the names of what it mentions, and
        on what points at `iri`.
        """
        this = ox.NamedNode(iri)
        if self.latest() is None:
            return None
        told, named = {iri}, set()
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode):
                named.add(triple.subject.value)
                if triple.predicate not in _NAMING and triple.object != this:
                    told.add(triple.subject.value)
        return self._after(self.journal.touched(told, named, iri))

    def graph(self, name: str) -> datetime | None:
        """Return when a graph changed last."""
        return None if self.latest() is None else self._after(self.journal.graph_touched(name))

    def _after(self, time: datetime | None) -> datetime | None:
        return None if time is None else max(time, self.installed)


def installed() -> datetime:
    """Return when the youngest file of this software was written."""
    folders = [Path(__file__).parent, Path(files.__file__).parent]
    folders += [files.root() / name for name in files.FOLDERS]
    youngest = max(
        path.stat().st_mtime
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )
    return datetime.fromtimestamp(youngest, UTC)
