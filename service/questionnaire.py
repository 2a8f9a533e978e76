"""What pages and catalogues tell of questions: forms with choices, groups by persona, calls."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from rapidfuzz import process

from ihubkg.errors import ParameterProblem
from ihubkg.header import Column, Parameter, Text
from ihubkg.names import Names
from ihubkg.question import Form, Question

PERSONAS = (
    "school leader",
    "mentor",
    "teacher",
    "hub coordinator",
    "policy maker",
    "researcher",
    "editor",
    "integrator",
    "developer",
)
"""Who asks, in the order in which pages list what they ask."""

MOST_NEAR = 5
SHORT_LIST = 60
"""Choices that a form lists; of more it offers suggestions while one types."""


@dataclass(frozen=True)
class Choice:
    """One value that a parameter can take."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One parameter as a form shows it."""

    parameter: Parameter
    label: str
    hint: str
    value: str
    choices: tuple[Choice, ...]
    errors: tuple[ParameterProblem, ...]

    @property
    def is_list(self) -> bool:
        """Whether the choices are few enough for a list to choose from."""
        return 0 < len(self.choices) <= SHORT_LIST


@dataclass(frozen=True)
class Call:
    """How to ask the same elsewhere."""

    name: str
    text: str


def said(text: Text, languages: Sequence[str]) -> str:
    """Return a text in the best of the languages it is given in."""
    return next((text[tag] for tag in (*languages, "en") if tag in text), "")


def without(query: str, names: Iterable[str]) -> str:
    """Return a query string without the arguments of those names.

    >>> without("phase=reflection&explain=1", {"explain"})
    'phase=reflection'
    """
    dropped = set(names)
    return urlencode([(name, text) for name, text in parse_qsl(query) if name not in dropped])


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are written most like `name`."""
    found = process.extract(name, list(known), limit=MOST_NEAR, score_cutoff=55)
    return tuple(item[0] for item in found)


def by_persona(
    questions: Iterable[Question], languages: Sequence[str]
) -> list[tuple[str, list[tuple[Question, str]]]]:
    """Return the questions under the persona that each names first, with what they ask.

    Those who work in schools come first, those who work on the graph last.
    """
    groups: dict[str, list[tuple[Question, str]]] = {}
    for question in questions:
        groups.setdefault(question.persona[0], []).append(
            (question, said(question.summary, languages))
        )
    order = {persona: place for place, persona in enumerate(PERSONAS)}
    return sorted(groups.items(), key=lambda group: (order.get(group[0], len(order)), group[0]))


def entry(question: Question, languages: Sequence[str]) -> Mapping[str, object]:
    """Return a question as the catalogue lists it (JSON)."""
    return {
        "name": question.name,
        "summary": said(question.summary, languages),
        "description": said(question.description, languages),
        "persona": list(question.persona),
        "answers": list(question.answers),
        "version": question.version,
        "status": question.status,
        "licence": question.header.licence,
        "href": f"/questions/{question.name}",
        "parameters": [_parameter(item, languages) for item in question.parameters],
        "results": [_column(item, languages) for item in question.results],
    }


def form(
    question: Question,
    names: Names,
    given: Mapping[str, Sequence[str]],
    errors: Sequence[ParameterProblem],
    languages: Sequence[str],
) -> list[Field]:
    """Return the form of a question, filled with what was given."""
    return [
        _field(item, names, given.get(item.name, item.default), errors, languages)
        for item in question.parameters
    ]


def calls(question: Question, given: Mapping[str, Sequence[str]], home: str) -> list[Call]:
    """Return the same call for curl, Python and R; with the examples where nothing was given.

    `home` is the root of the service, with its slash. Each can be pasted and run as it is.
    """
    values = {name: list(texts) for name, texts in (given or question.examples[0]).items()}
    query = urlencode([(name, text) for name, texts in values.items() for text in texts])
    is_graph = question.query.form is Form.GRAPH

    def address(suffix: str) -> str:
        return f"{home}questions/{question.name}.{suffix}" + (f"?{query}" if query else "")

    asked = "".join(f", {name}={_literal(texts)}" for name, texts in values.items())
    shown = "graph()" if is_graph else "to_dataframe()"
    python = (
        "from ihubkg import KnowledgeGraph\n\n"
        f"kg = KnowledgeGraph({_literal([home])})\n"
        f"print(kg.ask({_literal([question.name])}{asked}).{shown})"
    )
    found = [Call("curl", f"curl {shlex.quote(address('ttl' if is_graph else 'json'))}")]
    found.append(Call("Python", python))
    if not is_graph:
        found.append(Call("R", f"print(read.csv({_literal([address('csv')])}))"))
    return found


def _literal(texts: Sequence[str]) -> str:
    """Return a text, or a list where there are several, as Python writes it."""
    return json.dumps(texts[0] if len(texts) == 1 else texts, ensure_ascii=False)


def _field(
    item: Parameter,
    names: Names,
    texts: Sequence[str],
    errors: Sequence[ParameterProblem],
    languages: Sequence[str],
) -> Field:
    named = item.type.name in ("concept", "thing")
    chosen = (
        {names.short(item.type, iri) for text in texts for iri in names.find(item.type, text).iris}
        if named
        else set(texts)
    )
    return Field(
        parameter=item,
        label=said(item.label, languages) or item.name.replace("_", " "),
        hint=said(item.description, languages),
        value=", ".join(texts),
        choices=tuple(_choices(item, names, chosen, languages)),
        errors=tuple(error for error in errors if error.parameter == item.name),
    )


def _choices(
    item: Parameter, names: Names, chosen: set[str], languages: Sequence[str]
) -> Iterable[Choice]:
    if item.choices:
        return [Choice(value, value, value in chosen) for value in item.choices]
    if item.type.name not in ("concept", "thing"):
        return []
    listed = ((names.short(item.type, iri), iri) for iri in names.members(item.type))
    return [
        Choice(short, names.label(iri, languages) or short, short in chosen)
        for short, iri in listed
    ]


def _parameter(item: Parameter, languages: Sequence[str]) -> Mapping[str, object]:
    return {
        "name": item.name,
        "type": str(item.type),
        "required": item.required,
        "many": item.many,
        "default": list(item.default),
        "example": list(item.example),
        "description": said(item.description, languages),
    }


def _column(item: Column, languages: Sequence[str]) -> Mapping[str, object]:
    return {
        "name": item.name,
        "type": str(item.type),
        "nullable": item.nullable,
        "label": said(item.label, languages) or item.name,
        "description": said(item.description, languages),
    }
