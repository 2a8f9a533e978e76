"""Search by words over names and texts: an index in SQLite FTS5 that forgives spelling.

Everything is compared without case and accents, so “opetaja” finds “õpetaja”. A word finds itself,
words that begin with it, then words that contain it (compounds), and where there is none of them
the words nearest in spelling, which the answer says. The index is one file in the data folder; it
follows the store thing by thing and is made anew where that is less work.

>>> plain("Õpetajate koolitus – Ærø")
'opetajate koolitus aero'
"""

import hashlib
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ihubkg import files, terms
from ihubkg.names import Graph, fold, rows, slug
from ihubkg.question import Query
from ihubkg.table import plain as plainly

FILE = "search.sqlite"
FORMAT = 1

MOST_LETTERS = 200
"""Longest query that is looked for, in characters."""
MOST_WORDS = 16
"""Words of a query that are looked for."""
MOST_HITS = 1000
"""Hits that are ranked; where there are more, the answer says so."""
SNIPPET = 180
"""Characters of a text that are shown around what was found."""
AFRESH = 5_000
"""Touched things from which on the index is made anew."""

LABEL, OTHER, NOTATION, CLASS = 2, 3, 4, 9
"""Roles of texts, as `queries/index/texts.rq` numbers them: up to `LABEL` they are names."""

_TABLES = """
BEGIN;
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL);
CREATE TABLE said (thing INTEGER NOT NULL, role INTEGER NOT NULL, language TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX said_of ON said (thing);
CREATE VIRTUAL TABLE words USING fts5(name, other, told,
  tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
COMMIT;
"""
# A name counts ten times as much as a text.
_FOUND = """
SELECT words.rowid, thing.iri, thing.kind, words.name, bm25(words, 10.0, 4.0, 1.0) AS score
FROM words JOIN thing ON thing.number = words.rowid
WHERE words MATCH ? ORDER BY score LIMIT ?
"""

# Letters that Unicode does not take apart, as people type them who do not have them.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l", "Ł": "l",
     "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "\u0131": "i"}
)  # fmt: skip
_COMMON = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or")
) | {"the", "to", "with"}
"""Words of English that say little beside others."""
_RECORDS = frozenset(
    ("assertion", "citation", "duration", "line", "membership", "observation", "participation")
) | {"suitability"}
"""Kinds that speak of other things; where both are found, the things go first."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Piece:
    """A piece of a text; `marked` is what was looked for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Hit:
    """A thing found: its name and a passage of what is said of it, in pieces, with languages."""

    iri: str
    kind: str
    name: tuple[Piece, ...]
    language: str
    snippet: tuple[Piece, ...]
    snippet_language: str

    @property
    def label(self) -> str:
        """The name as one text."""
        return "".join(piece.text for piece in self.name)


@dataclass(frozen=True)
class Found:
    """The answer to a search.

    `total` hits were ranked, more than that exist where `capped`; `kinds` counts them by kind.
    `instead` are the words that were looked for in place of unknown ones, `left_out` those without
    anything near; `some` tells that no thing has all the words, and these have some. Where there is
    no hit, `near` are names that are written alike.
    """

    total: int
    capped: bool
    kinds: Mapping[str, int]
    hits: tuple[Hit, ...]
    instead: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    some: bool = False
    near: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Ranked:
    number: int
    iri: str
    kind: str
    rank: tuple[object, ...]


@dataclass(frozen=True)
class _Wanted:
    """A word that is looked for, and the words of the index that stand for it."""

    word: str
    inside: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    def strict(self) -> str:
        """Return it as FTS5 reads it, as a word or the beginning of one."""
        return f'"{self.word}"*' if len(self.word) > 2 or not self.word.isascii() else self._word

    @property
    def _word(self) -> str:
        return f'"{self.word}"'

    def wide(self) -> str:
        """Return it with the words that contain it; where there is none, the nearest ones."""
        others = self.inside or self.near
        return "(" + " OR ".join([self.strict(), *(f'"{word}"' for word in others)]) + ")"

    def stems(self) -> tuple[str, ...]:
        """Return the beginnings of words that are marked in a text."""
        return (self.word, *self.inside, *self.near)


