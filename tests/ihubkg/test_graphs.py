import pyoxigraph as ox
import pytest
import rdflib

from ihubkg.errors import ParseError
from ihubkg.graphs import to_oxigraph, to_rdflib

TEXT = """
<http://e/s> <http://e/p> <http://e/o> , "x" , "x"@en ,
  "01"^^<http://www.w3.org/2001/XMLSchema#integer> ,
  "1E1000000000"^^<http://www.w3.org/2001/XMLSchema#decimal> , [ <http://e/q> true ] .
"""


def test_a_graph_survives_both_ways_with_its_lexical_forms() -> None:
    before = ox.Dataset(ox.parse(TEXT, format=ox.RdfFormat.TURTLE))
    after = ox.Dataset(ox.Quad(*triple) for triple in to_oxigraph(to_rdflib(before)))
    for dataset in (before, after):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert before == after
    assert '"01"' in str(after)
    assert '"1E1000000000"' in str(after)


def test_the_rdflib_graph_knows_our_prefixes() -> None:
    graph = to_rdflib([])
    assert dict(graph.namespaces())["skos"] == rdflib.URIRef("http://www.w3.org/2004/02/skos/core#")


@pytest.mark.parametrize(
    "text",
    [
        "<http://e/s> <http://e/p> <<( <http://e/a> <http://e/b> <http://e/c> )>> .",
        '<http://e/s> <http://e/p> "x"@en--ltr .',
    ],
)
def test_terms_of_rdf_1_2_are_refused(text: str) -> None:
    with pytest.raises(ParseError, match=r"RDF 1\.2"):
        to_rdflib(ox.parse(text, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    "triple",
    [
        (rdflib.URIRef("http://e/ s"), rdflib.RDF.type, rdflib.RDF.Bag),
        (rdflib.Literal("x"), rdflib.RDF.type, rdflib.RDF.Bag),
        (rdflib.RDF.Bag, rdflib.BNode(), rdflib.RDF.Bag),
        (rdflib.RDF.Bag, rdflib.RDF.type, rdflib.Variable("x")),
    ],
    ids=["bad IRI", "literal subject", "blank predicate", "variable"],
)
def test_what_is_not_rdf_is_refused(
    triple: tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node],
) -> None:
    graph = rdflib.Graph()
    graph.add(triple)
    with pytest.raises(ParseError, match="not RDF"):
        list(to_oxigraph(graph))
