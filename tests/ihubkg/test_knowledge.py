import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import ihubkg
from ihubkg.answer import Cell
from ihubkg.errors import BadParameter, BadQuery, IhubError, NotFound, TooLarge
from ihubkg.knowledge import KnowledgeGraph, Result
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import thing
from tests.conformance.running import service

METHOD = thing("method", "digipeda")


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph()


def test_the_public_names_are_these() -> None:
    assert ihubkg.KnowledgeGraph is KnowledgeGraph
    assert ihubkg.Result is Result
    assert ihubkg.IhubError is IhubError
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = ihubkg.nothing_such


def test_a_question_gives_cells_values_and_a_frame(graph: KnowledgeGraph) -> None:
    result = graph.ask("methods-for-phase", phase="mapping-needs")
    assert result
    assert METHOD in result.values("method")
    frame = result.to_dataframe()
    assert len(frame) == len(result.rows)
    assert "Digipeda workshop" in set(frame["method_label"])
    assert result.version == graph.version
    assert not result.truncated


def test_values_may_be_numbers_and_lists(graph: KnowledgeGraph) -> None:
    assert len(graph.ask("methods-for-phase", phase="mapping-needs", limit=1).rows) == 1
    with pytest.raises(BadParameter, match="phase"):
        graph.ask("methods-for-phase", phase=["no", "such"])


def test_an_unknown_question_names_the_nearest(graph: KnowledgeGraph) -> None:
    with pytest.raises(NotFound, match="methods-for-phase"):
        graph.ask("method-for-phase")


def test_a_query_gives_typed_values(graph: KnowledgeGraph) -> None:
    result = graph.query(
        """PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        SELECT ?i ?d ?t ?s ?b ?f ?u ?bad { VALUES (?i ?d ?t ?s ?b ?f ?u ?bad)
          { (1 "2021-09-22"^^xsd:date "2021-09-22T10:00:00Z"^^xsd:dateTime "x"@en true 1e0 UNDEF
             "2021"^^xsd:date) } }"""
    )
    assert result.columns == ("i", "d", "t", "s", "b", "f", "u", "bad")
    values = [result.values(column)[0] for column in result.columns]
    moment = datetime.datetime(2021, 9, 22, 10, tzinfo=datetime.UTC)
    assert values == [1, datetime.date(2021, 9, 22), moment, "x", True, 1.0, None, "2021"]


def test_iris_are_labelled_by_curie_where_there_is_one(graph: KnowledgeGraph) -> None:
    result = graph.query("SELECT ?c ?b { <" + METHOD + "> a ?c BIND(BNODE() AS ?b) } LIMIT 1")
    (row,) = result.rows
    assert str(row["c"]).startswith("ihub:")
    assert row["b"].type == "blank"


@pytest.mark.parametrize("answer", [True, False])
def test_a_yes_or_no_is_true_or_false(graph: KnowledgeGraph, answer: bool) -> None:
    result = graph.query(f"ASK {{ FILTER({str(answer).lower()}) }}")
    assert bool(result) is answer
    assert result.values("answer") == [answer]
    assert not Result()


def test_a_graph_comes_as_rdflib(graph: KnowledgeGraph) -> None:
    result = graph.query("CONSTRUCT WHERE { <" + METHOD + "> ?p ?o }")
    found = result.graph()
    assert isinstance(found, rdflib.Graph)
    assert (rdflib.URIRef(METHOD), None, None) in found
    with pytest.raises(IhubError, match=r"use \.graph"):
        result.to_dataframe()
    with pytest.raises(IhubError, match=r"use \.rows"):
        graph.query("ASK {}").graph()


def test_what_would_hurt_is_refused_before_it_runs(graph: KnowledgeGraph) -> None:
    with pytest.raises(BadQuery, match="SERVICE"):
        graph.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(TooLarge):
        graph.query("ASK {" + "{" * 100 + "}" * 100 + "}")


def test_a_data_folder_is_opened_to_read(tmp_path: Path, model: Model) -> None:
    with Store.open(tmp_path / "data", model=model) as store:
        quad = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("mine"))
        store.add([quad])
        version = store.version
    with KnowledgeGraph(tmp_path / "data") as graph:
        assert graph.version == version
        assert graph.query("SELECT ?o { <http://e/s> ?p ?o }").values("o") == ["mine"]
    with KnowledgeGraph(str(tmp_path / "data")) as graph:
        assert graph.version == version


def test_a_folder_that_is_none_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no data folder"):
        KnowledgeGraph(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_questions_can_be_listed(graph: KnowledgeGraph, model: Model) -> None:
    assert graph.questions.keys() == model.questions.keys()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[KnowledgeGraph]:
    """The same graph behind a running service."""
    with service() as running, KnowledgeGraph(running.url) as graph:
        yield graph


def test_every_question_has_the_same_answer_here_and_elsewhere(
    graph: KnowledgeGraph, elsewhere: KnowledgeGraph
) -> None:
    for name, question in graph.questions.items():
        example = {key: [*values] for key, values in question.examples[0].items()}
        here, there = graph.ask(name, **example), elsewhere.ask(name, **example)
        assert there.columns == here.columns, name
        assert [plain(row) for row in there.rows] == [plain(row) for row in here.rows], name
        assert set(there.triples) == set(here.triples), name
        assert there.truncated == here.truncated
        if not here.is_graph:
            assert there.to_dataframe().equals(here.to_dataframe()), name


def plain(row: Mapping[str, Cell]) -> dict[str, tuple[object, ...]]:
    return {name: (cell.plain, cell.type, cell.label, cell.language) for name, cell in row.items()}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY ?c",
        "ASK { ?s ?p ?o }",
        f"CONSTRUCT WHERE {{ <{METHOD}> ?p ?o }}",
    ],
)
def test_a_query_has_the_same_answer_here_and_elsewhere(
    graph: KnowledgeGraph, elsewhere: KnowledgeGraph, text: str
) -> None:
    here, there = graph.query(text), elsewhere.query(text)
    assert there.columns == here.columns
    assert there.rows == here.rows
    assert set(there.triples) == set(here.triples)


def test_what_is_refused_elsewhere_is_the_error_of_here(elsewhere: KnowledgeGraph) -> None:
    with pytest.raises(BadParameter) as caught:
        elsewhere.ask("methods-for-phase", phase="maping-needs")
    assert caught.value.errors[0].nearest
    with pytest.raises(BadQuery) as bad:
        elsewhere.query("SELECT * {\n ?s ?p }")
    assert bad.value.line == 2