def plain(text: str) -> str:
    """Return `text` as it is compared: words without case and accents, letters as people type."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    return fold(text.translate(_LETTERS))


class Index:
    """The index of a data folder, or of a store in memory where `folder` is None."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self._lock = threading.RLock()
        self._query = Query.read(_text("texts"))
        self._made = f"{FORMAT} {hashlib.sha256(_text('texts').encode()).hexdigest()}"
        self._known: tuple[str, ...] | None = None
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError:  # it can always be made again
            self._discard()
            with plainly(self._path):
                self._connection = self._open()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @property
    def version(self) -> str:
        """The dataset version that the index is of; "" while it is of none."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM state WHERE key = 'version'")
            return str((row.fetchone() or ("",))[0])

    def follow(self, graph: Graph, touched: Iterable[str] | None = None, since: str = "") -> None:
        """Bring the index to the present state of `graph`.

        `touched` are the things that changed after the dataset version `since`; without them, or
        where the index is of another version, it is made anew.
        """
        with self._lock, plainly(self._path):
            held, wanted = self.version, graph.version
            if held == wanted:
                return
            things = None if touched is None or held != since else sorted(set(touched))
            if things is not None and len(things) > AFRESH:
                things = None
            self._connection.execute("BEGIN")
            try:
                self._write(graph, things)
                self._connection.execute("REPLACE INTO state VALUES ('version', ?)", (wanted,))
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._known = None

    def find(
        self,
        query: str,
        *,
        kind: str | None = None,
        languages: Sequence[str] = ("en",),
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """Return what `query` finds, best first; `kind` keeps one kind only."""
        words = _words(query)
        if not words:
            return Found(0, False, {}, (), {})
        with self._lock, plainly(self._path):
            return self._find(words, kind, [*languages, "en"], limit, offset)

    def name(self, iri: str, languages: Sequence[str] = ("en",)) -> tuple[str, str] | None:
        """Return what `iri` is called for a reader of `languages`, and the language of that."""
        with self._lock, plainly(self._path):
            found = self._connection.execute(
                "SELECT text, language FROM said JOIN thing ON number = thing"
                " WHERE iri = ? AND role <= ? ORDER BY role, said.rowid",
                (iri, LABEL),
            ).fetchall()
        order = [*languages, "en", ""]
        return min(
            found,
            key=lambda item: order.index(item[1]) if item[1] in order else len(order),
            default=None,
        )

    def _find(
        self, words: Sequence[str], kind: str | None, languages: Sequence[str], limit: int, at: int
    ) -> Found:
        able = [one for word in words if (one := self._wanted(word)) is not None]
        left_out = tuple(word for word in words if word not in {one.word for one in able})
        if not able:
            return Found(0, False, {}, (), {}, left_out, near=self._alike(" ".join(words)))
        ranked, some = self._ranked(able), False
        if not ranked and len(able) > 1:
            ranked, some = self._match(" OR ".join(one.wide() for one in able), words, 0), True
        kinds: dict[str, int] = defaultdict(int)
        for item in ranked:
            kinds[item.kind] += 1
        chosen = [item for item in ranked if kind is None or item.kind == kind]
        stems = tuple(stem for one in able for stem in one.stems())
        hits = tuple(self._hit(item, stems, languages) for item in chosen[at : at + limit])
        capped = len(ranked) >= MOST_HITS
        order = dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
        shown = {one.word: self._as_written(one.near[0], chosen) for one in able if one.near}
        return Found(len(chosen), capped, order, hits, shown, left_out, some)

    def _ranked(self, wanted: Sequence[_Wanted]) -> list[_Ranked]:
        """Return what has all the words, behind it what has others that stand for them."""
        words = [one.near[0] if one.near else one.word for one in wanted]
        narrow = " AND ".join(one.strict() for one in wanted)
        found = [] if any(one.near for one in wanted) else self._match(narrow, words, 0)
        if len(found) < MOST_HITS and any(one.inside or one.near for one in wanted):
            seen = {one.number for one in found}
            wide = self._match(" AND ".join(one.wide() for one in wanted), words, 1)
            found += [one for one in wide if one.number not in seen]
        return found[:MOST_HITS]

    def _match(self, expression: str, words: Sequence[str], tier: int) -> list[_Ranked]:
        """Return what matches, the best first: whole names, then things before records."""
        whole = " ".join(words)
        found = []
        for number, iri, kind, name, score in self._connection.execute(
            _FOUND, (expression, MOST_HITS)
        ):
            names = name.split("\n")
            better = score * (0.4 if kind in _RECORDS else 1.0)
            better *= 1.5 if any(one.startswith(whole) for one in names) else 1.0
            found.append(_Ranked(number, iri, kind, (tier, whole not in names, better, iri)))
        return sorted(found, key=lambda one: one.rank)

    def _wanted(self, word: str) -> _Wanted | None:
        """Return a word with those that stand for it; None where nothing is like it.

        Those are the words that contain it, and for a word unknown those nearest in spelling.
        """
        inside: tuple[str, ...] = ()
        if not word.isdigit() and (len(word) > 3 or not word.isascii()):
            containing = re.compile(rf"^.+{re.escape(word)}.*$", re.MULTILINE)
            inside = tuple(containing.findall("\n".join(self._vocabulary()))[:50])
        if inside or self._has(_Wanted(word)):
            return _Wanted(word, inside)
        near = () if word.isdigit() else _nearest(word, self._vocabulary())
        return _Wanted(word, near=near) if near else None

    def _has(self, wanted: _Wanted) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (wanted.strict(),)
        )
        return found.fetchone() is not None

    def _vocabulary(self) -> tuple[str, ...]:
        """Return every word of the index, the most frequent first."""
        if self._known is None:
            found = self._connection.execute("SELECT term FROM vocabulary ORDER BY doc DESC, term")
            self._known = tuple(row[0] for row in found)
        return self._known

    def _alike(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return IRI and name of things whose names are written most like `text`."""
        found = self._connection.execute(
            "SELECT iri, text FROM said JOIN thing ON number = thing WHERE role <= ? LIMIT 50000",
            (LABEL,),
        ).fetchall()
        near = process.extract(
            text, [plain(name) for _, name in found], scorer=fuzz.ratio, limit=3, score_cutoff=50
        )
        return tuple(found[at] for _, _, at in near)

    def _hit(self, one: _Ranked, stems: Sequence[str], languages: Sequence[str]) -> Hit:
        said = self._connection.execute(
            "SELECT role, language, text FROM said WHERE thing = ? ORDER BY role, rowid",
            (one.number,),
        ).fetchall()

        def fits(item: tuple[int, str, str]) -> tuple[int, int, int]:
            place = languages.index(item[1]) if item[1] in languages else len(languages)
            return -_count(item[2], stems), place, item[0]

        names = [item for item in said if item[0] <= LABEL] or [(0, "", _shortest(one.iri))]
        _, language, name = min(names, key=lambda item: (*fits(item)[1:], *fits(item)[:1]))
        matching = [item for item in names if _count(item[2], stems)]
        texts = [item for item in said if item[0] > NOTATION] or [
            item for item in said if item[0] == OTHER
        ]
        others = [item for item in (*matching, *said) if item[0] <= OTHER and item[2] != name]
        best = min([*texts, *others], key=fits, default=None)
        return Hit(
            one.iri,
            one.kind,
            _pieces(name, stems),
            language,
            () if best is None else _pieces(_around(best[2], stems), stems),
            "" if best is None else best[1],
        )

    def _as_written(self, word: str, found: Sequence[_Ranked]) -> str:
        """Return a word of the index as the first hit spells it."""
        for one in found[:20]:
            for (text,) in self._connection.execute(
                "SELECT text FROM said WHERE thing = ?", (one.number,)
            ):
                for spelt in _WORD.findall(text):
                    if plain(spelt) == word:
                        return str(spelt).lower() if str(spelt).istitle() else str(spelt)
        return word

    def _write(self, graph: Graph, things: Sequence[str] | None) -> None:
        if things is None:
            for table in ("thing", "said", "words"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608
            self._add(rows(graph, self._query.bind({})))
            return
        for iri in things:
            number = self._connection.execute(
                "SELECT number FROM thing WHERE iri = ?", (iri,)
            ).fetchone()
            if number is not None:
                self._connection.execute("DELETE FROM words WHERE rowid = ?", number)
                self._connection.execute("DELETE FROM said WHERE thing = ?", number)
                self._connection.execute("DELETE FROM thing WHERE number = ?", number)
        for start in range(0, len(things), 500):
            nodes = [ox.NamedNode(iri) for iri in things[start : start + 500]]
            self._add(rows(graph, self._query.bind({"thing": nodes})))

    def _add(self, solutions: ox.QuerySolutions) -> None:
        gathered: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for row in solutions:
            thing, role, text = (row[name] for name in ("thing", "role", "text"))
            if isinstance(thing, ox.NamedNode) and isinstance(role, ox.Literal):
                language = text.language or "" if isinstance(text, ox.Literal) else ""
                value = str(getattr(text, "value", ""))
                gathered[thing.value].append((int(role.value), language, value))
        for iri, items in gathered.items():
            said = sorted({item for item in items if item[0] != CLASS})
            if not said:
                continue
            classes = [text for role, _, text in items if role == CLASS]
            cursor = self._connection.execute(
                "INSERT INTO thing (iri, kind) VALUES (?, ?)", (iri, kind_of(iri, classes))
            )
            number = int(cursor.lastrowid or 0)
            self._connection.executemany(
                "INSERT INTO said VALUES (?, ?, ?, ?)", [(number, *item) for item in said]
            )
            self._connection.execute(
                "INSERT INTO words (rowid, name, other, told) VALUES (?, ?, ?, ?)",
                (number, *_columns(iri, said)),
            )

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            ":memory:" if self._path is None else self._path,
            timeout=10,
            check_same_thread=False,
            isolation_level=None,
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            made = None
            if "state" in tables:
                found = connection.execute("SELECT value FROM state WHERE key = 'made'").fetchone()
                made = found[0] if found else None
            if made != self._made:
                if tables:
                    raise sqlite3.DatabaseError("made by another version")
                connection.executescript(_TABLES)
                connection.execute("INSERT INTO state VALUES ('made', ?)", (self._made,))
        except BaseException:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        if self._path is not None:
            for path in self._path.parent.glob(f"{FILE}*"):
                with suppress(FileNotFoundError):
                    path.unlink()


def kind_of(iri: str, classes: Sequence[str] = ()) -> str:
    """Return what kind of thing an IRI names, as a short name for addresses.

    >>> kind_of("https://w3id.org/ihub4schools/id/method/digipeda")
    'method'
    >>> kind_of("https://w3id.org/ihub4schools/voc/phase/reflection")
    'concept'
    >>> kind_of("http://example.org/mine", ["http://xmlns.com/foaf/0.1/Person"])
    'person'
    """
    if iri.startswith(terms.BASE):
        first, _, rest = iri.removeprefix(terms.BASE).partition("/")
        match first:
            case "id" if "/" in rest:
                return rest.partition("/")[0]
            case "voc":
                return "concept" if "/" in rest else "concept-scheme"
        if first.startswith("ontology"):
            return "term"
        return first.partition("#")[0] or "other"
    if terms.split(iri) is not None:
        return "term"
    name = slug(min(classes)) if classes else "other"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower() or "other"


def _words(query: str) -> list[str]:
    """Return the words to look for: the small ones only where there is nothing else."""
    found = list(dict.fromkeys(plain(query[:MOST_LETTERS]).split()))[:MOST_WORDS]
    return [word for word in found if word not in _COMMON] or found


def _nearest(word: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the known words nearest in spelling; of equally near ones the most frequent first."""
    most = 1 if len(word) < 7 else 2 if len(word) < 12 else 3
    if len(word) < 3:
        return ()
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=20)
    ranked = sorted(found, key=lambda item: (item[1], item[0][:1] != word[:1], item[2]))
    return tuple(item[0] for item in ranked if item[1] == ranked[0][1])[:5]


def _columns(iri: str, said: Iterable[tuple[int, str, str]]) -> tuple[str, str, str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", slug(iri))
    columns: tuple[list[str], list[str], list[str]] = ([], [plain(slug(iri)), plain(apart)], [])
    for role, _, text in said:
        columns[0 if role <= LABEL else 1 if role <= NOTATION else 2].append(plain(text))
    name, other, told = ("\n".join(dict.fromkeys(column)) for column in columns)
    return name, other, told


def _is_meant(word: str, stems: Sequence[str]) -> bool:
    return any(word.startswith(stem) if len(stem) > 2 else word == stem for stem in stems)


def _count(text: str, stems: Sequence[str]) -> int:
    """Return how many of the stems a text has."""
    words = plain(text).split()
    return sum(any(_is_meant(word, (stem,)) for word in words) for stem in stems)


def _around(text: str, stems: Sequence[str]) -> str:
    """Return the part of a text around the first word that was looked for, cut between words."""
    flat = " ".join(text.split())
    if len(flat) <= SNIPPET:
        return flat
    at = next((m.start() for m in _WORD.finditer(flat) if _is_meant(plain(m[0]), stems)), 0)
    start = max(0, min(at - SNIPPET // 3, len(flat) - SNIPPET))
    start = flat.find(" ", start) + 1 if start else 0
    end = start + SNIPPET
    if end < len(flat):
        end = flat.rfind(" ", start + 1, end) if flat.rfind(" ", start + 1, end) > 0 else end
    return ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")


def _pieces(text: str, stems: Sequence[str]) -> tuple[Piece, ...]:
    """Return a text in pieces, with the words marked that were looked for."""
    pieces: list[Piece] = []
    at = 0
    for found in _WORD.finditer(text):
        if _is_meant(plain(found[0]), stems):
            pieces += [Piece(text[at : found.start()], False), Piece(found[0], True)]
            at = found.end()
    pieces.append(Piece(text[at:], False))
    return tuple(piece for piece in pieces if piece.text)


def _shortest(iri: str) -> str:
    return slug(iri) or iri


def _text(name: str) -> str:
    return (files.root() / "queries" / "index" / f"{name}.rq").read_text(encoding="utf-8")


def touched(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the IRIs of the things that N-Quads lines are about."""
    for line in lines:
        if line.startswith(b"<"):
            yield line[1 : line.index(b">")].decode("utf-8", "replace")
