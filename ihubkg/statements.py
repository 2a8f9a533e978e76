"""The statements that a query looks for: its triple patterns, with every step of a path told apart.

`?m ihub:hasUse/ihub:occursWithin ?e` looks for two statements about a thing that has no name in
the query; `spell_out` gives it one. What must not be there (MINUS, FILTER) and what a sub-select
hides are no statements to show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ihubkg.parts import Part, parts_within
from ihubkg.question import Query, closing
from ihubkg.tokens import Kind, Token

_NAMES = (Kind.IRI, Kind.NAME)


@dataclass(frozen=True)
class Pattern:
    """A triple pattern as it is written; `predicates` are alternatives, none for a free path."""

    subject: str
    predicates: tuple[str, ...]
    object: str


def spell_out(query: Query) -> tuple[Query, tuple[Pattern, ...]]:
    """Return `query` with paths as single steps, and the patterns that it then consists of."""
    made = _Speller(query)
    text = made.text()
    return Query.read(text), tuple(made.patterns)


class _Speller:
    """Rewrites the blocks of triples of one query; `patterns` are what they consist of."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.patterns: list[Pattern] = []
        self._count = 0

    def text(self) -> str:
        """Return the query's text with every block that can be read written step by step."""
        opened, closed = self.query.body
        written: list[tuple[int, int, str]] = []
        for block in _blocks(self.query, opened + 1, closed):
            steps = self._steps(block)
            if steps is not None:
                self.patterns.extend(pattern for pattern, _ in steps)
                said = " . ".join(text for _, text in steps)
                written.append((block[0].start, block[-1].end, said))
        text = self.query.text
        for start, end, said in sorted(written, reverse=True):
            text = text[:start] + said + text[end:]
        return text

    def _steps(self, block: Sequence[Token]) -> list[tuple[Pattern, str]] | None:
        """Return the patterns of a block with their text; None where it is beyond us."""
        if any(token.says("[", "]") for token in block):
            return None
        subject, number = block[0].text, 1
        steps: list[tuple[Pattern, str]] = []
        while number < len(block):
            path, number = _path(block, number)
            while True:
                value, number = _term(block, number)
                if value is None:
                    return None
                steps.extend(self._spelt(subject, path, value))
                if number < len(block) and block[number].says(","):
                    number += 1
                    continue
                break
            while number < len(block) and block[number].says(";"):
                number += 1
        return steps

    def _spelt(
        self, subject: str, path: Sequence[Token], value: str
    ) -> Iterator[tuple[Pattern, str]]:
        chain = _chain(path)
        if chain is None:
            said = "".join(token.text for token in path)
            alternatives = _alternatives(path)
            yield Pattern(subject, alternatives, value), f"{subject} {said} {value}"
            return
        here = subject
        for number, (name, turned) in enumerate(chain):
            last = number == len(chain) - 1
            there = value if last else self._fresh()
            one, other = (there, here) if turned else (here, there)
            yield Pattern(one, (name,), other), f"{one} {name} {other}"
            here = there

    def _fresh(self) -> str:
        self._count += 1
        return f"?via_{self._count}"


def _blocks(query: Query, start: int, end: int) -> Iterator[Sequence[Token]]:
    """Yield the blocks of triples that must or may be there, in this group and within."""
    merged: list[Token] = []
    for part in parts_within(query, start, end):
        if part.kind == "pattern":
            last = merged[-1].end if merged else None
            joined = last is not None and query.text[last : part.tokens[-1].start].count(".") == 0
            if merged and joined and part.tokens[0] is merged[0]:
                merged.extend((*_between(query, merged[-1], part), *part.tokens[1:]))
                continue
        if merged:
            yield merged
        merged = list(part.tokens) if part.kind == "pattern" else []
        yield from _inner(query, part)
    if merged:
        yield merged


def _between(query: Query, last: Token, part: Part) -> Iterator[Token]:
    """Yield the semicolons between two parts of one block."""
    first = part.tokens[1].start
    yield from (one for one in query.tokens if last.end <= one.start < first and one.says(";"))


def _inner(query: Query, part: Part) -> Iterator[Sequence[Token]]:
    if part.kind not in ("group", "optional", "graph"):
        return
    number = query.tokens.index(part.tokens[0])
    stop = number + len(part.tokens)
    while number < stop:
        if query.tokens[number].says("{"):
            end = closing(query.tokens, number)
            if not query.tokens[number + 1].says("SELECT"):
                yield from _blocks(query, number + 1, end)
            number = end
        number += 1


def _path(block: Sequence[Token], number: int) -> tuple[Sequence[Token], int]:
    """Return the tokens of a predicate or path that begins at `number`, and what is behind it."""
    start, depth = number, 0
    while number < len(block):
        token = block[number]
        depth += token.says("(") - token.says(")")
        number += 1
        while number < len(block) and block[number].says("?", "*", "+"):
            number += 1
        goes_on = number < len(block) and block[number].says("/", "|", ")")
        if token.says("^", "(", "/", "|", "!") or depth or goes_on:
            continue
        break
    return block[start:number], number


def _term(block: Sequence[Token], number: int) -> tuple[str | None, int]:
    """Return the text of the term at `number`, and the number behind it; None for a list."""
    if number >= len(block) or block[number].says("("):
        return None, number
    text, number = block[number].text, number + 1
    if number < len(block) and block[number].kind is Kind.LANGUAGE:
        return text + block[number].text, number + 1
    if number + 1 < len(block) and block[number].says("^^"):
        return f"{text}^^{block[number + 1].text}", number + 2
    return text, number


def _chain(path: Sequence[Token]) -> list[tuple[str, bool]] | None:
    """Return the steps of a path that is a plain sequence, each with whether it is turned."""
    steps, turned = [], False
    for token in path:
        if token.says("^"):
            turned = True
        elif token.says("/"):
            continue
        elif token.kind in _NAMES or token.kind is Kind.VARIABLE or token.text == "a":
            steps.append((token.text, turned))
            turned = False
        else:
            return None
    return steps


def _alternatives(path: Sequence[Token]) -> tuple[str, ...]:
    """Return the predicates of a path that is a plain choice; none for any other."""
    names = [token.text for token in path if token.kind in _NAMES or token.text == "a"]
    plain = all(token.kind in _NAMES or token.text == "a" or token.says("|") for token in path)
    return tuple(names) if plain else ()
