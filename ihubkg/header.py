"""The header of a question: the `#+` lines of a `.rq` file, YAML that says what goes in and out.

The one schema of what a header may hold; `docs/questions.md` explains each key to authors. An
unknown, missing, repeated or ill-formed key is a HeaderError with file, line and key.

    #+ summary: Which methods suit a phase?
    #+ description: Says how well, why, and on what evidence.
    #+ persona: [mentor]
    #+ answers: [D-CQ32]
    #+ version: 1.0.0
    #+ status: stable
    #+ parameters:
    #+   phase: {type: concept of phase, required: true, example: mapping-needs, description: …}
    #+ results:
    #+   method: thing of Method
    #+   where: text?
    #+ order: [method]
"""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

from ihubkg.errors import IhubError

T = TypeVar("T")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where the wheel brings it: a tenth of the time, the same marks."""

MARK = "#+"

TYPES: tuple[str, ...] = (
    "concept",
    "thing",
    "integer",
    "decimal",
    "boolean",
    "duration",
    "date",
    "language",
    "text",
    "iri",
)
"""What a value can be. `concept of SCHEME` and `thing of CLASS` say which; the rest stand alone."""

STATUSES: tuple[str, ...] = ("draft", "stable", "deprecated")

DEFAULT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"

Text = Mapping[str, str]
"""A text by language; English is always there."""


class HeaderError(IhubError):
    """A header that breaks the schema: `source` is the file, `line` counts from 1."""

    def __init__(self, reason: str, source: str, line: int, key: str) -> None:
        super().__init__(f"{source}:{line}: {key}: {reason}")
        self.reason = reason
        self.source = source
        self.line = line
        self.key = key


@dataclass(frozen=True)
class ValueType:
    """A type and, for concepts and things, what they are of: a scheme or a class."""

    name: str
    of: str | None = None

    def __str__(self) -> str:
        return f"{self.name} of {self.of}" if self.of else self.name


@dataclass(frozen=True)
class Parameter:
    """What a question takes: one value, or several where `many`."""

    name: str
    type: ValueType
    example: tuple[str, ...]
    description: Text
    label: Text
    required: bool = False
    many: bool = False
    default: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Column:
    """What a question gives: a column that may be empty where `nullable`.

    `link` names a variable of the query whose value is where the cell leads; it is no column.
    """

    name: str
    type: ValueType
    label: Text
    nullable: bool = False
    link: str | None = None
    description: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """How many rows an answer holds unless asked otherwise, and at most."""

    size: int = 1000
    maximum: int = 10_000


@dataclass(frozen=True)
class Header:
    """All that a `.rq` file says about itself."""

    summary: Text
    description: Text
    persona: tuple[str, ...]
    answers: tuple[str, ...]
    version: str
    status: str
    parameters: tuple[Parameter, ...] = ()
    results: tuple[Column, ...] = ()
    order: tuple[str, ...] = ()
    page: Page = field(default_factory=Page)
    replaces: tuple[str, ...] = ()
    licence: str = DEFAULT_LICENCE
    examples: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    empty: bool = False


def read(text: str, source: str) -> Header:
    """Return the header of the query `text`; `source` is the file that errors name.

    Raises HeaderError.
    """
    numbers, rows = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(MARK):
            numbers.append(number)
            rows.append(line.removeprefix(MARK).removeprefix(" "))
    if not rows:
        raise HeaderError(f"the file has no lines that begin with {MARK}", source, 1, "header")
    place = _Place(source, tuple(numbers))
    try:
        node = yaml.compose("\n".join(rows), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise place.error(
            f"not valid YAML: {error.problem or error.context} (a text with a colon and a space in "
            f"it, or one that begins with a sign, stands in quotes)",
            "header",
            mark.line if mark else 0,
        ) from None
    except yaml.YAMLError as error:
        raise place.error(f"not valid YAML: {error}", "header", 0) from None
    return _header(_Entry(node, "header", place))


@dataclass(frozen=True)
class _Place:
    source: str
    numbers: tuple[int, ...]

    def error(self, reason: str, key: str, row: int) -> HeaderError:
        number = self.numbers[min(row, len(self.numbers) - 1)]
        return HeaderError(reason, self.source, number, key)


@dataclass(frozen=True)
class _Entry:
    """A node of the YAML with its key and place; its methods read it or say what is wrong."""

    node: yaml.Node | None
    key: str
    place: _Place

    def error(self, reason: str) -> HeaderError:
        return self.place.error(reason, self.key, self.node.start_mark.line if self.node else 0)

    def fields(
        self, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> "_Fields":
        found = self.pairs()
        for name, entry in found.items():
            if name not in required and name not in optional:
                raise entry.error(f"unknown key; known are {', '.join((*required, *optional))}")
        for name in required:
            if name not in found:
                raise self.error(f"the key {name} is missing")
        return _Fields(found)

    def pairs(self) -> dict[str, "_Entry"]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("expected keys with values")
        found: dict[str, _Entry] = {}
        for name, value in self.node.value:
            entry = _Entry(value, f"{self.key}.{name.value}", self.place)
            if self.key == "header":
                entry = _Entry(value, str(name.value), self.place)
            if name.value in found:
                raise self.place.error("the key stands twice", entry.key, name.start_mark.line)
            found[name.value] = entry
        return found

    def word(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.error("expected a text")
        return str(self.node.value).strip()

    def words(self) -> tuple[str, ...]:
        if isinstance(self.node, yaml.SequenceNode):
            return tuple(_Entry(item, self.key, self.place).word() for item in self.node.value)
        return (self.word(),)

    def matching(self, pattern: str, wanted: str) -> str:
        word = self.word()
        if not re.fullmatch(pattern, word):
            raise self.error(f"{word!r} is not {wanted}")
        return word

    def boolean(self) -> bool:
        word = self.word()
        if word not in ("true", "false"):
            raise self.error(f"{word!r} is neither true nor false")
        return word == "true"

    def number(self) -> float:
        try:
            return float(self.word())
        except ValueError:
            raise self.error(f"{self.word()!r} is not a number") from None

    def text(self) -> Text:
        """A text in English, or texts by language of which English is one."""
        if not isinstance(self.node, yaml.MappingNode):
            return {"en": " ".join(self.word().split())}
        texts = {}
        for language, entry in self.pairs().items():
            if not re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]+)*", language):
                raise entry.error(f"{language!r} is not a language tag")
            texts[language] = " ".join(entry.word().split())
        if "en" not in texts:
            raise self.error("the English text is missing")
        return texts


class _Fields:
    """The values of a mapping whose keys have been checked."""

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        self.entries = entries

    def __getitem__(self, name: str) -> _Entry:
        return self.entries[name]

    def get(self, name: str, read: Callable[[_Entry], T], default: T) -> T:
        return read(self.entries[name]) if name in self.entries else default


def _header(entry: _Entry) -> Header:
    fields = entry.fields(
        required=("summary", "description", "persona", "answers", "version", "status"),
        optional=(
            "parameters",
            "results",
            "order",
            "page",
            "replaces",
            "licence",
            "examples",
            "empty",
        ),
    )
    nothing: tuple[Parameter, ...] = ()
    parameters = fields.get("parameters", _parameters, nothing)
    return Header(
        summary=fields["summary"].text(),
        description=fields["description"].text(),
        persona=fields["persona"].words(),
        answers=_answers(fields["answers"]),
        version=fields["version"].matching(r"\d+\.\d+\.\d+", "a version such as 1.0.0"),
        status=_one_of(fields["status"], STATUSES),
        parameters=parameters,
        results=fields.get("results", _columns, ()),
        order=fields.get("order", _Entry.words, ()),
        page=fields.get("page", _page, Page()),
        replaces=fields.get("replaces", _Entry.words, ()),
        licence=fields.get("licence", _Entry.word, DEFAULT_LICENCE),
        examples=fields.get("examples", lambda item: _examples(item, parameters), ()),
        empty=fields.get("empty", _Entry.boolean, False),
    )


def _answers(entry: _Entry) -> tuple[str, ...]:
    for word in entry.words():
        if not re.fullmatch(r"[DO]-CQ\d{2}|-", word):
            raise entry.error(
                f"{word!r} is no number such as D-CQ32 (dossier) or O-CQ01 (ontology)"
            )
    return tuple(word for word in entry.words() if word != "-")


def _one_of(entry: _Entry, allowed: tuple[str, ...]) -> str:
    word = entry.word()
    if word not in allowed:
        raise entry.error(f"{word!r} is none of {', '.join(allowed)}")
    return word


_TYPE = re.compile(r"(?P<name>[a-z]+)(?: of (?P<of>[A-Za-z][A-Za-z0-9:-]*))?(?P<sign>[?*]?)")


def _type(entry: _Entry) -> tuple[ValueType, str]:
    """Read a type; behind it `?` means it may be absent and `*` that there may be any number."""
    word = entry.word()
    found = _TYPE.fullmatch(word)
    if found is None or found["name"] not in TYPES:
        raise entry.error(f"{word!r} is no type; types are {', '.join(TYPES)}")
    if found["name"] == "concept" and found["of"] is None:
        raise entry.error("say of which scheme: concept of SCHEME")
    if found["name"] not in ("concept", "thing") and found["of"] is not None:
        raise entry.error(f"only a concept or a thing is of something, not a {found['name']}")
    return ValueType(found["name"], found["of"]), found["sign"]


_NAME = r"[a-z][a-z0-9_]*"

RESERVED: frozenset[str] = frozenset(
    {"limit", "offset", "lang", "format", "explain", "version", "dataset", "result", "name"}
)
"""Arguments that every question has; no parameter may bear their name."""


def _parameters(entry: _Entry) -> tuple[Parameter, ...]:
    return tuple(_parameter(name, item) for name, item in entry.pairs().items())


def _parameter(name: str, entry: _Entry) -> Parameter:
    if not re.fullmatch(_NAME, name) or name in RESERVED:
        raise entry.error("a parameter's name is a lower-case word that is not reserved")
    if keyword.iskeyword(name):
        raise entry.error("is a word of Python, where the question is asked by these names")
    fields = entry.fields(
        required=("type", "example", "description"),
        optional=("required", "default", "label", "choices", "minimum", "maximum"),
    )
    value_type, sign = _type(fields["type"])
    if sign == "?":
        raise fields["type"].error("a parameter is optional unless it says required: true")
    parameter = Parameter(
        name=name,
        type=value_type,
        example=fields["example"].words(),
        description=fields["description"].text(),
        label=fields.get("label", _Entry.text, {"en": name.replace("_", " ")}),
        required=fields.get("required", _Entry.boolean, False),
        many=sign == "*",
        default=fields.get("default", _Entry.words, ()),
        choices=fields.get("choices", _Entry.words, ()),
        minimum=fields.get("minimum", lambda item: item.number(), None),
        maximum=fields.get("maximum", lambda item: item.number(), None),
    )
    if parameter.required and parameter.default:
        raise entry.error("what is required has no default")
    if parameter.choices and value_type.name != "text":
        raise entry.error("choices belong to texts; those of concepts and things are in the graph")
    if not parameter.many and max(len(parameter.example), len(parameter.default)) > 1:
        raise entry.error(f"write {value_type}* where several values may be given")
    return parameter


def _columns(entry: _Entry) -> tuple[Column, ...]:
    return tuple(_column(name, item) for name, item in entry.pairs().items())


def _column(name: str, entry: _Entry) -> Column:
    if not re.fullmatch(_NAME, name):
        raise entry.error("a column's name is a lower-case word")
    label: Text = {"en": name.replace("_", " ")}
    if isinstance(entry.node, yaml.ScalarNode):
        value_type, sign = _type(entry)
        return Column(name, value_type, label, nullable=_nullable(entry, sign))
    fields = entry.fields(required=("type",), optional=("nullable", "label", "link", "description"))
    value_type, sign = _type(fields["type"])
    return Column(
        name=name,
        type=value_type,
        label=fields.get("label", _Entry.text, label),
        nullable=_nullable(fields["type"], sign) or fields.get("nullable", _Entry.boolean, False),
        link=fields.get("link", _Entry.word, None),
        description=fields.get("description", _Entry.text, {}),
    )


def _nullable(entry: _Entry, sign: str) -> bool:
    if sign == "*":
        raise entry.error("a cell holds one value; give each further one a row of its own")
    return sign == "?"


def _page(entry: _Entry) -> Page:
    fields = entry.fields(optional=("size", "maximum"))
    page = Page(
        size=fields.get("size", _whole, Page.size),
        maximum=fields.get("maximum", _whole, Page.maximum),
    )
    if page.size > page.maximum:
        raise entry.error("the size is over the maximum")
    return page


def _whole(entry: _Entry) -> int:
    return int(entry.matching(r"[1-9]\d*", "a whole number"))


def _examples(
    entry: _Entry, parameters: tuple[Parameter, ...]
) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    if not isinstance(entry.node, yaml.SequenceNode):
        raise entry.error("expected a list of calls, each with its parameters")
    known = tuple(parameter.name for parameter in parameters)
    calls = []
    for item in entry.node.value:
        call = _Entry(item, entry.key, entry.place)
        call.fields(optional=known)
        calls.append({name: value.words() for name, value in call.pairs().items()})
    return tuple(calls)
