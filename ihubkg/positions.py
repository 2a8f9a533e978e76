"""Where every term of a Turtle, TriG, N-Triples or N-Quads text is written.

The text is parsed with the grammar `turtle.lark`; the statements come in the order in which
pyoxigraph yields them, and are proved equal to those on every test file and by property test.

>>> entry = index('<s:1> <p:1> "x"@en .', TURTLE, base="").entries[0]
>>> entry.object, (entry.at_object.start, entry.at_object.end)
(<Literal value=x language=en>, (12, 18))
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
from lark import Lark, LarkError, Token, Tree

from ihubkg.errors import ParseError
from ihubkg.formats import NQUADS, NTRIPLES, TRIG, TURTLE, Format
from ihubkg.marks import Entry, Index, Mark, Term
from ihubkg.terms import PREFIXES

FORMATS = (TURTLE, TRIG, NTRIPLES, NQUADS)

DEPTH = 100
"""Brackets inside each other beyond which no places are looked up."""

_RDF, _XSD = PREFIXES["rdf"], PREFIXES["xsd"]
_TYPE, _FIRST, _REST, _NIL = (
    ox.NamedNode(_RDF + name) for name in ("type", "first", "rest", "nil")
)
_START = {TURTLE: "turtle", TRIG: "trig", NTRIPLES: "nquads", NQUADS: "nquads"}
_NUMBERS = {name: ox.NamedNode(_XSD + name) for name in ("double", "decimal", "integer", "boolean")}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SIGNS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")

Branch = Tree[Token]


def index(text: str, fmt: Format, *, base: str) -> Index:
    """Return the index of `text`, which pyoxigraph has read as `fmt` with the base IRI `base`.

    Raises:
        ParseError: the text nests too deeply, or is beyond the grammar.
    """
    if _depth(text) > DEPTH:
        raise ParseError(f"The text nests deeper than {DEPTH} brackets.")
    try:
        tree = _grammar().parse(text, start=_START[fmt])
        return Index(_in_order(_Reader(text, base).document(tree)))
    except (LarkError, ValueError, KeyError) as error:
        raise ParseError(f"The places in the text cannot be told: {error}") from error


@cache
def _grammar() -> Lark:
    path = Path(__file__).with_name("turtle.lark")
    starts = sorted(set(_START.values()))
    return Lark(
        path.read_text(encoding="utf-8"), parser="lalr", start=starts, propagate_positions=True
    )


_BRACKETS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*+'''|"
    r'"(?:[^"\\\n]|\\.)*+"|' + r"'(?:[^'\\\n]|\\.)*+'|\\.|<[^<>\"{}|^`\\\s]*+>|#[^\n]*+"
    r"|(?P<opens>[\[(])|(?P<closes>[\])])",
    re.DOTALL,
)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _BRACKETS.finditer(text):
        if token["opens"]:
            depth += 1
            deepest = max(deepest, depth)
        elif token["closes"]:
            depth -= 1
    return deepest


Emitted = tuple[int, Entry]
"""A statement after the offset of the token at which pyoxigraph has read enough to yield it."""


def _in_order(found: Iterable[Emitted]) -> Iterator[Entry]:
    """Yield statements as pyoxigraph does: of those that one token completes, the last first."""
    for _, together in groupby(found, key=lambda pair: pair[0]):
        yield from (entry for _, entry in reversed([*together]))


class _Reader:
    """Walks the tree of one document; holds its base, prefixes and how many nodes it named."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.base = base
        self.prefixes: dict[str, str] = {}
        self.fresh = 0

    def document(self, tree: Branch) -> Iterator[Emitted]:
        for branch in _branches(tree):
            match branch.data:
                case "prefix" | "sparql_prefix":
                    name, iri = [token for token in branch.children if _is_name(token)]
                    self.prefixes[str(name)[:-1]] = self.resolve(str(iri))
                case "base" | "sparql_base":
                    self.base = self.resolve(str(next(t for t in branch.children if _is_name(t))))
                case "triples" | "plain" | "plain_list":
                    yield from self.triples(_branches(branch))
                case "named" | "unnamed":
                    for inner in _branches(_branches(branch)[-1]):
                        yield from self.triples(_branches(inner))
                case "quad":
                    terms = [self.term(inner) for inner in _branches(branch)[:3]]
                    marks = [_mark(inner) for inner in _branches(branch)[:3]]
                    yield branch.meta.start_pos, Entry(terms[0], _iri(terms[1]), terms[2], *marks)

    def triples(self, branches: list[Branch]) -> Iterator[Emitted]:
        """Yield a subject with its predicates, or a property list that stands alone."""
        head = branches[0]
        if head.data == "subject":
            head = _branches(head)[0]
        subject = self.name(head)
        yield from self.inside(head, subject)
        if len(branches) > 1:
            yield from self.predicates(subject, _mark(head), branches[1])

    def predicates(self, subject: Term, at: Mark, branch: Branch) -> Iterator[Emitted]:
        parts = _branches(branch)
        for verb, objects in zip(parts[::2], parts[1::2], strict=True):
            predicate = _TYPE if verb.data == "verb" else _iri(self.term(_branches(verb)[0]))
            for value in _branches(objects):
                yield from self.statement(subject, at, predicate, _mark(verb), value)

    def statement(
        self, subject: Term, at: Mark, predicate: ox.NamedNode, at_verb: Mark, value: Branch
    ) -> Iterator[Emitted]:
        """Yield a statement and what stands inside its object."""
        node = self.name(value)
        outer = Entry(subject, predicate, node, at, at_verb, _mark(value))
        items = _branches(value) if value.data == "collection" else []
        if items:
            yield items[0].meta.start_pos, outer
        yield from self.inside(value, node)
        if not items:
            yield self.completed(value), outer

    def inside(self, branch: Branch, node: Term) -> Iterator[Emitted]:
        """Yield what a property list or a collection says itself."""
        if branch.data == "property_list":
            yield from self.predicates(node, _mark(branch), _branches(branch)[0])
        elif branch.data == "collection":
            yield from self.collection(branch, node)

    def collection(self, branch: Branch, node: Term) -> Iterator[Emitted]:
        at = _mark(branch)
        items = _branches(branch)
        for number, item in enumerate(items):
            if number:
                link = self.blank()
                yield item.meta.start_pos, Entry(node, _REST, link, at, _mark(item), _mark(item))
                node = link
            yield from self.statement(node, at, _FIRST, _mark(item), item)
        if items:
            yield branch.meta.end_pos - 1, Entry(node, _REST, _NIL, at, at, at)

    def completed(self, branch: Branch) -> int:
        """Return the offset of the token at which an object is known to be complete."""
        match branch.data:
            case "plain_literal":  # a language or a datatype might have followed
                found = _SPACE.match(self.text, branch.meta.end_pos)
                return found.end() if found else branch.meta.end_pos
            case "tagged_literal" | "typed_literal":
                last = branch.children[1 if branch.data == "tagged_literal" else -1]
                start = last.meta.start_pos if isinstance(last, Tree) else last.start_pos
                return start or 0
            case "property_list" | "anonymous" | "collection":
                return branch.meta.end_pos - 1
        return branch.meta.start_pos

    def name(self, branch: Branch) -> Term:
        """Return the term that stands for `branch`: a fresh node for what has no name."""
        match branch.data:
            case "property_list" | "anonymous":
                return self.blank()
            case "collection":
                return self.blank() if _branches(branch) else _NIL
        return self.term(branch)

    def term(self, branch: Branch) -> Term:
        match branch.data:
            case "iriref":
                return ox.NamedNode(self.resolve(str(branch.children[0])))
            case "pname":
                return ox.NamedNode(self.expand(str(branch.children[0])))
            case "blank":
                return ox.BlankNode(f"named{str(branch.children[0])[2:].encode().hex()}")
            case "plain_literal":
                return ox.Literal(_string(branch))
            case "tagged_literal":
                return ox.Literal(_string(branch), language=str(branch.children[1])[1:])
            case "typed_literal":
                return ox.Literal(_string(branch), datatype=_iri(self.term(_branches(branch)[1])))
        return ox.Literal(str(branch.children[0]), datatype=_NUMBERS[str(branch.data)])

    def blank(self) -> ox.BlankNode:
        self.fresh += 1
        return ox.BlankNode(f"fresh{self.fresh}")

    def expand(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def resolve(self, token: str) -> str:
        reference = _unescaped(token[1:-1])
        return resolve(self.base, reference) if self.base else reference


def resolve(base: str, reference: str) -> str:
    """Return `reference` resolved against `base`; https://www.rfc-editor.org/rfc/rfc3986#section-5.2.

    >>> resolve("http://a/b/c?d", "../e#f")
    'http://a/e#f'
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!/)", reference):
        return reference
    ours, theirs = _parts(base), _parts(reference)
    scheme: str | None
    authority: str | None
    if theirs[0] is not None:
        scheme, authority, path, query = theirs[0], theirs[1], _plain(theirs[2]), theirs[3]
    elif theirs[1] is not None:
        scheme, authority, path, query = ours[0], theirs[1], _plain(theirs[2]), theirs[3]
    else:
        scheme, authority = ours[0], ours[1]
        query = theirs[3]
        if not theirs[2]:
            path, query = ours[2], theirs[3] if theirs[3] is not None else ours[3]
        elif theirs[2].startswith("/"):
            path = _plain(theirs[2])
        else:
            path = _plain(_merged(ours, theirs[2]))
    found = f"{scheme}:" if scheme is not None else ""
    found += f"//{authority}" if authority is not None else ""
    found += path + (f"?{query}" if query is not None else "")
    return found + (f"#{theirs[4]}" if theirs[4] is not None else "")


_IRI = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)

Parts = tuple[str | None, str | None, str, str | None, str | None]


def _parts(iri: str) -> Parts:
    found = _IRI.fullmatch(iri)
    if found is None:
        raise ValueError(f"{iri!r} is no IRI")
    scheme, authority, path, query, fragment = found.groups()
    return scheme, authority, path or "", query, fragment


def _merged(base: Parts, path: str) -> str:
    if base[1] is not None and not base[2]:
        return f"/{path}"
    return base[2][: base[2].rfind("/") + 1] + path


def _plain(path: str) -> str:
    """Return `path` without dot segments; section 5.2.4."""
    done: list[str] = []
    while path:
        if path.startswith(("../", "./")):
            path = path[path.index("/") + 1 :]
        elif path.startswith("/./") or path == "/.":
            path = f"/{path[3:]}"
        elif path.startswith("/../") or path == "/..":
            path = f"/{path[4:]}"
            if done:
                done.pop()
        elif path in (".", ".."):
            path = ""
        else:
            end = path.find("/", 1)
            done.append(path if end < 0 else path[:end])
            path = "" if end < 0 else path[end:]
    return "".join(done)


def _branches(branch: Branch) -> list[Branch]:
    return [child for child in branch.children if isinstance(child, Tree)]


def _iri(term: Term) -> ox.NamedNode:
    if not isinstance(term, ox.NamedNode):
        raise ValueError(f"{term} is no IRI")
    return term


def _is_name(token: object) -> bool:
    return isinstance(token, Token) and token.type in ("PNAME", "IRIREF")


def _mark(branch: Branch) -> Mark:
    return Mark(branch.meta.start_pos, branch.meta.end_pos)


def _string(branch: Branch) -> str:
    token = branch.children[0].children[0]  # type: ignore[union-attr]
    width = 3 if str(token)[:3] in ('"""', "'''") else 1
    return _unescaped(str(token)[width:-width])


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def sign(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _SIGNS.get(found[3], found[3])

    return _ESCAPE.sub(sign, text)
