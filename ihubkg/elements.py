"""On which line of an RDF/XML text each statement stands.

A reading of the striped syntax that is good enough for places: elements with their attributes and
text, not containers, reification or typed collections. The statements themselves come from
pyoxigraph; what is not found here has no place. https://www.w3.org/TR/rdf-syntax-grammar/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import pyoxigraph as ox

from ihubkg.errors import ParseError
from ihubkg.marks import Entry, Index, Mark, Term, Text
from ihubkg.positions import resolve
from ihubkg.terms import PREFIXES

_RDF = PREFIXES["rdf"]
_XML = "http://www.w3.org/XML/1998/namespace"
_TYPE = ox.NamedNode(_RDF + "type")
_SYNTAX = frozenset(
    _RDF + name for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType")
)


def index(text: str, *, base: str) -> Index:
    """Return the index of an RDF/XML text that pyoxigraph has read with the base IRI `base`.

    Raises:
        ParseError: it is not XML.
    """
    return _Walk(text, base).index()


@dataclass
class _Element:
    """An open element: a node, or a property of the node around it."""

    is_node: bool
    mark: Mark
    base: str
    language: str | None
    subject: Term | None = None
    predicate: ox.NamedNode | None = None
    datatype: str | None = None
    value: Term | None = None
    words: list[str] = field(default_factory=list)
    nested: bool = False


class _Walk:
    def __init__(self, text: str, base: str) -> None:
        self.text = Text(text)
        self.base = base
        self.open: list[_Element] = []
        self.entries: list[Entry] = []
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.words

    def index(self) -> Index:
        try:
            self.parser.Parse(self.text.content.encode(), True)
        except (expat.ExpatError, ValueError) as error:
            raise ParseError(f"The places in the text cannot be told: {error}") from error
        return Index(self.entries)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        named = {key.replace(" ", ""): value for key, value in attributes.items()}
        around = self.open[-1] if self.open else None
        base = named.get(_XML + "base", around.base if around else self.base)
        language = named.get(_XML + "lang", around.language if around else None)
        iri = name.replace(" ", "")
        element = _Element(not around or not around.is_node, self.line(), base, language)
        if iri == _RDF + "RDF" and around is None:
            element.is_node = False
        elif element.is_node:
            self.node(element, iri, named)
        else:
            self.property(element, iri, named)
        self.open.append(element)

    def node(self, element: _Element, iri: str, named: Mapping[str, str]) -> None:
        if _RDF + "about" in named:
            element.subject = ox.NamedNode(resolve(element.base, named[_RDF + "about"]))
        elif _RDF + "ID" in named:
            element.subject = ox.NamedNode(resolve(element.base, f"#{named[_RDF + 'ID']}"))
        else:
            element.subject = ox.BlankNode()
        around = self.open[-1] if self.open else None
        if around is not None and around.predicate is not None:
            around.value = element.subject
            around.nested = True
        if iri != _RDF + "Description":
            self.add(element.subject, _TYPE, ox.NamedNode(iri), element.mark)
        self.attributes(element.subject, element, named)

    def attributes(self, subject: Term, element: _Element, named: Mapping[str, str]) -> None:
        for key, value in named.items():
            if key in _SYNTAX or key.startswith(_XML) or ":" not in key:
                continue
            self.add(subject, ox.NamedNode(key), _literal(value, element), element.mark)

    def property(self, element: _Element, iri: str, named: Mapping[str, str]) -> None:
        element.subject = self.open[-1].subject
        element.predicate = ox.NamedNode(iri)
        element.datatype = named.get(_RDF + "datatype")
        if _RDF + "resource" in named:
            element.value = ox.NamedNode(resolve(element.base, named[_RDF + "resource"]))
        if named.get(_RDF + "parseType") == "Resource":
            element.value = element.subject = ox.BlankNode()
            element.is_node = True

    def end(self, _name: str) -> None:
        element = self.open.pop()
        if element.predicate is None or element.subject is None:
            return
        subject = self.open[-1].subject if self.open else None
        value = element.value
        if value is None and not element.nested:
            value = _literal("".join(element.words), element)
        if subject is not None and value is not None:
            self.add(subject, element.predicate, value, element.mark)

    def words(self, text: str) -> None:
        if self.open:
            self.open[-1].words.append(text)

    def add(self, subject: Term, predicate: ox.NamedNode, value: Term, mark: Mark) -> None:
        self.entries.append(Entry(subject, predicate, value, mark, mark, mark))

    def line(self) -> Mark:
        """Return the mark of the line on which the parser is."""
        number = self.parser.CurrentLineNumber
        start = self.text.offset(number, 1)
        end = self.text.content.find("\n", start)
        line = self.text.content[start : end if end >= 0 else None].rstrip()
        indent = len(line) - len(line.lstrip())
        return Mark(start + indent, start + len(line))


def _literal(text: str, element: _Element) -> ox.Literal:
    if element.datatype is not None:
        return ox.Literal(text, datatype=ox.NamedNode(resolve(element.base, element.datatype)))
    if element.language:
        return ox.Literal(text, language=element.language)
    return ox.Literal(text)
