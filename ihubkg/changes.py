"""The journal behind the feed of changes: every state of every record, in order, in pages.

A *record* is what one graph says of one thing. When a publication has moved the store, the journal
adds a member for each record that is new, different or gone; so the newest member of each record
gives the dataset, and the first members are the packaged graph. Nothing in it is ever altered: a
full page stays as it is. https://w3id.org/ldes/specification

It follows the store by the digests of graphs, so it also catches up with what was published while
no service ran.
"""

import hashlib
import json
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox

from ihubkg.errors import NotFound
from ihubkg.store import DEFAULT, Store
from ihubkg.table import connect, plain
from ihubkg.terms import BASE, PREFIXES

FILE = "changes.sqlite"
PAGE = 250
"""Members of a full page."""

CREATE, UPDATE, DELETE = "Create", "Update", "Delete"
"""What became of a record: the activities of ActivityStreams that members are of."""

_TABLES = """
CREATE TABLE batch (
  number INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  version TEXT NOT NULL
);
CREATE TABLE member (
  number INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  activity TEXT NOT NULL,
  graph TEXT NOT NULL,
  about TEXT NOT NULL,
  content BLOB NOT NULL,
  chain TEXT NOT NULL
);
CREATE INDEX member_about ON member (about);
CREATE TABLE head (
  graph TEXT NOT NULL, about TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (graph, about)
) WITHOUT ROWID;
CREATE TABLE graph (name TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TRIGGER member_stays BEFORE DELETE ON member
  BEGIN SELECT RAISE(ABORT, 'the feed keeps every member'); END;
CREATE TRIGGER member_is_fixed BEFORE UPDATE ON member
  BEGIN SELECT RAISE(ABORT, 'the feed keeps every member as it was'); END;
"""
_TOUCHED = """
CREATE TABLE touched (
  iri TEXT NOT NULL, role TEXT NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (iri, role)
) WITHOUT ROWID;
CREATE INDEX member_graph ON member (graph, batch);
"""
"""The last publication that changed any statement about an IRI (role `subject`), its name or type
(`name`), took one away (`removed`), or changed one that points at it (`object`). The first
publication made all there was and is not written down."""

_NAMES = frozenset(
    PREFIXES[prefix] + name
    for prefix, name in (
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("dcterms", "title"),
        ("rdf", "type"),
    )
)
_DATES = tuple(PREFIXES["dcterms"] + name for name in ("modified", "issued"))


@dataclass(frozen=True, slots=True)
class Record:
    """What a graph (its IRI, or `default`) says of the thing `about`."""

    graph: str
    about: str


@dataclass(frozen=True, slots=True)
class Member:
    """A state of a record: since when, by what activity, and all its statements as N-Triples."""

    number: int
    time: str
    activity: str
    record: Record
    content: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one publication added to the feed; `counts` are members by activity."""

    number: int
    time: str
    version: str
    first: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A page: the times of its first and last member, whether it is full, its digest."""

    number: int
    first: str
    last: str
    full: bool
    digest: str


