"""A named question: one `.rq` file whose header types what goes in and what comes out.

A parameter `x` stands in the query as `VALUES ?x { UNDEF }`, in every scope that uses it; so the
file runs as it is, unbound. Binding replaces the word `UNDEF`, found as a token and never by
searching text, with RDF terms written by `tokens.write`: a value cannot become syntax.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox

from ihubkg import header, terms, tokens
from ihubkg.errors import BadParameter, BadQuery, ParameterProblem
from ihubkg.header import Column, Header, HeaderError, Page, Parameter, Text
from ihubkg.syntax import syntax
from ihubkg.tokens import Kind, Term, Token


class Form(StrEnum):
    """What a query gives: rows, a yes or no, or a graph."""

    ROWS = "select"
    TRUTH = "ask"
    GRAPH = "construct"


@dataclass(frozen=True)
class Question:
    """A question by its `name`: the query's text and what its header says."""

    name: str
    text: str
    header: Header

    @property
    def summary(self) -> Text:
        """The question in a sentence, by language."""
        return self.header.summary

    @property
    def description(self) -> Text:
        """What the answer holds and how to read it, by language."""
        return self.header.description

    @property
    def persona(self) -> tuple[str, ...]:
        """Who asks it."""
        return self.header.persona

    @property
    def answers(self) -> tuple[str, ...]:
        """The competency questions that it answers: D- of the dossier, O- of the ontology."""
        return self.header.answers

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it takes."""
        return self.header.parameters

    @property
    def results(self) -> tuple[Column, ...]:
        """The columns it gives, in order; none for a yes or no and for a graph."""
        return self.header.results

    @property
    def page(self) -> Page:
        """How many rows it gives."""
        return self.header.page

    @property
    def version(self) -> str:
        """The version of its contract: a breaking change of the header needs a new major one."""
        return self.header.version

    @property
    def status(self) -> str:
        """Whether it is draft, stable or deprecated."""
        return self.header.status

    @property
    def iri(self) -> str:
        """The IRI of the question."""
        return terms.question(self.name)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter `name`, or None."""
        return next((item for item in self.parameters if item.name == name), None)

    @cached_property
    def examples(self) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """Calls that show the question: the header's, else one with what is required."""
        if self.header.examples:
            return self.header.examples
        return ({item.name: item.example for item in self.parameters if item.required},)

    @cached_property
    def query(self) -> "Query":
        """The query as tokens with its slots."""
        return Query.read(self.text)

    @cached_property
    def body(self) -> str:
        """The query without its header, as one would run it anywhere."""
        lines = self.text.splitlines()
        return "\n".join(line for line in lines if not line.startswith(header.MARK)).strip() + "\n"

    def bind(
        self,
        values: "Values",
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> str:
        """Return the query with `values` in the slots of their parameters.

        A parameter without a value stays unbound. Raises BadParameter for a name that is none of
        the parameters', and for a limit or offset that is no whole number.
        """
        unknown = [name for name in values if self.parameter(name) is None]
        if unknown:
            known = tuple(item.name for item in self.parameters)
            raise BadParameter(
                ParameterProblem(name, "this question has no such parameter.", known)
                for name in unknown
            )
        return self.query.bind(values) + self.query.window(limit, offset)


def read(path: Path, source: str | None = None) -> Question:
    """Return the question in the file `path`; its name is the file's, `source` what errors say.

    Raises HeaderError where header and query do not fit together, BadQuery for a text that is
    no SPARQL.
    """
    shown = path.name if source is None else source
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise HeaderError("the file is not UTF-8", shown, line, "text") from None
    return parse(text, name=path.stem, source=shown)


def parse(text: str, *, name: str, source: str) -> Question:
    """Return the question `name` that `text` holds; `source` is the file that errors name."""
    question = Question(name, text, header.read(text, source))
    try:
        _agree(question, source)
        _runs(question)
    except BadQuery as error:
        raise BadQuery(
            f"{source}:{error.line}: {error.message}", error.line, error.column, error.see
        ) from None
    return question


@dataclass(frozen=True)
class Slot:
    """A place `VALUES ?x { UNDEF }`; `undef` is the token that gives way to terms."""

    variable: str
    undef: Token


Values = Mapping[str, Term | Sequence[Term]]
"""What to bind: one term, or several, by the name of the variable."""


@dataclass(frozen=True)
class Frame:
    """Text with slots: `names` stand between the `pieces`."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    def fill(self, values: Values) -> str:
        """Return the text with the slots of `values` filled; others keep `UNDEF`."""
        filled = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            filled.append(_written(values.get(name)))
            filled.append(piece)
        return "".join(filled)


@dataclass(frozen=True)
class Query:
    """A query as text, tokens and slots."""

    text: str
    tokens: tuple[Token, ...]
    slots: tuple[Slot, ...]
    comments: tuple[Token, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Query":
        """Return the query `text`. Raises BadQuery."""
        scanned = tokens.scan(text, comments=True)
        comments = tuple(token for token in scanned if token.kind is Kind.COMMENT)
        spoken = tuple(token for token in scanned if token.kind is not Kind.COMMENT)
        return cls(text, spoken, tuple(_slots(spoken)), comments)

    @cached_property
    def form(self) -> Form:
        """What the query gives."""
        for token in self.tokens:
            for form in Form:
                if token.says(form.value.upper()):
                    return form
        raise BadQuery("a question is a SELECT, an ASK or a CONSTRUCT", 1, 1, tokens.SEE)

    @cached_property
    def body(self) -> tuple[int, int]:
        """The numbers of the tokens that open and close the WHERE group."""
        depth, opened, start = 0, 0, self._where()
        for number in range(start, len(self.tokens)):
            if self.tokens[number].says("{"):
                opened = number if depth == 0 else opened
                depth += 1
            elif self.tokens[number].says("}"):
                depth -= 1
                if depth == 0:
                    return opened, number
        raise BadQuery("the group of the query is not closed", 1, 1, tokens.SEE)

    def _where(self) -> int:
        """The number of the first token behind the head: WHERE, or the bracket of the group."""
        start = next(i for i, token in enumerate(self.tokens) if token.says(self.form.upper()))
        if self.form is Form.GRAPH and self.tokens[start + 1].says("{"):
            return closing(self.tokens, start + 1) + 1
        return start + 1

    @cached_property
    def prologue(self) -> str:
        """The text before the head: the prefixes."""
        first = next(token for token in self.tokens if token.says(self.form.upper()))
        return self.between(self.tokens[0].start, first.start)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the query declares."""
        found = self.tokens
        return {
            name.text.removesuffix(":"): iri.text[1:-1]
            for word, name, iri in zip(found, found[1:], found[2:], strict=False)
            if word.says("PREFIX") and name.kind is Kind.NAME and iri.kind is Kind.IRI
        }

    def expand(self, name: str) -> str:
        """Return the IRI of a prefixed name. Raises BadQuery for a prefix not declared."""
        prefix, _, local = name.partition(":")
        if prefix not in self.prefixes:
            raise BadQuery(f"The prefix {prefix}: is not declared.", see=tokens.SEE)
        return self.prefixes[prefix] + local.replace("\\", "")

    @cached_property
    def dataset(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The graphs that FROM and FROM NAMED name, each once, as absolute as the text has them.

        https://www.w3.org/TR/sparql11-query/#specifyingDataset. Raises BadQuery.
        """
        default: dict[str, None] = {}
        named: dict[str, None] = {}
        base = next((two.text[1:-1] for one, two in pairwise(self.tokens) if one.says("BASE")), "")
        depth = 0
        for number, token in enumerate(self.tokens[:-1]):
            depth += token.says("{") - token.says("}")
            if depth or not token.says("FROM"):
                continue
            is_named = self.tokens[number + 1].says("NAMED")
            graph = self.tokens[min(number + 1 + is_named, len(self.tokens) - 1)]
            if graph.kind not in (Kind.IRI, Kind.NAME):
                continue
            iri = graph.text[1:-1] if graph.kind is Kind.IRI else self.expand(graph.text)
            (named if is_named else default)[urljoin(base, iri)] = None
        return tuple(default), tuple(named)

    @cached_property
    def computed(self) -> frozenset[str]:
        """The names in the head of a SELECT that an expression gives."""
        head = self.tokens[: self.body[0]]
        return frozenset(
            token.text[1:]
            for number, token in enumerate(head)
            if token.kind is Kind.VARIABLE and head[number - 1].says("AS")
        )

    @cached_property
    def projection(self) -> tuple[str, ...]:
        """The names of the variables in the head of a SELECT, in order."""
        opened, _ = self.body
        head = self.tokens[: opened if self.form is Form.ROWS else 0]
        names, depth = [], 0
        for number, token in enumerate(head):
            depth += token.says("(") - token.says(")")
            named = depth == 0 or head[number - 1].says("AS")
            if token.kind is Kind.VARIABLE and named:
                names.append(token.text[1:])
        return tuple(names)

    def between(self, start: int, end: int) -> str:
        """Return the text from one offset to another without its comments."""
        pieces = []
        for comment in self.comments:
            if start <= comment.start < end:
                pieces.append(self.text[start : comment.start])
                start = comment.end
        return "".join((*pieces, self.text[start:end]))

    @cached_property
    def _whole(self) -> "Frame":
        """The query without its header and comments.

        An engine then reads no header, and asks nobody whether a word in it is a keyword.
        """
        return self.frame(self.tokens[0].start, len(self.text))

    def frame(self, start: int, end: int) -> "Frame":
        """Return the text from one offset to another, without comments, as what slots stand in."""
        pieces, names = [], []
        for slot in self.slots:
            if start <= slot.undef.start < end:
                pieces.append(self.between(start, slot.undef.start))
                names.append(slot.variable)
                start = slot.undef.end
        return Frame((*pieces, self.between(start, end)), tuple(names))

    def bind(self, values: Values) -> str:
        """Return the text with the slots of `values` filled; others keep `UNDEF`."""
        return self._whole.fill(values)

    def window(self, limit: int | None, offset: int) -> str:
        """Return the clauses that cut rows `offset` to `offset + limit` out of the answer."""
        if self.form is not Form.ROWS:
            return ""
        clauses = []
        if limit is not None:
            clauses.append(f"LIMIT {_natural('limit', limit)}")
        if _natural("offset", offset):
            clauses.append(f"OFFSET {offset}")
        return "\n" + " ".join(clauses) + "\n" if clauses else ""


def _natural(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadParameter([ParameterProblem(name, f"{value!r} is not a whole number from 0 up.")])
    return value


def _written(value: Term | Sequence[Term] | None) -> str:
    if value is None:
        return "UNDEF"
    if isinstance(value, Sequence):
        return " ".join(tokens.write(term) for term in value) or "UNDEF"
    return tokens.write(value)


def _slots(scanned: Sequence[Token]) -> list[Slot]:
    slots = []
    for number, token in enumerate(scanned):
        if not token.says("UNDEF"):
            continue
        before, after = scanned[max(0, number - 3) : number], scanned[number + 1 : number + 2]
        fits = (
            len(before) == 3
            and before[0].says("VALUES")
            and before[1].kind is Kind.VARIABLE
            and before[2].says("{")
            and bool(after)
            and after[0].says("}")
        )
        if not fits:
            reason = "UNDEF stands only in a slot: VALUES ?name { UNDEF }"
            raise BadQuery(reason, token.line, token.column)
        slots.append(Slot(before[1].text[1:], token))
    return slots


def closing(scanned: Sequence[Token], opened: int) -> int:
    """Return the number of the token that closes the brace at `opened`."""
    depth = 0
    for number in range(opened, len(scanned)):
        depth += scanned[number].says("{") - scanned[number].says("}")
        if depth == 0:
            return number
    place = scanned[opened]
    raise BadQuery("this brace is not closed", place.line, place.column, tokens.SEE)


def _agree(question: Question, source: str) -> None:
    """Raise HeaderError where header and query say different things."""
    query = question.query
    slots = {slot.variable for slot in query.slots}
    _same(
        slots,
        {item.name for item in question.parameters},
        "parameters",
        source,
        (
            "no parameter of this name has been declared",
            "the query has no slot VALUES ?{} {{ UNDEF }}",
        ),
    )
    if query.form is Form.ROWS:
        links = {item.link for item in question.results if item.link}
        _same(
            set(query.projection) - links,
            {item.name for item in question.results},
            "results",
            source,
            ("the query gives ?{}, which results does not type", "the query does not give ?{}"),
        )
        _check_tail(query, question, source)
    elif question.results or question.header.order:
        raise HeaderError("only a SELECT has columns and an order", source, 1, "results")


def _runs(question: Question) -> None:
    """Raise BadQuery where the engine cannot read the query: it is put to a graph of nothing."""
    try:
        ox.Store().query(question.text)
    except SyntaxError as error:
        syntax(error, question.text)


def _same(
    found: set[str], declared: set[str], key: str, source: str, reasons: tuple[str, str]
) -> None:
    for name in sorted(found - declared):
        raise HeaderError(reasons[0].format(name), source, 1, f"{key}.{name}")
    for name in sorted(declared - found):
        raise HeaderError(reasons[1].format(name), source, 1, f"{key}.{name}")


def _check_tail(query: Query, question: Question, source: str) -> None:
    """Behind the group stand GROUP BY, HAVING and ORDER BY; the window is ours to write."""
    tail = query.tokens[query.body[1] + 1 :]
    for token in tail:
        if token.says("LIMIT", "OFFSET", "VALUES"):
            reason = f"{token.text.upper()} may not end a question: pages are cut when it is asked"
            raise HeaderError(reason, source, token.line, "page")
    by = [number for number, token in enumerate(tail) if token.says("ORDER")]
    ordered = bool(by)
    if ordered != bool(question.header.order):
        reason = "the header names the columns that ORDER BY sorts by, and only those"
        raise HeaderError(reason, source, 1, "order")
    for name in question.header.order:
        variables = {token.text[1:] for token in tail[by[0] :] if token.kind is Kind.VARIABLE}
        if not any(re.fullmatch(rf"{name}(_.*)?", variable) for variable in variables):
            raise HeaderError(f"ORDER BY does not use ?{name}", source, 1, "order")
