"""Every question on the real graph: its rows are the expected ones, of the types it promises.

`pytest --update` rewrites `tests/queries/<question>/expected.json`; read what changed before it is
committed. The file also holds the contract of the question's major version.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ihubkg import answer, files, question, terms, values
from ihubkg.answer import Answer, Cell
from ihubkg.header import Column, Parameter
from ihubkg.model import Model
from ihubkg.names import Names, kind_iri
from ihubkg.question import Form, Question
from ihubkg.store import Store

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in (files.root() / "queries" / "questions").glob("*.rq"))

NUMBERS = [f"{side}-CQ{number:02}" for side in "DO" for number in range(1, 41)]
"""The competency questions of the dossier (D) and of the ontology's requirements (O)."""


def short(cell: Cell) -> str:
    """Return a cell as it is written in expected files."""
    if isinstance(cell.term, ox.NamedNode):
        iri = cell.value
        return iri.removeprefix(terms.BASE) if iri.startswith(terms.BASE) else terms.shorten(iri)
    language = cell.term.language if isinstance(cell.term, ox.Literal) else None
    return f"{cell.value}@{language}" if language not in (None, "en") else cell.value


def short_triple(triple: ox.Triple) -> str:
    text = f"{triple.subject} {triple.predicate} {triple.object}"
    return re.sub(r"<([^>]*)>", lambda found: terms.shorten(found[1]), text)


def contract(asked: Question) -> dict[str, Any]:
    """Return what users of a question rely on."""
    return {
        "version": asked.version,
        "parameters": {item.name: _promise(item) for item in asked.parameters},
        "results": {
            item.name: str(item.type) + ("?" if item.nullable else "") for item in asked.results
        },
    }


def _promise(item: Parameter) -> str:
    return str(item.type) + ("*" if item.many else "") + (" required" if item.required else "")


def given(call: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in call.items()}


def answers(store: Store, asked: Question) -> Iterator[tuple[dict[str, list[str]], Answer]]:
    for call in asked.examples:
        yield given(call), answer.ask(store, asked, call)


def shown(found: Answer) -> list[Any]:
    if found.question.query.form is Form.GRAPH:
        return sorted(short_triple(triple) for triple in found.triples)
    return [{name: short(cell) for name, cell in row.items()} for row in found.rows]


@pytest.fixture(params=NAMES)
def asked(request: pytest.FixtureRequest, root: Path) -> Question:
    """Each question in turn."""
    return question.read(root / "queries" / "questions" / f"{request.param}.rq")


def test_the_answer_is_the_expected_one(asked: Question, store: Store, update: bool) -> None:
    path = HERE / asked.name / "expected.json"
    calls = [{"call": call, "rows": shown(found)} for call, found in answers(store, asked)]
    if update:
        path.parent.mkdir(exist_ok=True)
        held = {"contract": contract(asked), "answers": calls}
        path.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert calls == expected["answers"]


def test_a_breaking_change_needs_a_new_major_version(asked: Question) -> None:
    """What callers give must still do, what they read must still be there."""
    held = json.loads((HERE / asked.name / "expected.json").read_text("utf-8"))["contract"]
    now = contract(asked)
    if now["version"].split(".")[0] != held["version"].split(".")[0]:
        return
    for name, promise in held["parameters"].items():
        assert now["parameters"].get(name) in (promise, promise.removesuffix(" required"))
    for name in now["parameters"].keys() - held["parameters"].keys():
        assert not now["parameters"][name].endswith("required")
    for name, promise in held["results"].items():
        assert now["results"].get(name) in (promise, promise.removesuffix("?"))


def test_an_example_has_an_answer_unless_the_header_says_it_may_be_empty(
    asked: Question, store: Store
) -> None:
    for call, found in answers(store, asked):
        assert found.rows or found.triples or asked.header.empty, call
        assert not found.truncated


def test_every_cell_is_of_the_declared_type(asked: Question, store: Store) -> None:
    for _, found in answers(store, asked):
        for row in found.rows:
            for column in found.columns:
                if column.name not in row:
                    assert column.nullable, f"{column.name} is empty in {row}"
                    continue
                check(column, row[column.name])


def check(column: Column, cell: Cell) -> None:
    """Fail unless the term is one of the column's type."""
    match column.type.name:
        case "thing" | "concept":
            assert isinstance(cell.term, ox.NamedNode), (column.name, cell)
            assert cell.label, f"{cell.value} has no label"
            if column.type.name == "concept":
                assert cell.value.startswith(terms.scheme(column.type.of or "") + "/"), column.name
        case "iri":
            assert isinstance(cell.term, ox.NamedNode), (column.name, cell)
        case "integer":
            assert isinstance(cell.plain, int)
        case "decimal":
            assert isinstance(cell.plain, float)
        case "boolean":
            assert cell.value in ("true", "false")
        case "date":
            year, month, day = (*cell.value.split("-"), "1", "1")[:3]
            date(int(year), int(month), int(day))
        case _:
            assert isinstance(cell.term, ox.Literal), (column.name, cell)


def test_things_are_of_the_declared_class(asked: Question, store: Store) -> None:
    kinds = Names.of(store).kinds
    for _, found in answers(store, asked):
        for column in found.columns:
            if column.type.name == "thing" and column.type.of:
                members = kinds[kind_iri(column.type)]
                cells = {row[column.name].value for row in found.rows if column.name in row}
                assert cells <= members, (column.name, cells - members)


def test_every_parameter_takes_its_example(asked: Question, store: Store) -> None:
    names = Names.of(store)
    for parameter in asked.parameters:
        for text in parameter.example:
            values.term(parameter, text, names)


def test_no_expected_answer_is_without_its_question() -> None:
    assert sorted(path.parent.name for path in HERE.glob("*/expected.json")) == NAMES


def test_every_competency_question_is_answered(model: Model) -> None:
    answered = {number for asked in model.questions.values() for number in asked.answers}
    assert sorted(set(NUMBERS) - answered) == []
