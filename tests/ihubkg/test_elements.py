import pyoxigraph as ox
import pytest

from ihubkg.elements import index
from ihubkg.errors import ParseError

RDF = """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://s/">
  <s:Hub r:about="http://h/1">
    <s:name xml:lang="et">Keskus</s:name>
    <s:knows r:resource="2"/>
  </s:Hub>
</r:RDF>
"""


def test_each_statement_stands_on_its_line() -> None:
    found = index(RDF, base="http://h/")
    shown = {RDF[e.at_object.start : e.at_object.end]: e.object for e in found.entries}
    assert shown == {
        '<s:Hub r:about="http://h/1">': ox.NamedNode("http://s/Hub"),
        '<s:name xml:lang="et">Keskus</s:name>': ox.Literal("Keskus", language="et"),
        '<s:knows r:resource="2"/>': ox.NamedNode("http://h/2"),
    }


def test_the_statements_are_those_of_the_parser() -> None:
    quads = [*ox.parse(RDF, format=ox.RdfFormat.RDF_XML, base_iri="http://h/")]
    ours = {(e.subject, e.predicate, e.object) for e in index(RDF, base="http://h/").entries}
    assert ours == {(quad.subject, quad.predicate, quad.object) for quad in quads}


def test_what_is_no_xml_has_no_places() -> None:
    with pytest.raises(ParseError, match="places in the text"):
        index(RDF.replace("</s:Hub>", ""), base="http://h/")
