"""Templates: every column comes from the shapes, every allowed value from the schemes."""

import csv
import io

import pytest

from ihubkg.errors import NotFound, ParseError
from ihubkg.model import Model
from ihubkg.shapes import Shapes
from ihubkg.tabular import Schema
from ihubkg.templates import TABLES, Templates, find
from ihubkg.terms import scheme

NAMES = [table.name for table in TABLES]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(Model.load())


def test_there_are_the_tables_that_editors_asked_for() -> None:
    assert NAMES == ["methods", "schools", "pilots", "evidence", "memberships"]


@pytest.mark.parametrize("name", NAMES)
def test_what_shapes_require_has_a_column(templates: Templates, name: str) -> None:
    shapes = Shapes(Model.load().shapes, "submission")
    own = f"https://w3id.org/ihub4schools/ontology#{find(name).kind}"
    required = {
        field.path
        for field in shapes.fields((own,))
        if field.path and field.minimum and field.severity == "Violation"
    }
    columns = {column.path: column.need for column in templates.columns(name)}
    assert {path: columns.get(path) for path in required} == dict.fromkeys(required, "required")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_table_with_an_explanation_of_each_column(
    templates: Templates, name: str
) -> None:
    rows = [*csv.reader(io.StringIO(templates.csv(name), newline=""))]
    assert len(rows) == 4
    assert {len(row) for row in rows} == {len(templates.columns(name)) + 1}
    assert all(rows[0])
    assert len({*rows[0]}) == len(rows[0])
    assert all(row[0].startswith("#") for row in rows[1:])
    assert all(cell for row in rows[2:] for cell in row)
    schema, delimiter = templates.recognise(templates.csv(name))
    assert (schema.name, delimiter) == (name, ",")


def test_allowed_values_stand_with_their_column(templates: Templates) -> None:
    column = next(c for c in templates.columns("methods") if c.name == "methodFormat")
    assert column.value == f"{scheme('format')}/{{methodFormat}}"
    assert column.allowed == ("framework", "programme", "tool", "workshop")
    assert "framework, programme, tool, workshop" in column.form


def test_order_is_that_of_the_form(templates: Templates) -> None:
    for name in NAMES:
        own = [c.order for c in templates.columns(name) if c.about.endswith("/{id}")]
        main = [c.order for c in templates.columns(name) if ":" not in c.title]
        assert own
        assert main == sorted(main)


@pytest.mark.parametrize("name", NAMES)
def test_metadata_is_of_csv_on_the_web(templates: Templates, name: str) -> None:
    found = templates.metadata(name)
    assert found["@context"][0] == "http://www.w3.org/ns/csvw"
    assert found["url"] == f"{name}.csv"
    columns = found["tableSchema"]["columns"]
    names = [column["name"] for column in columns]
    assert len({*names}) == len(names)
    is_virtual = [column.get("virtual", False) for column in columns]
    assert is_virtual == sorted(is_virtual)
    for column in columns:
        assert column.get("suppressOutput") or "://" in column["propertyUrl"]
    assert Schema.of(found).name == name


def test_a_table_is_known_by_its_titles(templates: Templates) -> None:
    schema, delimiter = templates.recognise("ID;membership of;organisation;role\n")
    assert (schema.name, delimiter) == ("memberships", ";")
    titles = "id,name,source passages\n"
    assert templates.recognise(titles, "my-schools.csv")[0].name == "schools"
    with pytest.raises(ParseError, match="take a template"):
        templates.recognise("a,b,c\n1,2,3\n")
    with pytest.raises(NotFound, match="Nearest: schools"):
        templates.columns("school")
