"""Answers: typed cells with labels and links, in every form that programs and people read."""

import csv
import io
import json
import math

import pyoxigraph as ox
import pytest

from ihubkg import answer, question, terms
from ihubkg.answer import Answer, Cell
from ihubkg.errors import BadParameter, IhubError
from ihubkg.model import Model
from ihubkg.question import Question
from ihubkg.store import Store

HEAD = """\
#+ summary: Is it so?
#+ description: A question for tests.
#+ persona: [developer]
#+ answers: ["-"]
#+ version: 1.0.0
#+ status: draft
"""
IHUB = "PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>\n"


def made(text: str) -> Question:
    return question.parse(HEAD + text, name="test", source="test.rq")


@pytest.fixture(scope="module")
def mapping(store: Store, model: Model) -> Answer:
    """The methods for the phase of mapping needs."""
    return answer.ask(store, model.questions["methods-for-phase"], {"phase": "mapping needs"})


def test_the_main_question_has_its_sourced_answer(mapping: Answer) -> None:
    """The promise of the project: who is stated, who is inferred, all with sources."""
    basis = {row["method"].label: row["basis"].label for row in mapping.rows}
    assert basis == {
        "IDI-based self-evaluation workshop": "Stated",
        "Future School": "Inferred",
        "Digipeda workshop": "Inferred",
        "Digital Accelerator": "Inferred",
    }
    assert all(row["source"].label and row["where"].value for row in mapping.rows)


def test_two_methods_fit_into_three_hours(store: Store, model: Model) -> None:
    found = answer.ask(store, model.questions["methods-within"], {"time": "PT3H"})
    assert [(row["method"].label, row["shortest"].plain) for row in found.rows] == [
        ("IDI-based self-evaluation workshop", 1.5),
        ("Digipeda workshop", 3.0),
    ]


def test_a_cell_has_value_type_label_and_link(mapping: Answer) -> None:
    cell = mapping.rows[0]["method"]
    assert cell.value == terms.thing("method", "idi-mapping")
    assert cell.type == "thing"
    assert cell.label == "IDI-based self-evaluation workshop"
    assert cell.href == terms.BASE + "doc/method/idi-mapping"
    where = mapping.rows[0]["where"]
    assert (where.type, where.label) == ("text", None)
    assert where.href is not None
    assert where.href.startswith(terms.BASE + "doc/citation/")


def test_json_is_of_the_contract(mapping: Answer) -> None:
    found = json.loads(mapping.to_json(at="/"))
    assert found["name"] == "methods-for-phase"
    assert found["parameters"]["phase"]["label"] == "Mapping needs"
    assert found["truncated"] is False
    assert found["why_empty"] is None
    assert found["version"] == "1.0.0"
    assert found["dataset"].startswith("sha256-")
    first = found["rows"][0]
    assert first["method"]["href"] == "/doc/method/idi-mapping"
    assert first["evidence"] == {"value": 1, "type": "integer"}
    assert "fit" not in first  # no source gives a degree, so the column is absent
    assert first["why"]["lang"] == "en"


def test_sparql_json_holds_the_terms(mapping: Answer) -> None:
    found = json.loads(mapping.to_sparql_json())
    assert found["head"]["vars"] == [column.name for column in mapping.columns]
    first = found["results"]["bindings"][0]
    assert first["method"] == {"type": "uri", "value": terms.thing("method", "idi-mapping")}
    assert first["evidence"]["datatype"].endswith("#integer")
    assert first["where"] == {"type": "literal", "value": "paragraph 3"}
    assert first["why"]["xml:lang"] == "en"
    again = ox.parse_query_results(mapping.to_sparql_json(), ox.QueryResultsFormat.JSON)
    assert isinstance(again, ox.QuerySolutions)
    assert len(list(again)) == len(mapping.rows)


def test_csv_has_labels_beside_what_has_them(mapping: Answer) -> None:
    rows = list(csv.DictReader(io.StringIO(mapping.to_csv())))
    assert rows[0]["method"] == terms.thing("method", "idi-mapping")
    assert rows[0]["method_label"] == "IDI-based self-evaluation workshop"
    assert rows[0]["fit"] == rows[0]["fit_label"] == ""
    assert len(rows) == len(mapping.rows)


