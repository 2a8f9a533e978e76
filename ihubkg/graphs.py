"""The same triples in both libraries: pyoxigraph's terms and rdflib's, without touching a literal.

Lexical forms stay as they are: rdflib is told not to normalise, so `"01"^^xsd:integer` survives.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
import rdflib

from ihubkg.errors import ParseError
from ihubkg.terms import PREFIXES

XSD_STRING = PREFIXES["xsd"] + "string"
_RDF_LANGUAGE_STRING = PREFIXES["rdf"] + "langString"

Term = ox.NamedNode | ox.BlankNode | ox.Literal


def to_rdflib(triples: Iterable[ox.Quad | ox.Triple]) -> rdflib.Graph:
    """Return an rdflib graph of `triples`, whichever graph they are in.

    Raises:
        ParseError: a triple holds a term of RDF 1.2 that rdflib cannot carry.
    """
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    for triple in triples:
        graph.add(
            (rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object))
        )
    return graph


def to_oxigraph(graph: rdflib.Graph) -> Iterator[ox.Triple]:
    """Yield the triples of an rdflib graph as pyoxigraph's.

    Raises:
        ParseError: the graph holds something that is not RDF, such as a literal subject.
    """
    for s, p, o in graph:
        subject, predicate, value = oxigraph_term(s), oxigraph_term(p), oxigraph_term(o)
        if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
            raise ParseError(f"The triple {s!r} {p!r} {o!r} is not RDF.")
        yield ox.Triple(subject, predicate, value)


def rdflib_term(term: object) -> rdflib.term.Node:
    """Return a term of pyoxigraph as rdflib's.

    Raises:
        ParseError: it is a term of RDF 1.2.
    """
    match term:
        case ox.NamedNode():
            return rdflib.URIRef(term.value)
        case ox.BlankNode():
            return rdflib.BNode(term.value)
        case ox.Literal() if term.direction is None:
            if term.language is not None:
                return rdflib.Literal(term.value, lang=term.language)
            if term.datatype.value == XSD_STRING:
                return rdflib.Literal(term.value)
            datatype = rdflib.URIRef(term.datatype.value)
            return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    raise ParseError(f"The term {term} is of RDF 1.2, which is not supported here: leave it out.")


def oxigraph_term(term: rdflib.term.Node) -> Term:
    """Return a term of rdflib as pyoxigraph's.

    Raises:
        ParseError: it is not a term of RDF.
    """
    try:
        match term:
            case rdflib.URIRef():
                return ox.NamedNode(str(term))
            case rdflib.BNode():
                return ox.BlankNode(str(term))
            case rdflib.Literal() if term.language is not None:
                return ox.Literal(str(term), language=term.language)
            case rdflib.Literal() if term.datatype is not None:
                return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))
            case rdflib.Literal():
                return ox.Literal(str(term))
    except ValueError as error:
        raise ParseError(f"The term {term!r} is not RDF: {error}") from error
    raise ParseError(f"The term {term!r} is not RDF.")
