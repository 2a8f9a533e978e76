"""Inference rules: `queries/rules/*.rq`, read as one triple that follows from several.

A rule is a CONSTRUCT with one triple in its template and triples, written one by one, in its
pattern; a FILTER may narrow them. The files bear the names of the rules of OWL 2 RL
(https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules). Their
header says in words what the rule does (`summary`) and why a fact follows by it (`because`, with
the rule's variables in braces).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from ihubkg import files, tokens
from ihubkg.errors import IhubError
from ihubkg.terms import ONTOLOGY, PREFIXES
from ihubkg.tokens import Kind, Token


@dataclass(frozen=True)
class PropertyPath:
    """A property path, as SPARQL text; for axioms only."""

    text: str

    def __str__(self) -> str:
        return self.text


Slot = str | ox.NamedNode | PropertyPath
"""A place in a pattern: the name of a variable, an IRI, or a path between."""

Pattern = tuple[Slot, Slot, Slot]

DELTA = "urn:ihubkg:delta"
"""The graph of what the last round added, in the store that rules run on."""

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_SCHEMA = (
    PREFIXES["owl"],
    *(PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
    *(PREFIXES["rdf"] + name for name in ("first", "rest")),
)
"""What axioms are written with. They are read from the ontology alone, never from data."""


@dataclass(frozen=True)
class Rule:
    """One rule: `head` follows where all of `axioms` and `premises` hold and `filters` agree."""

    name: str
    summary: str
    because: str
    head: Pattern
    axioms: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]
    filters: str = ""

    @cached_property
    def query(self) -> str:
        """CONSTRUCT of everything that follows at once."""
        return f"CONSTRUCT {{ {_text(self.head)} }} WHERE {{ {self._where()} }}"

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """CONSTRUCTs of what follows from a premise of the last round, one for each premise."""
        return tuple(
            f"CONSTRUCT {{ {_text(self.head)} }} WHERE {{ {self._where(new)} }}"
            for new in range(len(self.premises))
        )

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """As `steps`, but SELECTs of all variables: from what it follows as well."""
        return tuple(
            f"SELECT * WHERE {{ {self._where(new)} }}" for new in range(len(self.premises))
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the rule's variables, sorted."""
        slots = {slot for pattern in (*self.axioms, *self.premises) for slot in pattern}
        return tuple(sorted(slot for slot in slots if isinstance(slot, str)))

    def _where(self, new: int | None = None) -> str:
        """Return the pattern; the premise number `new` is to be of the last round."""
        parts = [f"GRAPH <{ONTOLOGY}> {{ {' '.join(map(_text, self.axioms))} }}"]
        if new is not None:
            parts.append(f"GRAPH <{DELTA}> {{ {_text(self.premises[new])} }}")
        parts += [_text(pattern) for at, pattern in enumerate(self.premises) if at != new]
        return " ".join((*parts, self.filters)).strip()


def load(folder: Path | None = None) -> tuple[Rule, ...]:
    """Return the rules in `folder`, by default the packaged ones that infer, by name.

    Raises:
        IhubError: a file is no rule; the message names it and says why.
    """
    home = files.root() / "queries" / "rules" if folder is None else folder
    return tuple(read(path) for path in sorted(home.glob("*.rq")))


def contradictions() -> tuple[Rule, ...]:
    """Return the packaged rules by which something is owl:Nothing, which cannot be."""
    return load(files.root() / "queries" / "rules" / "contradictions")


def read(path: Path) -> Rule:
    """Return the rule in the file `path`; its name is the file's."""
    return parse(path.read_text(encoding="utf-8"), path.stem)