def test_tsv_is_sparql_tsv(mapping: Answer) -> None:
    parsed = ox.parse_query_results(mapping.to_tsv().encode(), ox.QueryResultsFormat.TSV)
    assert isinstance(parsed, ox.QuerySolutions)
    first = next(iter(parsed))
    assert first["method"] == mapping.rows[0]["method"].term
    assert first["fit"] is None


def test_a_data_frame_has_plain_values(store: Store, model: Model) -> None:
    frame = answer.ask(store, model.questions["hubs-with-counts"], {}).to_dataframe()
    assert frame["teachers"].sum() == 592
    assert next(iter(frame["country_label"])) == "Estonia"
    assert math.isnan(frame.loc[frame["hub"].str.endswith("ee-edtech"), "schools"].item())


def test_a_yes_or_no(store: Store) -> None:
    asked = made(IHUB + "ASK { ?m a ihub:Method }")
    found = answer.ask(store, asked, {})
    assert found.as_dict()["rows"] == [{"answer": {"value": True, "type": "boolean"}}]
    assert json.loads(found.to_sparql_json()) == {"head": {}, "boolean": True}
    assert found.to_csv() == "answer\r\ntrue\r\n"


def test_a_graph(store: Store) -> None:
    asked = made(IHUB + "CONSTRUCT { ?m a ihub:Method } WHERE { ?m a ihub:Method }")
    found = answer.ask(store, asked, {})
    assert len(found.graph()) == 9
    assert found.rows == []
    assert found.why_empty is None
    with pytest.raises(IhubError, match="gives rows, no graph"):
        answer.ask(store, made("ASK { ?s ?p ?o }"), {}).graph()


def test_what_is_too_broad_is_cut_and_says_so(store: Store, model: Model) -> None:
    figures = model.questions["figures"]
    found = answer.ask(store, figures, {"limit": "3"})
    assert (len(found.rows), found.truncated) == (3, True)
    whole = answer.ask(store, figures, {}).rows
    assert [row["figure"] for row in found.rows] == [row["figure"] for row in whole[:3]]
    second = answer.ask(store, figures, {"limit": "3", "offset": "3"})
    assert [row["figure"] for row in second.rows] == [row["figure"] for row in whole[3:6]]


def test_the_digest_is_that_of_the_rows(store: Store, model: Model, mapping: Answer) -> None:
    asked = model.questions["methods-for-phase"]
    again = answer.ask(
        store, asked, {"phase": terms.concept("phase", "mapping-needs")}, languages=["et"]
    )
    assert again.digest == mapping.digest
    assert answer.ask(store, asked, {"phase": "reflection"}).digest != mapping.digest


def test_labels_follow_the_reader(store: Store, model: Model) -> None:
    asked = model.questions["methods-for-phase"]
    found = answer.ask(store, asked, {"phase": "mapping-needs"}, languages=("et", "en"))
    assert "DigiKiirendi" in {row["method"].label for row in found.rows}


def test_bad_parameters_come_back_with_the_nearest(store: Store, model: Model) -> None:
    with pytest.raises(BadParameter, match="there is no phase 'maping'"):
        answer.ask(store, model.questions["methods-for-phase"], {"phase": "maping"})


@pytest.mark.parametrize(
    "text",
    ['x" } UNION { ?s <secret> ?v } #', "x> } ; DROP ALL #", "\\u0022 } #", "a\nb", "} {", "# ?x"],
)
def test_injections_are_texts_like_any_other(store: Store, text: str) -> None:
    asked = made(
        "#+ parameters:\n#+   x: {type: text, example: a, description: d}\n"
        "#+ results:\n#+   y: text\n#+ order: [y]\n"
        "SELECT ?y { VALUES ?x { UNDEF } BIND(?x AS ?y) } ORDER BY ?y"
    )
    found = answer.ask(store, asked, {"x": text})
    assert [row["y"].value for row in found.rows] == [text.strip()]


def test_a_value_that_breaks_its_type_is_shown_as_it_is() -> None:
    term = ox.Literal("about 60")
    assert Cell(term.value, "integer", None, None, term).plain == "about 60"
    assert str(Cell(term.value, "text", "A label", None, term)) == "A label"
