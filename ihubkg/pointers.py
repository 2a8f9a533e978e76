"""Where every term of a JSON-LD text is written, as a range and as a JSON Pointer.

Contexts decide what a JSON value means, so the parser itself is asked: the text is parsed again
with a mark in the place of every value, and the statement that a mark turns up in is the one that
the value at its place made. Nothing of JSON-LD is modelled here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
from lark import Lark, LarkError, Token, Tree

from ihubkg.errors import ParseError
from ihubkg.marks import Entry, Index, Mark, Term

_MARK = "urn:x-ihubkg-mark:"
_UNMARKED = frozenset({"@context", "@language", "@direction", "@index", "@version", "@nest"})
_WITHIN = frozenset({"@id", "@value", "@list", "@set", "@type", "@graph", "@included"})

Path_ = tuple[str | int, ...]
Branch = Tree[Token]


def index(text: str, quads: Sequence[ox.Quad], *, base: str) -> Index:
    """Return the index of a JSON-LD text that pyoxigraph has read as `quads`.

    Raises:
        ParseError: the places cannot be told.
    """
    try:
        scan = _Scan()
        marked = scan.value(_grammar().parse(text), ())
        again = [*ox.parse(json.dumps(marked), format=ox.RdfFormat.JSON_LD, base_iri=base)]
    except (LarkError, SyntaxError, ValueError, RecursionError) as error:
        raise ParseError(f"The places in the text cannot be told: {error}") from error
    same = len(again) == len(quads) and all(
        one.predicate == other.predicate for one, other in zip(again, quads, strict=True)
    )
    if not same:
        raise ParseError("The places in the text cannot be told.")
    return Index(_entries(scan, again, quads))


@cache
def _grammar() -> Lark:
    path = Path(__file__).with_name("json.lark")
    return Lark(path.read_text(encoding="utf-8"), parser="lalr", propagate_positions=True)


@dataclass
class _Scan:
    """The values of a text by their paths; the keys by the path of their value."""

    values: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    marks: list[Path_] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    scoped: bool = False

    def value(self, branch: Branch, path: Path_) -> object:
        """Return the JSON value of `branch`, with marks in the place of its scalars."""
        self.values[path] = (branch.meta.start_pos, branch.meta.end_pos)
        if branch.data == "object":
            members = [_member(child) for child in branch.children]
            for key, _, inner in members:
                if key == "@context":
                    self._learn(_plain(inner))
            found = {}
            for key, token, inner in members:
                self.keys[(*path, key)] = (token.start_pos or 0, token.end_pos or 0)
                found[key] = self._member(key, inner, (*path, key))
            return found
        if branch.data == "array":
            items = [child for child in branch.children if isinstance(child, Tree)]
            return [self.value(item, (*path, number)) for number, item in enumerate(items)]
        scalar = json.loads(str(branch.children[0]))
        if scalar is None:
            return None
        self.marks.append(path)
        return f"{_MARK}{len(self.marks) - 1}"

    def keyword(self, key: str) -> str:
        """Return the keyword that `key` is or stands for, else `key`."""
        return self.aliases.get(key, key)

    def _member(self, key: str, inner: Branch, path: Path_) -> object:
        keyword = self.keyword(key)
        of_value = keyword == "@type" and (*path[:-1], "@value") in self.keys
        if keyword in _UNMARKED or of_value or (keyword == "@type" and self.scoped):
            self.values[path] = (inner.meta.start_pos, inner.meta.end_pos)
            return _plain(inner)
        return self.value(inner, path)

    def _learn(self, context: object) -> None:
        """Note which terms of a context stand for keywords, and whether it scopes others."""
        if isinstance(context, list):
            for item in context:
                self._learn(item)
        elif isinstance(context, dict):
            for term, meaning in context.items():
                if isinstance(meaning, str) and meaning.startswith("@") and term[:1] != "@":
                    self.aliases[term] = meaning
                elif isinstance(meaning, dict) and "@context" in meaning:
                    self.scoped = True


def _member(branch: object) -> tuple[str, Token, Branch]:
    if not isinstance(branch, Tree):
        raise ValueError("no member")
    token, inner = branch.children
    if not isinstance(token, Token) or not isinstance(inner, Tree):
        raise ValueError("no member")
    return json.loads(str(token)), token, inner


def _plain(branch: Branch) -> object:
    if branch.data == "object":
        return {key: _plain(inner) for key, _, inner in map(_member, branch.children)}
    if branch.data == "array":
        return [_plain(child) for child in branch.children if isinstance(child, Tree)]
    return json.loads(str(branch.children[0]))


def _entries(scan: _Scan, again: Sequence[ox.Quad], quads: Sequence[ox.Quad]) -> Iterator[Entry]:
    homes = _homes(scan, again)
    for marked, quad in zip(again, quads, strict=True):
        subject, value = _path_of(scan, marked.subject), _path_of(scan, marked.object)
        home = subject[:-1] if subject is not None else homes.get(marked.subject)
        at = value if value is not None else homes.get(marked.object)
        deepest = max((path for path in (at, subject) if path is not None), key=len, default=())
        yield Entry(
            quad.subject,
            quad.predicate,
            quad.object,
            _value_mark(scan, subject if subject is not None else home or (), opening=not subject),
            _key_mark(scan, deepest),
            _value_mark(scan, at or (), opening=value is None),
        )


def _homes(scan: _Scan, again: Sequence[ox.Quad]) -> dict[Term, Path_]:
    """Return the paths of the objects that make the nodes without an address."""
    homes: dict[Term, Path_] = {}
    for quad in again:
        at = _path_of(scan, quad.object)
        if at is not None and isinstance(quad.subject, ox.BlankNode):
            homes.setdefault(quad.subject, _owner(scan, at)[:-1])
    for before, quad in pairwise(again):
        if isinstance(quad.subject, ox.BlankNode) and quad.subject not in homes:
            homes[quad.subject] = homes.get(before.subject, ())
    return homes


def _owner(scan: _Scan, path: Path_) -> Path_:
    """Return the path of the member that a value belongs to: past places in lists and keywords."""
    while path:
        last = path[-1]
        if isinstance(last, str) and (scan.keyword(last) not in _WITHIN or len(path) == 1):
            return path
        if isinstance(last, str) and scan.keyword(last) == "@type":
            return path
        path = path[:-1]
    return path


def _path_of(scan: _Scan, term: Term) -> Path_ | None:
    text = getattr(term, "value", "")
    if isinstance(text, str) and text.startswith(_MARK):
        return scan.marks[int(text.removeprefix(_MARK))]
    return None


def _key_mark(scan: _Scan, path: Path_) -> Mark:
    owner = _owner(scan, path)
    start, end = scan.keys.get(owner, scan.values.get(owner, (0, 0)))
    return Mark(start, end, pointer(owner))


def _value_mark(scan: _Scan, path: Path_, *, opening: bool) -> Mark:
    """Return the mark of the value at `path`; of an object only where it opens."""
    start, end = scan.values.get(path, (0, 0))
    return Mark(start, min(end, start + 1) if opening else end, pointer(path))


def pointer(path: Path_) -> str:
    """Return `path` as a JSON Pointer; https://www.rfc-editor.org/rfc/rfc6901.

    >>> pointer(("@graph", 0, "a/b"))
    '/@graph/0/a~1b'
    """
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