def parse(text: str, name: str) -> Rule:
    """Return the rule that `text` states.

    Raises:
        IhubError: it is no rule; the message begins with `name`.
    """
    header = _header(text)
    for key in ("summary", "because"):
        if key not in header:
            raise IhubError(f"rules/{name}.rq: the header lacks “#+ {key}:”.")
    reader = _Reader(name, text)
    reader.prologue()
    head = reader.triples("CONSTRUCT")
    body = reader.triples("WHERE")
    if len(head) != 1:
        raise IhubError(f"rules/{name}.rq: a rule constructs one triple, not {len(head)}.")
    axioms = tuple(pattern for pattern in body if _is_axiom(pattern))
    premises = tuple(pattern for pattern in body if not _is_axiom(pattern))
    if not axioms or not premises:
        raise IhubError(f"rules/{name}.rq: a rule needs an axiom and a premise in its WHERE.")
    return Rule(
        name, header["summary"], header["because"], head[0], axioms, premises, reader.filters
    )


def _header(text: str) -> Mapping[str, str]:
    lines = (line[2:].strip() for line in text.splitlines() if line.startswith("#+"))
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _is_axiom(pattern: Pattern) -> bool:
    _, predicate, value = pattern
    if predicate == _TYPE:
        return isinstance(value, ox.NamedNode) and value.value.startswith(PREFIXES["owl"])
    if isinstance(predicate, PropertyPath):
        return True
    return isinstance(predicate, ox.NamedNode) and predicate.value.startswith(_SCHEMA)


def _text(pattern: Pattern) -> str:
    return " ".join(f"?{slot}" if isinstance(slot, str) else str(slot) for slot in pattern) + " ."


class _Reader:
    """Reads the tokens of one rule from left to right."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._tokens: Iterator[Token] = iter(tokens.scan(text))
        self._prefixes: dict[str, str] = {}
        self._waiting: Token | None = None
        self.filters = ""

    def prologue(self) -> None:
        while (token := self._next()).says("PREFIX"):
            prefix = self._next().text.removesuffix(":")
            self._prefixes[prefix] = self._next().text[1:-1]
        self._waiting = token

    def triples(self, keyword: str) -> tuple[Pattern, ...]:
        """Return the triples of the group that follows `keyword`; keep its FILTERs aside."""
        if not self._next().says(keyword) or not self._next().says("{"):
            raise self._wrong(f"“{keyword} {{” is expected")
        found: list[Pattern] = []
        while not (token := self._next()).says("}"):
            if token.says("FILTER"):
                self.filters += self._filter(token)
                continue
            found.append((self._slot(token), self._predicate(), self._slot(self._next())))
            self._waiting = self._next()
            if self._waiting.says("."):
                self._waiting = None
        return tuple(found)

    def _predicate(self) -> Slot:
        first = self._slot(self._next())
        path = [first]
        while (token := self._next()).kind is Kind.PUNCTUATION:
            path.append(PropertyPath(token.text))
            if token.says("/"):
                path.append(self._slot(self._next()))
        self._waiting = token
        return first if len(path) == 1 else PropertyPath("".join(map(str, path)))

    def _filter(self, opening: Token) -> str:
        depth, parts = 0, [opening.text]
        while True:
            token = self._next()
            depth += token.says("(") - token.says(")")
            parts.append(str(self._slot(token)) if token.kind is Kind.NAME else token.text)
            if depth == 0:
                return f" {' '.join(parts)}"

    def _slot(self, token: Token) -> Slot:
        match token.kind:
            case Kind.VARIABLE:
                return token.text[1:]
            case Kind.IRI:
                return ox.NamedNode(token.text[1:-1])
            case Kind.WORD if token.text == "a":
                return _TYPE
            case Kind.NAME:
                prefix, _, local = token.text.partition(":")
                if prefix in self._prefixes:
                    return ox.NamedNode(self._prefixes[prefix] + local)
        raise self._wrong(f"a variable or an IRI is expected, not {token.text!r}")

    def _next(self) -> Token:
        waiting, self._waiting = self._waiting, None
        token = waiting or next(self._tokens, None)
        if token is None:
            raise self._wrong("it ends too early")
        return token

    def _wrong(self, reason: str) -> IhubError:
        return IhubError(f"rules/{self._name}.rq: {reason}.")
