"""Hints on a query before it runs: names that the graph does not know, each with what was meant.

A query with a misspelt property is valid SPARQL and has no answer; nothing tells why. Here every
IRI and every prefixed name in a namespace that the graph uses is looked up, unknown prefixes are
matched with the known ones, and a variable that is selected but bound nowhere is named. A hint
never stops a query: the graph may be asked for what it does not hold.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

from rapidfuzz import fuzz, process

from ihubkg import files, terms
from ihubkg.errors import BadQuery
from ihubkg.names import Graph, Names, fold, rows, slug
from ihubkg.question import Form, Query
from ihubkg.tokens import Kind, Token


@dataclass(frozen=True)
class Hint:
    """Something in a query that the graph does not know: where, what, and what is nearest."""

    message: str
    line: int
    column: int
    found: str
    nearest: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return this as JSON has it."""
        return {
            "message": self.message,
            "line": self.line,
            "column": self.column,
            "found": self.found,
            "nearest": list(self.nearest),
        }


@dataclass(frozen=True)
class Vocabulary:
    """The properties, classes and things that the graph knows."""

    properties: frozenset[str]
    classes: frozenset[str]
    things: frozenset[str]

    @classmethod
    def of(cls, graph: Graph) -> "Vocabulary":
        """Return what `graph` knows, read anew when its dataset version moved."""
        return graph.remember("vocabulary", lambda: cls.read(graph))

    @classmethod
    def read(cls, graph: Graph) -> "Vocabulary":
        """Return what `graph` knows."""
        path = files.root() / "queries" / "index" / "vocabulary.rq"
        used: dict[str, set[str]] = defaultdict(set)
        for row in rows(graph, path.read_text(encoding="utf-8")):
            used[row["used"].value].add(row["term"].value)
        names = Names.of(graph)
        things = frozenset(names.labels) | frozenset[str]().union(*names.kinds.values())
        return cls(frozenset(used["property"]), frozenset(used["class"]), things)

    @cached_property
    def all(self) -> frozenset[str]:
        """Everything there is."""
        return self.properties | self.classes | self.things

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The beginnings of the IRIs that the graph uses, up to the last `/` or `#`."""
        return frozenset(map(_namespace, self.all))

    def near(self, iri: str, wanted: frozenset[str]) -> tuple[str, ...]:
        """Return the names of `wanted` most like `iri`: those in its namespace before others."""
        home = _namespace(iri)
        choices = [one for one in wanted if _namespace(one) == home] or list(wanted)
        by_name: dict[str, list[str]] = defaultdict(list)
        for choice in choices:
            by_name[fold(slug(choice))].append(choice)
        found = process.extract(fold(slug(iri)), list(by_name), scorer=fuzz.ratio, limit=3)
        near = [one for name, score, _ in found if score >= _ALIKE for one in sorted(by_name[name])]
        return tuple(map(terms.shorten, near[:3]))


MOST = 20
"""Hints that are given on one query."""

_ALIKE = 60


def hints(text: str, vocabulary: Vocabulary) -> tuple[Hint, ...]:
    """Return what the query `text` names that the graph does not know; none if it is no SPARQL.

    The first `MOST` only: finding what is near takes milliseconds for each.
    """
    try:
        query = Query.read(text)
    except BadQuery:
        return ()
    return tuple(islice(chain(_unknown(query, vocabulary), _unbound(query)), MOST))


_GRAPHS = ("FROM", "NAMED", "GRAPH", "SERVICE", "USING", "WITH", "INTO", "TO", "PREFIX", "BASE")


def _unknown(query: Query, vocabulary: Vocabulary) -> Iterator[Hint]:
    found, prefixes = query.tokens, query.prefixes
    seen: set[str] = set()
    for number, token in enumerate(found):
        before = found[number - 1] if number else None
        after = found[number + 1] if number + 1 < len(found) else None
        if token.kind not in (Kind.IRI, Kind.NAME) or token.text in seen:
            continue
        if before is not None and before.says(*_GRAPHS, "^^"):
            continue
        if before is not None and before.kind is Kind.NAME and found[number - 2].says("PREFIX"):
            continue
        seen.add(token.text)
        if token.kind is Kind.NAME and token.text.partition(":")[0] not in prefixes:
            yield _unknown_prefix(token)
            continue
        iri = token.text[1:-1] if token.kind is Kind.IRI else query.expand(token.text)
        called = after is not None and after.says("(")
        bare = iri in prefixes.values()
        if bare or called or iri in vocabulary.all or _namespace(iri) not in vocabulary.namespaces:
            continue
        kind, wanted = _wanted(before, vocabulary)
        yield Hint(
            f"The graph knows no {kind} {token.text}.",
            token.line,
            token.column,
            token.text,
            vocabulary.near(iri, wanted),
        )


def _wanted(before: Token | None, vocabulary: Vocabulary) -> tuple[str, frozenset[str]]:
    """Return what can stand behind `before`, in a word and as the names there are."""
    if before is not None and (before.text == "a" or before.text == "rdf:type"):
        return "class", vocabulary.classes
    predicate = before is None or before.kind is Kind.VARIABLE or before.says(";", "/", "|", "^")
    if predicate:
        return "property", vocabulary.properties
    return "name", vocabulary.all


def _unknown_prefix(token: Token) -> Hint:
    prefix = token.text.partition(":")[0]
    if prefix in terms.PREFIXES:
        near: tuple[str, ...] = (f"PREFIX {prefix}: <{terms.PREFIXES[prefix]}>",)
    else:
        known = process.extract(prefix, list(terms.PREFIXES), scorer=fuzz.ratio, limit=1)
        near = tuple(f"{name}:" for name, score, _ in known if score >= _ALIKE)
    message = f"The prefix {prefix}: is not declared."
    return Hint(message, token.line, token.column, f"{prefix}:", near)


def _namespace(iri: str) -> str:
    cut = max(iri.rfind("/"), iri.rfind("#"))
    return iri[: cut + 1]


def _unbound(query: Query) -> Iterator[Hint]:
    """Yield a hint for each variable that is selected but that nothing in the group binds."""
    try:
        if query.form is not Form.ROWS:
            return
        opened, closed = query.body
    except BadQuery:
        return
    bound = {t.text[1:] for t in query.tokens[opened:closed] if t.kind is Kind.VARIABLE}
    for token in query.tokens[:opened]:
        name = token.text[1:]
        if token.kind is not Kind.VARIABLE or name in bound or name in query.computed:
            continue
        near = process.extract(name, sorted(bound), scorer=fuzz.ratio, limit=1)
        yield Hint(
            f"?{name} is selected, but nothing binds it.",
            token.line,
            token.column,
            token.text,
            tuple(f"?{match}" for match, score, _ in near if score >= _ALIKE),
        )
