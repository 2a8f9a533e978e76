"""Tables to statements: what the metadata declares, each at its cell, and changes to the text."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import tabular
from ihubkg.edits import apply
from ihubkg.model import Model
from ihubkg.tabular import Table
from ihubkg.templates import TABLES, Templates
from ihubkg.terms import PREFIXES, term, thing

TABLES_FOLDER = Path(__file__).parent / "tables"
LABEL = PREFIXES["skos"] + "prefLabel"
SOURCE = PREFIXES["dcterms"] + "source"


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(Model.load())


def read(templates: Templates, text: str) -> Table:
    name = "schools" if "start" not in text and "format" not in text else ""
    return tabular.read(text, *templates.recognise(text, name))


@pytest.mark.parametrize("name", [table.name for table in TABLES])
def test_a_filled_table_says_what_stands_beside_it(templates: Templates, name: str) -> None:
    text = (TABLES_FOLDER / f"{name}.csv").read_text(encoding="utf-8")
    table = tabular.read(text, *templates.recognise(text))
    expected = ox.parse(path=TABLES_FOLDER / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
    assert {quad.triple for quad in table.quads} == {quad.triple for quad in expected}
    assert not table.faults


def test_every_statement_has_its_cell(templates: Templates) -> None:
    text = 'id;name;source passages\nx;"A ""b""";one | "two"\n'
    found = {
        (entry.predicate.value, entry.object.value): (
            entry.at_object.cell,
            text[entry.at_object.start : entry.at_object.end],
        )
        for entry in read(templates, text).index.entries
        if not isinstance(entry.object, ox.BlankNode | ox.Triple)
    }
    assert found[LABEL, 'A "b"'] == ("B2", '"A ""b"""')
    assert found[SOURCE, thing("citation", "one")] == ("C2", "one")
    assert found[SOURCE, thing("citation", "%22two%22")] == ("C2", '"two"')
    assert found[PREFIXES["rdf"] + "type", term("School")][0] == "A2"


def test_an_empty_cell_is_the_place_of_what_is_missing(templates: Templates) -> None:
    table = read(templates, "id,name,country,place\nx,,EST\n")
    school = ox.NamedNode(thing("school", "x"))
    gaps = table.index.gaps
    assert gaps[school, LABEL].cell == "B2"
    assert gaps[school, term("basedIn")].cell == "D2"


def test_a_part_of_which_nothing_is_said_is_left_out(templates: Templates) -> None:
    head = "id,name,format,duration: unit\n"
    subjects = {str(q.subject) for q in read(templates, f"{head}x,X,tool,\n").quads}
    assert subjects == {f"<{thing('method', 'x')}>"}
    subjects = {str(q.subject) for q in read(templates, f"{head}x,X,tool,hour\n").quads}
    assert subjects == {f"<{thing('method', 'x')}>", f"<{thing('duration', 'x')}>"}


def test_rows_of_one_id_are_one_thing(templates: Templates) -> None:
    text = "id,name,country,source passages\nx,X,EST,a\nx,,,b\n"
    quads = read(templates, text).quads
    assert len(quads) == 5
    assert len({quad.subject for quad in quads}) == 1


@pytest.mark.parametrize(
    ("text", "datatype"),
    [("2021-03-15", "date"), ("2021-03", "gYearMonth"), ("2021", "gYear"), ("2021-13", "string")],
)
def test_a_date_is_as_exact_as_it_is_written(
    templates: Templates, text: str, datatype: str
) -> None:
    table = read(templates, f"id,name,start,schools\nx,X,{text},a\n")
    value = next(q.object for q in table.quads if q.predicate.value.endswith("startDate"))
    assert isinstance(value, ox.Literal)
    assert value.datatype.value == PREFIXES["xsd"] + datatype


def test_what_has_no_place_is_named_by_its_cell(templates: Templates) -> None:
    text = "id,name,contry,zzz,name\nx,X,EST,,,surplus\n,Y,FIN,,\n# a remark\n"
    faults = read(templates, text.replace("zzz", "country")).faults
    assert [fault.mark.cell for fault in faults] == ["C1", "E1", "F2", "A3"]
    assert faults[0].title == "Write “country”"


def test_changes_keep_the_rest_of_the_text(templates: Templates) -> None:
    text = "id,name,source passages,country\nx,X,a | b,EST\ny,Y,a\n"
    table = read(templates, text)
    (entry,) = table.index.find(
        ox.NamedNode(thing("school", "x")), None, ox.NamedNode(thing("citation", "b"))
    )
    editor = table.editor
    new = ox.NamedNode(thing("citation", "c"))
    assert apply(text, next(editor.write_object(entry, new))) == text.replace("| b", "| c")
    assert apply(text, next(editor.remove(entry))) == text.replace(" | b", "")
    country = ox.NamedNode("http://publications.europa.eu/resource/authority/country/FIN")
    filled = next(
        editor.insert(ox.NamedNode(thing("school", "y")), PREFIXES["dcterms"] + "spatial", country)
    )
    assert apply(text, filled).endswith("y,Y,a,FIN\n")
    renamed = next(editor.rename(thing("school", "x"), thing("school", "z")))
    assert apply(text, renamed) == text.replace("\nx,", "\nz,")


def test_a_text_goes_only_where_its_language_stands(templates: Templates) -> None:
    table = read(templates, "id,name,country\nx,,EST\n")
    school = ox.NamedNode(thing("school", "x"))
    assert not [*table.editor.insert(school, LABEL, ox.Literal("Nimi", language="et"))]
    assert [*table.editor.insert(school, LABEL, ox.Literal("Name", language="en"))]