class Journal:
    """The journal of a data folder, or of a store in memory where `folder` is None."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self._lock = threading.RLock()
        self._connection = connect(self._path, (_TABLES, _TOUCHED))
        self._make_good()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def follow(self, store: Store) -> int:
        """Add what `store` holds and the journal not yet; return how many members that were."""
        with self._lock, plain(self._path):
            if not self._moved(store.digests):
                return 0
            with store.still():
                return self._follow(store)

    def spans(self) -> tuple[Span, ...]:
        """Return the pages that there are, the oldest first."""
        with self._lock, plain(self._path):
            rows = self._connection.execute(
                "SELECT p.page, p.first, p.last, p.size, m.chain FROM ("
                " SELECT (m.number - 1) / ? + 1 AS page, min(b.time) AS first,"
                " max(b.time) AS last, count(*) AS size, max(m.number) AS highest"
                " FROM member m JOIN batch b ON b.number = m.batch GROUP BY page"
                ") p JOIN member m ON m.number = p.highest ORDER BY p.page",
                (PAGE,),
            ).fetchall()
        return tuple(Span(n, low, high, size == PAGE, chain) for n, low, high, size, chain in rows)

    def page(self, number: int) -> tuple[Member, ...]:
        """Return the members of a page, the oldest first.

        Raises:
            NotFound: there is no such page yet.
        """
        low = (number - 1) * PAGE
        with self._lock, plain(self._path):
            rows = self._connection.execute(
                "SELECT m.number, b.time, m.activity, m.graph, m.about, m.content"
                " FROM member m JOIN batch b ON b.number = m.batch"
                " WHERE m.number > ? AND m.number <= ? ORDER BY m.number",
                (low, low + PAGE),
            ).fetchall()
        if not rows:
            raise NotFound(f"The feed has no page {number} yet.")
        return tuple(
            Member(n, time, activity, Record(graph, about), zlib.decompress(content).decode())
            for n, time, activity, graph, about, content in rows
        )

    def withdrawn(self, about: str) -> int | None:
        """Return the page of the last member about a thing that was here; None if it never was."""
        with self._lock, plain(self._path):
            row = self._connection.execute(
                "SELECT max(number) FROM member WHERE about = ? AND activity = ?", (about, DELETE)
            ).fetchone()
        return None if row is None or row[0] is None else (row[0] - 1) // PAGE + 1

    def latest(self, version: str) -> datetime | None:
        """Return the time of the last publication; None where it did not lead to `version`."""
        with self._lock, plain(self._path):
            row = self._connection.execute(
                "SELECT time, version FROM batch ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return None if row is None or row[1] != version else datetime.fromisoformat(row[0])

    def since(self, version: str, most: int) -> dict[str, str]:
        """Return the things of which something changed after the dataset was at `version`.

        Each with the time of its last change; at most `most` of them, the latest changed.

        Raises:
            NotFound: the dataset never was at that version.
        """
        with self._lock, plain(self._path):
            row = self._connection.execute(
                "SELECT max(number) FROM batch WHERE version = ?", (version,)
            ).fetchone()
            if row is None or row[0] is None:
                message = f"The dataset never was at version {version[:80]}: leave base out."
                raise NotFound(message)
            return dict(
                self._connection.execute(
                    "SELECT t.iri, b.time FROM touched t JOIN batch b ON b.number = t.batch"
                    " WHERE t.role = 'subject' AND t.batch > ? ORDER BY t.batch DESC LIMIT ?",
                    (row[0], most),
                )
            )

    def touched(self, told: Iterable[str], named: Iterable[str], iri: str) -> datetime | None:
        """Return when a description of `iri` changed, or may have.

        `told` are the things of which it says all that is known, `named` those that it only names.
        """
        query = (
            "SELECT max(time) FROM batch WHERE number = 1 OR number IN ("
            " SELECT batch FROM touched WHERE role = 'object' AND iri = ?"
            " UNION ALL SELECT batch FROM touched WHERE role = 'subject'"
            " AND iri IN (SELECT value FROM json_each(?))"
            " UNION ALL SELECT batch FROM touched WHERE role IN ('name', 'removed')"
            " AND iri IN (SELECT value FROM json_each(?)))"
        )
        return self._time(query, iri, json.dumps(sorted(told)), json.dumps(sorted(named)))

    def graph_touched(self, graph: str) -> datetime | None:
        """Return when a graph changed; `graph` is its IRI, or `default`."""
        query = (
            "SELECT time FROM batch WHERE number = (SELECT max(batch) FROM member WHERE graph = ?)"
        )
        return self._time(query, graph)

    def _time(self, query: str, *given: str) -> datetime | None:
        with self._lock, plain(self._path):
            row = self._connection.execute(query, given).fetchone()
        return None if row is None or row[0] is None else datetime.fromisoformat(row[0])

    def batches(self) -> tuple[Batch, ...]:
        """Return what publications added, the newest first."""
        with self._lock, plain(self._path):
            rows = self._connection.execute(
                "SELECT b.number, b.time, b.version, m.activity, count(*), min(m.number)"
                " FROM batch b JOIN member m ON m.batch = b.number"
                " GROUP BY b.number, m.activity ORDER BY b.number DESC"
            ).fetchall()
        counts: dict[tuple[int, str, str], dict[str, int]] = defaultdict(dict)
        first: dict[int, int] = {}
        for number, time, version, activity, count, low in rows:
            counts[number, time, version][activity] = count
            first[number] = min(low, first.get(number, low))
        return tuple(Batch(*key, first[key[0]], found) for key, found in counts.items())

    def _follow(self, store: Store) -> int:
        digests = dict(store.digests)
        moved = sorted(self._moved(digests))
        found = [entry for name in moved for entry in self._differences(store, name)]
        self._append(found, digests, _instant(store, self._last()), store.version)
        return len(found)

    def _moved(self, digests: Mapping[str, str]) -> set[str]:
        """Return the graphs that are not as the journal has them."""
        held = dict(self._connection.execute("SELECT name, digest FROM graph"))
        return {name for name in {*digests, *held} if digests.get(name) != held.get(name)}

    def _differences(self, store: Store, graph: str) -> Iterator[tuple[str, Record, str, str]]:
        """Yield (activity, record, content, digest) of what is not as the journal has it."""
        held = dict(
            self._connection.execute("SELECT about, digest FROM head WHERE graph = ?", (graph,))
        )
        now = records(_triples(store, graph))
        for about in sorted({*held, *now}):
            content = now.get(about, "")
            digest = _digest(content) if content else ""
            if digest != held.get(about, ""):
                activity = DELETE if not content else UPDATE if about in held else CREATE
                yield activity, Record(graph, about), content, digest

    def _append(
        self,
        found: Iterable[tuple[str, Record, str, str]],
        digests: Mapping[str, str],
        time: str,
        version: str,
    ) -> None:
        run = self._connection.execute
        number, chain = run(
            "SELECT coalesce(max(number), 0), coalesce((SELECT chain FROM member ORDER BY number"
            " DESC LIMIT 1), '') FROM member"
        ).fetchone()
        run("BEGIN IMMEDIATE")
        try:
            (batch,) = run("SELECT coalesce(max(number), 0) + 1 FROM batch").fetchone()
            run("INSERT INTO batch VALUES (?, ?, ?)", (batch, time, version))
            for activity, record, content, digest in found:
                if batch > 1:
                    self._touch(batch, record, self._newest(record, number + 1), content)
                number += 1
                chain = _digest(f"{chain} {time} {activity} {record} {digest}")
                packed = zlib.compress(content.encode(), 6)
                row = (number, batch, activity, record.graph, record.about, packed, chain)
                run("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                if activity == DELETE:
                    run("DELETE FROM head WHERE graph = ? AND about = ?", row[3:5])
                else:
                    run("INSERT OR REPLACE INTO head VALUES (?, ?, ?)", (*row[3:5], digest))
            run("DELETE FROM graph")
            self._connection.executemany("INSERT INTO graph VALUES (?, ?)", [*digests.items()])
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise

    def _touch(self, batch: int, record: Record, before: str, content: str) -> None:
        """Write down what the change of a record from `before` to `content` touched."""
        old, new = {*before.splitlines()}, {*content.splitlines()}
        touched = {(record.about, "subject")}
        for lines, removed in ((old - new, True), (new - old, False)):
            text = "\n".join(lines).encode()
            for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
                touched.update(_roles(quad, record.about, removed=removed))
        self._connection.executemany(
            "INSERT OR REPLACE INTO touched VALUES (?, ?, ?)",
            [(iri, role, batch) for iri, role in sorted(touched)],
        )

    def _newest(self, record: Record, before: int) -> str:
        """Return the content of the last member of a record before the number `before`."""
        row = self._connection.execute(
            "SELECT content FROM member WHERE about = ? AND graph = ? AND number < ?"
            " ORDER BY number DESC LIMIT 1",
            (record.about, record.graph, before),
        ).fetchone()
        return "" if row is None else zlib.decompress(row[0]).decode()

    def _make_good(self) -> None:
        """Write down what publications touched before journals did so."""
        run = self._connection.execute
        if run("SELECT 1 FROM touched LIMIT 1").fetchone() is not None:
            return
        rows = run(
            "SELECT batch, graph, about, content, number FROM member WHERE batch > 1"
            " ORDER BY number"
        ).fetchall()
        for batch, graph, about, packed, number in rows:
            record = Record(graph, about)
            content = zlib.decompress(packed).decode()
            self._touch(batch, record, self._newest(record, number), content)

    def _last(self) -> str | None:
        row = self._connection.execute("SELECT max(time) FROM batch").fetchone()
        return None if row is None else row[0]


def records(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Return the statements of one graph by the thing that they are about, as N-Triples.

    Blank nodes go with the thing that leads to them, under names that depend on what is said
    alone; things that share one go together. What no named thing leads to has a name made from
    its content.
    """
    groups = _Groups()
    by_subject: dict[ox.NamedNode | ox.BlankNode, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.subject, ox.Triple):
            continue
        by_subject[triple.subject].append(triple)
        if isinstance(triple.object, ox.BlankNode):
            groups.join(triple.subject, triple.object)
    gathered: dict[object, list[ox.Triple]] = defaultdict(list)
    for subject, found in by_subject.items():
        gathered[groups.of(subject)] += found
    result: dict[str, str] = {}
    alike: dict[str, int] = defaultdict(int)
    for found in gathered.values():
        content = _content(found)
        named = [t.subject.value for t in found if isinstance(t.subject, ox.NamedNode)]
        if not named:
            alike[content] += 1
            seen = f"{_digest(content)[:32]}-{alike[content]}"
        result[min(named) if named else f"{BASE}.well-known/genid/{seen}"] = content
    return result


