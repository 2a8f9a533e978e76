"""CSV on the Web: a reader of others finds in every answer what the description promises."""

import json
import warnings
from pathlib import Path

import pytest

from ihubkg import answer, csvw
from ihubkg.model import Model
from ihubkg.question import Form
from ihubkg.store import Store

PUBLISHER = "https://w3id.org/ihub4schools/id/organisation/ihubkg-contributors"


@pytest.fixture(scope="module")
def tables(model: Model) -> list[str]:
    """The names of the questions that have rows."""
    forms = {name: one.query.form for name, one in model.questions.items()}
    return [name for name, form in forms.items() if form is not Form.GRAPH]


def test_every_table_is_valid_by_its_description(
    tables: list[str], model: Model, store: Store, tmp_path: Path
) -> None:
    """csvw (https://pypi.org/project/csvw/) reads header, cells and types without a complaint."""
    from csvw import CSVW

    for name in tables:
        question = model.questions[name]
        for call in question.examples:
            found = answer.ask(store, question, call)
            (tmp_path / f"{name}.csv").write_bytes(found.to_csv().encode())
            told = csvw.description(question, f"{name}.csv", publisher=PUBLISHER)
            path = tmp_path / f"{name}.csv-metadata.json"
            path.write_text(json.dumps(told), encoding="utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read = CSVW(str(path), validate=True)
                assert read.is_valid, name
                (table,) = read.tables
                rows = list(table)
            assert len(rows) == len(found.rows), name
            names = [column.name for column in table.tableSchema.columns]
            assert all([*row] == names for row in rows), name


def test_a_wrong_cell_is_noticed(model: Model, store: Store, tmp_path: Path) -> None:
    """The reader does look: a word in a column of numbers is found."""
    from csvw import CSVW

    question = model.questions["methods-within"]
    found = answer.ask(store, question, question.examples[0])
    lines = found.to_csv().splitlines()
    column = lines[0].split(",").index("shortest")
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:column], "long", *cells[column + 1 :]])
    (tmp_path / "methods-within.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    told = csvw.description(question, "methods-within.csv", publisher=PUBLISHER)
    path = tmp_path / "methods-within.csv-metadata.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    (table,) = CSVW(str(path)).tables
    with pytest.raises(ValueError, match="long"):
        list(table)


def test_titles_and_texts_come_from_the_header(model: Model) -> None:
    """A column that may be empty is not required; a thing has its label beside it."""
    told = csvw.description(model.questions["methods-for-phase"], "x.csv", publisher=PUBLISHER)
    columns = {column["name"]: column for column in told["tableSchema"]["columns"]}
    assert [*columns][:2] == ["method", "method_label"]
    assert columns["method"]["required"] is True
    assert columns["why"]["required"] is False
    assert columns["evidence"]["datatype"] == "integer"
    assert told["dc:title"][0]["@value"].startswith("Which methods suit a phase")
