"""The parts of a query's group, one after the other, with the author's words for each.

A group joins its parts: patterns, filters, optional and alternative groups. What each says in
plain words is the comment that stands before it in the question's file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ihubkg.question import Frame, Query, closing
from ihubkg.tokens import Kind, Token


@dataclass(frozen=True)
class Part:
    """One part of a group: `kind` is its keyword, or `pattern`; `words` are the author's."""

    kind: str
    tokens: tuple[Token, ...]
    words: str | None
    frame: Frame

    @property
    def is_filter(self) -> bool:
        """Whether it only drops rows, wherever in the group it stands."""
        return self.kind == "filter"

    @property
    def keeps_rows(self) -> bool:
        """Whether it cannot drop any row."""
        return self.kind in ("optional", "bind", "values")


def parts(query: Query) -> tuple[Part, ...]:
    """Return the parts of the WHERE group of `query`, in order."""
    opened, closed = query.body
    return tuple(_walk(query, opened + 1, closed))


def parts_within(query: Query, start: int, end: int) -> tuple[Part, ...]:
    """Return the parts of a group that holds the tokens from `start` to before `end`."""
    return tuple(_walk(query, start, end))


def enclose(template: str, prologue: str, body: str) -> str:
    """Return the query `template` with `body` in its empty group and `prologue` in front."""
    query = Query.read(template)
    pairs = zip(query.tokens, query.tokens[1:], strict=False)
    opened = next(one for one, other in pairs if one.says("{") and other.says("}"))
    head = query.between(query.tokens[0].start, opened.end)
    return f"{prologue}{head}\n{body}\n{query.between(opened.end, len(query.text))}"


def _walk(query: Query, number: int, end: int) -> Iterator[Part]:
    found = query.tokens
    while number < end:
        if found[number].says("."):
            number += 1
            continue
        kind = _KEYWORDS.get(found[number].text.upper(), "pattern")
        if found[number].says("{"):
            kind = "group"
        stop = _end_of(kind, found, number, end)
        if kind == "pattern":
            yield from _patterns(query, number, stop)
        else:
            yield _part(query, kind, number, stop)
        number = stop


_KEYWORDS = {
    name.upper(): name
    for name in ("filter", "optional", "minus", "bind", "values", "graph", "service")
}


def _end_of(kind: str, found: Sequence[Token], number: int, end: int) -> int:
    """Return the number of the token behind the part of this kind that begins at `number`."""
    match kind:
        case "group":
            stop = closing(found, number) + 1
            while stop < end and found[stop].says("UNION"):
                stop = closing(found, stop + 1) + 1
            return stop
        case "filter":
            return _end_of_filter(found, number + 1)
        case "bind":
            return _closing_round(found, number + 1) + 1
        case "pattern":
            return _end_of_pattern(found, number, end)
    opened = next(at for at in range(number, end) if found[at].says("{"))
    return closing(found, opened) + 1


def _end_of_filter(found: Sequence[Token], number: int) -> int:
    while found[number].says("NOT", "EXISTS"):
        number += 1
    if found[number].says("{"):
        return closing(found, number) + 1
    while not found[number].says("("):
        number += 1
    return _closing_round(found, number) + 1


def _end_of_pattern(found: Sequence[Token], number: int, end: int) -> int:
    depth = 0
    while number < end:
        token = found[number]
        depth += token.says("(", "[") - token.says(")", "]")
        begins = token.text.upper() in _KEYWORDS and token.kind is Kind.WORD
        if depth == 0 and (token.says(".", "{") or begins):
            return number
        number += 1
    return end


def _closing_round(found: Sequence[Token], opened: int) -> int:
    depth = 0
    for number in range(opened, len(found)):
        depth += found[number].says("(") - found[number].says(")")
        if depth == 0:
            return number
    return len(found) - 1


def _patterns(query: Query, start: int, stop: int) -> Iterator[Part]:
    """Yield a block of triples as one part for each predicate of its subject."""
    found = query.tokens
    depth, began = 0, start
    for number in range(start, stop):
        depth += found[number].says("(", "[") - found[number].says(")", "]")
        if depth == 0 and found[number].says(";"):
            if number > began:
                yield _with_subject(query, start, began, number)
            began = number + 1
    if stop > began:
        yield _with_subject(query, start, began, stop)


def _with_subject(query: Query, start: int, began: int, stop: int) -> Part:
    part = _part(query, "pattern", began, stop)
    if began == start:
        return part
    subject = query.tokens[start]
    first, *rest = part.frame.pieces
    frame = Frame((f"{subject.text} {first}", *rest), part.frame.names)
    return Part(part.kind, (subject, *part.tokens), part.words, frame)


def _part(query: Query, kind: str, start: int, stop: int) -> Part:
    taken = tuple(query.tokens[start:stop])
    frame = query.frame(taken[0].start, taken[-1].end)
    return Part(kind, taken, _words(query, taken[0]), frame)


def _words(query: Query, first: Token) -> str | None:
    """Return the comment that speaks of the part: the last one before it in the same group."""
    opened, _ = query.body
    depth, spoken = 0, None
    begin = query.tokens[opened].end
    marks = [token for token in query.tokens if begin <= token.start < first.start]
    for token in sorted((*marks, *query.comments), key=lambda one: one.start):
        if token.start < begin or token.start >= first.start:
            continue
        if token.kind is Kind.COMMENT:
            spoken = token.text.lstrip("# ").strip() if depth == 0 else spoken
        else:
            depth += token.says("{") - token.says("}")
    return spoken