class _Groups:
    """Which nodes belong together because a blank node joins them."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def of(self, node: object) -> object:
        """Return the node that stands for the group of `node`."""
        path = []
        while (above := self._above.get(node, node)) != node:
            path.append(node)
            node = above
        for passed in path:
            self._above[passed] = node
        return node

    def join(self, one: object, other: object) -> None:
        """Put the groups of both nodes together."""
        self._above[self.of(other)] = self.of(one)


def _roles(quad: ox.Quad, about: str, *, removed: bool) -> Iterator[tuple[str, str]]:
    """Yield each IRI that a changed statement touches, with what it is there."""
    subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else about
    yield subject, "subject"
    if quad.predicate.value in _NAMES:
        yield subject, "name"
    if removed:
        yield subject, "removed"
    if isinstance(quad.object, ox.NamedNode):
        yield quad.object.value, "object"


def _content(triples: list[ox.Triple]) -> str:
    if any(isinstance(n, ox.BlankNode) for t in triples for n in (t.subject, t.object)):
        dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        triples = [quad.triple for quad in dataset]
    return "".join(sorted(f"{triple} .\n" for triple in triples))


def _triples(store: Store, graph: str) -> Iterator[ox.Triple]:
    name = ox.DefaultGraph() if graph == DEFAULT else ox.NamedNode(graph)
    return (quad.triple for quad in store.raw.quads_for_pattern(None, None, None, name))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(store: Store, last: str | None) -> str:
    """Return the time of the next members: now, later than `last`; for the first the model's date.

    So two services filled from the same files begin with the same feed.
    """
    if last is not None:
        earliest = datetime.fromisoformat(last) + timedelta(milliseconds=1)
        return _written(max(datetime.now(UTC), earliest))
    this = ox.NamedNode(BASE + "ontology")
    for name in _DATES:
        quads = store.raw.quads_for_pattern(this, ox.NamedNode(name), None, None)
        dates = [quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)]
        if dates:
            return _written(datetime.fromisoformat(max(dates)).replace(tzinfo=UTC))
    return _written(datetime.now(UTC))


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
