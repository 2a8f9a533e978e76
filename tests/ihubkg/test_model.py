from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import terms
from ihubkg.errors import IhubError, ParseError
from ihubkg.model import Model


@pytest.fixture
def small(tmp_path: Path) -> Model:
    """A model of a file per folder, each with one statement about itself."""
    for name in (
        "ontology/ihub-core.ttl",
        "ontology/ihub-dl.ttl",
        "ontology/voc/phase.ttl",
        "shapes/Method.ttl",
        "data/curated/hubs/harju.ttl",
        "data/curated/model.ttl",
        "data/interpreted/pairs.ttl",
        "data/source/newsletter-2.ttl",
        "data/prov.ttl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'<http://e/s> <http://e/in> "{name}" .')
    return Model.load(tmp_path)


def test_the_folder_of_a_file_decides_its_graph(small: Model) -> None:
    found = {(quad.object.value, quad.graph_name.value) for quad in small.quads()}  # type: ignore[union-attr]
    assert found == {
        ("ontology/ihub-core.ttl", terms.ONTOLOGY),
        ("ontology/voc/phase.ttl", terms.VOCAB),
        ("shapes/Method.ttl", terms.SHAPES),
        ("data/curated/hubs/harju.ttl", terms.CURATED),
        ("data/curated/model.ttl", terms.CURATED),
        ("data/interpreted/pairs.ttl", terms.INTERPRETED),
        ("data/source/newsletter-2.ttl", terms.graph("source/newsletter-2")),
        ("data/prov.ttl", terms.PROV),
    }
    assert set(small.graphs) == {graph for _, graph in found}


def test_the_dl_view_is_for_reasoners_alone(small: Model) -> None:
    assert "ontology/ihub-dl.ttl" not in {quad.object.value for quad in small.quads()}  # type: ignore[union-attr]


def test_blank_nodes_are_named_after_their_file_and_always_the_same(small: Model) -> None:
    text = "<http://e/s> <http://e/p> [ <http://e/q> 1 ] , [ <http://e/q> 2 ] ."
    (small.root / "ontology" / "ihub-core.ttl").write_text(text)
    (small.root / "data" / "curated" / "model.ttl").write_text(text)

    def names() -> list[set[str]]:
        return [
            {
                quad.object.value
                for quad in Model.load(small.root).quads()
                if quad.graph_name == ox.NamedNode(graph) and isinstance(quad.object, ox.BlankNode)
            }
            for graph in (terms.ONTOLOGY, terms.CURATED)
        ]

    first = names()
    assert first == names()
    assert [len(found) for found in first] == [2, 2]
    assert not first[0] & first[1]


def test_shapes_and_ontology_are_rdflib_graphs_read_once(small: Model) -> None:
    assert len(small.shapes) == 1
    assert len(small.ontology) == 2
    assert small.shapes is small.shapes


def test_a_file_that_is_not_turtle_is_named_with_its_place(small: Model) -> None:
    (small.root / "data" / "curated" / "model.ttl").write_text("<http://e/s>\n  nope:x 1 .")
    with pytest.raises(
        ParseError, match=r"^data/curated/model\.ttl:2:3: The prefix nope:"
    ) as caught:
        list(small.quads())
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_a_folder_without_ontology_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(IhubError, match="holds no ontology"):
        Model.load(tmp_path)


def test_queries_are_known_by_the_names_of_their_files(model: Model) -> None:
    for folder, found in (
        ("questions", set(model.questions)),
        ("views", set(model.views)),
        ("hygiene", set(model.hygiene)),
        ("rules", set(model.rules)),
    ):
        paths = (model.root / "queries" / folder).glob("*.rq")
        assert found == {path.stem for path in paths}
    assert model.rules["prp-trp"] == (model.root / "queries/rules/prp-trp.rq").read_text()


def test_the_packaged_files_fill_the_public_graphs(model: Model) -> None:
    public = set(terms.PUBLIC_GRAPHS) - {terms.INFERRED}
    assert public <= set(model.graphs)


def test_the_digest_is_that_of_the_files(small: Model) -> None:
    before = small.digest
    (small.root / "data" / "prov.ttl").write_text("")
    assert small.digest == before
    assert Model.load(small.root).digest != before
