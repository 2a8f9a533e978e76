r"""What stands before any engine: a query is refused here before it can hurt, with limit and value.

pyoxigraph dies of nesting and of long chains, plans large patterns for minutes and goes out to the
network for SERVICE and LOAD. One walk over the tokens bounds all of it: every bracket, operator
and separator is counted, so that nothing repeats beyond a limit, whatever the grammar makes of it.
It is no parser: what passes may still be wrong, and the engine says where.

>>> check("SELECT * { ?s ?p ?o }").form
'SELECT'
>>> check("SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }")
Traceback (most recent call last):
...
ihubkg.errors.BadQuery: SERVICE is not available here: queries are answered from this graph alone.
"""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NoReturn

from ihubkg.errors import BadQuery, TooLarge
from ihubkg.tokens import TERMINALS, Kind

Operation = Literal["query", "update"]

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = (
    "INSERT",
    "DELETE",
    "WITH",
    "CLEAR",
    "DROP",
    "CREATE",
    "COPY",
    "MOVE",
    "ADD",
    "LOAD",
)
SEE = "https://www.w3.org/TR/sparql11-query/"
SEE_UPDATE = "https://www.w3.org/TR/sparql11-update/"
SEE_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a query may hold; `federation` lists the endpoints that SERVICE may name."""

    text: int = 64 * 1024
    depth: int = 32
    operators: int = 500
    patterns: int = 100
    federation: tuple[str, ...] = ()


ANONYMOUS = Limits()
TRUSTED = Limits(text=256 * 1024, patterns=200)


@dataclass(frozen=True, slots=True)
class Passed:
    """What the gate learnt of a text that passed.

    `text` is what the engine shall read: code point escapes outside strings and IRIs are decoded.
    `dataset` tells that the text names its dataset itself (FROM, USING, WITH); `volatile` that two
    runs may differ; `operators` and `patterns` were met; `limit` is where the outermost LIMIT
    stands, -1 without one; `tail` where the solution modifiers end.
    """

    text: str
    form: str
    dataset: bool
    volatile: bool
    operators: int
    patterns: int
    limit: int
    tail: int


# Terms are swallowed in runs, and only what bears on a limit is looked at one by one: that keeps
# the cost of a real query under 0.1 ms and of the worst text under 15 ms.
_QUIET = rf"(?:[ \t\r\n]++|{TERMINALS[Kind.COMMENT]})*+"
_TERM = "|".join(
    (
        TERMINALS[Kind.VARIABLE],
        TERMINALS[Kind.NAME],
        TERMINALS[Kind.IRI],
        TERMINALS[Kind.STRING],
        TERMINALS[Kind.NUMBER],
        TERMINALS[Kind.BLANK],
        TERMINALS[Kind.LANGUAGE],
        r"(?:a|true|false|UNDEF)(?![A-Za-z0-9_])",
    )
)
_SIEVE = re.compile(
    rf"{_QUIET}(?:"
    rf"(?P<terms>(?:{_TERM})(?:{_QUIET}(?:{_TERM}))*+)"
    rf"|(?P<sign>{TERMINALS[Kind.PUNCTUATION]})"
    rf"|(?P<word>{TERMINALS[Kind.WORD]})"
    r"|(?P<end>\Z)"
    r"|(?P<bad>(?s:.)))"
)
# Plain data, as VALUES and INSERT DATA hold it, up to the next bracket that counts.
_ROWS = re.compile(rf"(?:{_QUIET}(?:{_TERM}|\^\^|[()+\-]))*+")
_TRIPLES = re.compile(rf"(?:{_QUIET}(?:{_TERM}|\^\^|[.,;+\-]))*+")
_TERMS = re.compile(rf"(?:{_TERM})")
_HIDDEN = re.compile(r"[(!+\-*/=|&^,]")
_ESCAPE = re.compile(
    rf"(?P<keep>{TERMINALS[Kind.STRING]}|{TERMINALS[Kind.IRI]}|{TERMINALS[Kind.COMMENT]})"
    r"|\\u(?P<four>[0-9A-Fa-f]{4})|\\U(?P<eight>[0-9A-Fa-f]{8})"
)
_LIMIT = re.compile(rf"(?i:LIMIT){_QUIET}([0-9]++)")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_OPENERS = frozenset({"{", "(", "[", "<<", "<<(", "{|"})
_CLOSERS = frozenset({"}", ")", "]", ">>", ")>>", "|}"})
_SEPARATORS = frozenset({".", ";", ","})
_PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})
_VOLATILE = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE"})


def check(text: str, *, kind: Operation = "query", limits: Limits = ANONYMOUS) -> Passed:
    """Let `text` pass, or refuse it.

    Raises:
        BadQuery: it is no query (or update), names SERVICE or LOAD, or holds what is not SPARQL.
        TooLarge: it holds more than `limits` allow; the error names limit and value.
    """
    if len(text) > limits.text or len(text) * 4 > limits.text < len(
        text.encode("utf-8", "replace")
    ):
        value = len(text.encode("utf-8", "replace"))
        raise TooLarge(
            f"This {kind} has {value:,} bytes; the limit is {limits.text:,}. Load long lists of "
            "values from a file with several smaller queries.",
            limits.text,
            value,
        )
    if "\0" in text:
        _refuse(text, text.index("\0"), "A NUL character cannot stand in SPARQL.")
    if odd := _SURROGATE.search(text):
        _refuse(text, odd.start(), "A surrogate is no character: send the text as UTF-8.")
    if "\\u" in text or "\\U" in text:
        text = _decode(text)
    return _Walk(text, kind, limits).run()


def cap(passed: Passed, rows: int) -> str:
    """Return the text of a SELECT query so that it gives at most `rows` solutions.

    >>> cap(check("SELECT * { ?s ?p ?o } VALUES ?s { 1 }"), 10)
    'SELECT * { ?s ?p ?o } \\nLIMIT 10\\nVALUES ?s { 1 }'
    >>> cap(check("SELECT * { ?s ?p ?o } LIMIT 100 OFFSET 3"), 10)
    'SELECT * { ?s ?p ?o } LIMIT 10 OFFSET 3'
    """
    text = passed.text
    if passed.limit < 0:
        return f"{text[: passed.tail]}\nLIMIT {rows}\n{text[passed.tail :]}"
    found = _LIMIT.match(text, passed.limit)
    if found is None or (len(found[1]) < 10 and int(found[1]) <= rows):
        return text
    return f"{text[: found.start(1)]}{rows}{text[found.end(1) :]}"


def _decode(text: str) -> str:
    """Expand code point escapes outside strings and IRIs, where engines expand them themselves.

    https://www.w3.org/TR/sparql11-query/#codepointEscape
    """

    def expand(found: re.Match[str]) -> str:
        digits = found["four"] or found["eight"]
        if digits is None:
            return found.group()
        code = int(digits, 16)
        if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            _refuse(text, found.start(), f"{found.group()} is no character.")
        return chr(code)

    return _ESCAPE.sub(expand, text)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _refuse(text: str, offset: int, message: str, see: str = SEE) -> NoReturn:
    line, column = _place(text, offset)
    raise BadQuery(message, line, column, see)


class _Walk:
    """One pass over the tokens of a text."""

    __slots__ = (
        "dataset",
        "form",
        "frames",
        "kind",
        "limit",
        "limits",
        "operand",
        "operators",
        "patterns",
        "pending",
        "tail",
        "text",
        "volatile",
    )

    def __init__(self, text: str, kind: Operation, limits: Limits) -> None:
        self.text = text
        self.kind = kind
        self.limits = limits
        self.frames: list[str] = []
        self.operators = 0
        self.patterns = 0
        self.form = ""
        self.dataset = False
        self.volatile = False
        self.limit = -1
        self.tail = len(text)
        self.pending = ""  # "v" behind VALUES, "d" behind DATA: the next braces hold plain data
        self.operand = False  # the last token ends an operand: a `<` may be "less than"

    def run(self) -> Passed:
        """Walk to the end, or to the first thing refused."""
        text, match, offset = self.text, _SIEVE.match, 0
        while found := match(text, offset):
            offset = found.end()
            kind = found.lastgroup
            if kind == "terms":
                if self.frames and self.frames[-1] == "(":
                    self._beside(found["terms"], found.start("terms"))
                self.operand = True
            elif kind == "sign":
                offset = self._sign(found["sign"], found.start("sign"), offset)
            elif kind == "word":
                self._word(found["word"].upper(), found.start("word"))
            elif kind == "end":
                break
            else:
                self._bad(found.start("bad"))
        if not self.form:
            self._formless()
        return Passed(
            text=text,
            form=self.form,
            dataset=self.dataset,
            volatile=self.volatile,
            operators=self.operators,
            patterns=self.patterns,
            limit=self.limit,
            tail=self.tail,
        )

    def _sign(self, sign: str, offset: int, end: int) -> int:
        """Take a sign in; return where to go on."""
        self.operand = sign in _CLOSERS
        if sign in _OPENERS:
            return self._open(sign, offset, end)
        inside = self.frames[-1] if self.frames else ""
        if self.operand:
            if self.frames:
                self.frames.pop()
        elif sign in _SEPARATORS:
            if inside not in ("(", "v", "d"):
                self._pattern(1, offset)
        elif inside not in ("v", "d"):
            self._operator(1, offset)
            if sign == "/":  # a step of a path is a pattern; a division is counted with them
                self._pattern(1, offset)
        return end

    def _open(self, sign: str, offset: int, end: int) -> int:
        frame = "(" if sign in ("(", "<<(") else sign
        if self.pending and sign in ("{", "("):
            frame = self.pending
            if sign == "{":
                self.pending = ""
        elif self.frames and self.frames[-1] in ("v", "d"):
            frame = self.frames[-1]
        self.frames.append(frame)
        if len(self.frames) > self.limits.depth:
            self._over("is nested {value} deep", "depth", len(self.frames), offset)
        if frame not in ("v", "d"):
            self._operator(1, offset)
            if sign in ("{", "[", "{|"):
                self._pattern(1, offset)
            return end
        data = (_ROWS if frame == "v" else _TRIPLES).match(self.text, end)
        return data.end() if data and sign == "{" else end

    def _beside(self, terms: str, offset: int) -> None:
        """Count what stands side by side in parentheses.

        It is a list, two patterns to the element; or, where an operator may stand, `<(((?x>` may
        be "less than" and brackets for the engine.
        """
        first = not self.operand
        for found in islice(_TERMS.finditer(terms), self.limits.patterns + 2):
            if first:
                first = False
                continue
            self._pattern(2, offset)
            if found.group().startswith("<"):
                self._operator(len(_HIDDEN.findall(found.group())), offset)

    def _word(self, word: str, offset: int) -> None:
        self.operand = False
        self._operator(1, offset)
        if not self.form and not self.frames:
            self._begin(word, offset)
        if word == "VALUES":
            self.pending = "v"
            if not self.frames:
                self.tail = offset
        elif word == "LIMIT":
            if not self.frames:
                self.limit = offset
        elif word == "DATA":
            self.pending = "d"
        elif word in ("FROM", "USING", "WITH"):
            self.dataset = True
        elif word in _VOLATILE:
            self.volatile = True
        elif "SERVICE" in word or "LOAD" in word:
            self._outward("SERVICE" if "SERVICE" in word else "LOAD", offset)

    def _begin(self, word: str, offset: int) -> None:
        """Take the first word behind the prologue for the form, also where it is glued to one."""
        if word in _PROLOGUE:
            return
        form = next((form for form in (*FORMS, *UPDATES) if word.startswith(form)), "")
        if not form:
            self._formless(offset)
        if self.kind == "query" and form in UPDATES:
            _refuse(
                self.text,
                offset,
                f"{form} begins an update, and this is the way for queries: send it by POST as "
                "application/sparql-update, with a token.",
                SEE_PROTOCOL,
            )
        if self.kind == "update" and form in FORMS:
            _refuse(
                self.text,
                offset,
                f"{form} begins a query, and this is the way for updates: send it as "
                "application/sparql-query.",
                SEE_PROTOCOL,
            )
        self.form = form

    def _formless(self, offset: int | None = None) -> None:
        if offset is None and self.kind == "update" and not self.frames:
            self.form = "NOTHING"  # an empty update is one that does nothing
            return
        forms = FORMS if self.kind == "query" else UPDATES
        a = "a query" if self.kind == "query" else "an update"
        _refuse(
            self.text,
            len(self.text) if offset is None else offset,
            f"This is not {a}: one begins with {', '.join(forms[:-1])} or {forms[-1]}.",
            SEE if self.kind == "query" else SEE_UPDATE,
        )

    def _outward(self, word: str, offset: int) -> None:
        if word == "LOAD":
            _refuse(
                self.text,
                offset,
                "LOAD is not available here: send the file itself, with PUT or POST to /store.",
                SEE_UPDATE,
            )
        if self.limits.federation:
            named = re.compile(
                rf"SERVICE{_QUIET}(?:SILENT)?{_QUIET}<([^>]*)>",
                re.IGNORECASE,
            ).search(self.text, offset)
            if named and named.start() == offset and named[1] in self.limits.federation:
                return
            allowed = ", ".join(f"<{endpoint}>" for endpoint in self.limits.federation)
            _refuse(self.text, offset, f"SERVICE may name here: {allowed}, and nothing else.")
        _refuse(
            self.text,
            offset,
            "SERVICE is not available here: queries are answered from this graph alone.",
        )

    def _operator(self, count: int, offset: int) -> None:
        self.operators += count
        if self.operators > self.limits.operators:
            self._over(
                "has {value} operators, keywords and groups", "operators", self.operators, offset
            )

    def _pattern(self, count: int, offset: int) -> None:
        self.patterns += count
        if self.patterns > self.limits.patterns:
            self._over("has {value} triple patterns", "patterns", self.patterns, offset)

    def _over(self, what: str, name: str, value: int, offset: int) -> NoReturn:
        limit: int = getattr(self.limits, name)
        line, column = _place(self.text, offset)
        met = what.format(value=value)
        raise TooLarge(
            f"This {self.kind} {met} or more at line {line}, column {column}; the limit is "
            f"{limit}. Ask it in parts, or give constants in VALUES.",
            limit,
            value,
        )

    def _bad(self, offset: int) -> NoReturn:
        character = self.text[offset]
        if character in "\"'":
            _refuse(self.text, offset, "A string opens here and is not closed.")
        _refuse(self.text, offset, f"{character!r} cannot stand here in SPARQL.")
