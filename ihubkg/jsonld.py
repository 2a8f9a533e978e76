"""JSON-LD as programmers like it: one tree from one thing, short names, the same shape each time.

The context is made from the ontology: a property's kind gives its coercion, so values stand as
plain strings, numbers and references. A document carries the part of the context that it uses and
so can be read without a second request; `/context.jsonld` serves the whole.
https://www.w3.org/TR/json-ld11/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH

from ihubkg.terms import PREFIXES, shorten, split

_RDF = PREFIXES["rdf"]
_XSD = PREFIXES["xsd"]
TYPE = ox.NamedNode(_RDF + "type")
FIRST = ox.NamedNode(_RDF + "first")
REST = ox.NamedNode(_RDF + "rest")
NIL = ox.NamedNode(_RDF + "nil")

PREFERRED = ("ihub", "skos", "dcterms", "rdfs", "schema", "foaf", "dcat", "prov", "org", "owl")
"""Whose local name becomes the short one where several namespaces have it."""

LANGUAGE_MAPS = frozenset(
    PREFIXES["skos"] + name
    for name in (
        "prefLabel",
        "altLabel",
        "hiddenLabel",
        "definition",
        "scopeNote",
        "editorialNote",
        "example",
        "note",
        "historyNote",
        "changeNote",
    )
) | {
    PREFIXES["dcterms"] + "title",
    PREFIXES["dcterms"] + "description",
    PREFIXES["rdfs"] + "label",
    PREFIXES["schema"] + "text",
    PREFIXES["ihub"] + "rationale",
    PREFIXES["ihub"] + "quotation",
}
"""Properties whose texts stand as `{language: text}`."""

_NATIVE = {
    _XSD + "boolean": re.compile(r"true|false"),
    _XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,14}"),
}
"""Lexical forms that survive as JSON values."""

Subject = ox.NamedNode | ox.BlankNode
Value = ox.NamedNode | ox.BlankNode | ox.Literal
Facts = dict[Subject, dict[ox.NamedNode, list[Value]]]


@dataclass(frozen=True)
class Entry:
    """What the context says of one property: its IRI, coercion, and how its values stand."""

    iri: str
    coercion: str | None = None
    language_map: bool = False
    single: bool = False

    def definition(self) -> str | dict[str, Any]:
        """Return the term definition."""
        result: dict[str, Any] = {"@id": shorten(self.iri)}
        if self.language_map:
            result["@container"] = "@language"
        elif self.coercion is not None:
            result["@type"] = self.coercion if self.coercion == "@id" else shorten(self.coercion)
        if not self.single and not self.language_map:
            result["@container"] = "@set"
        return result if len(result) > 1 else shorten(self.iri)


@dataclass(frozen=True)
class Context:
    """Short names for properties and classes."""

    properties: Mapping[str, tuple[str, Entry]]
    """IRI of a property → its short name and entry."""
    classes: Mapping[str, str]
    """IRI of a class → its short name."""

    @classmethod
    def of(cls, ontology: rdflib.Graph, shapes: rdflib.Graph) -> "Context":
        """Return the context that ontology and shapes together describe."""
        single = _single(shapes)
        taken: set[str] = {"id", "type"}
        properties = {
            iri: (_claim(iri, taken), _entry(ontology, iri, iri in single))
            for iri in _ranked(_declared(ontology, _PROPERTY_KINDS))
        }
        classes = {
            iri: _claim(iri, taken) for iri in _ranked(_declared(ontology, (OWL.Class, RDFS.Class)))
        }
        return cls(properties, classes)

    def document(self) -> dict[str, Any]:
        """Return the whole context as a JSON-LD document."""
        names = {name: entry.definition() for name, entry in self.properties.values()}
        classes = {name: shorten(iri) for iri, name in self.classes.items() if ":" not in name}
        prefixes = {k: v for k, v in sorted(PREFIXES.items())}
        return {"@context": {**_KEYWORDS, **prefixes, **dict(sorted((names | classes).items()))}}


_KEYWORDS: Mapping[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
_PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def frame(triples: Iterable[ox.Triple], root: str, context: Context) -> dict[str, Any]:
    """Return the statements as one tree that grows from `root`.

    A node is described where it is first reached; elsewhere stands a reference. What `root` does
    not reach forwards is reached backwards (`@reverse`), and what neither reaches is `@included`.
    """
    return _Tree(_facts(triples), context).document(ox.NamedNode(root))


@dataclass
class _Tree:
    """One document in the making: what was written already and which names it used."""

    facts: Facts
    context: Context
    written: set[Subject] = field(default_factory=set)
    used: dict[str, Any] = field(default_factory=dict)
    prefixes: set[str] = field(default_factory=set)

    def document(self, root: ox.NamedNode) -> dict[str, Any]:
        """Return the tree with the part of the context that it uses."""
        self.written.add(root)
        reached = self._reachable(root)
        tree = self._node(root)
        backwards = self._backwards(root, reached)
        if backwards:
            tree["@reverse"] = backwards
        rest = [self._described(node) for node in self._left()]
        if rest:
            tree["@included"] = rest
        return {"@context": self._used_context(), **tree}

    def _used_context(self) -> dict[str, Any]:
        for definition in self.used.values():
            self._note(definition if isinstance(definition, str) else definition["@id"])
            if isinstance(definition, dict):
                self._note(definition.get("@type", ""))
        prefixes = {name: PREFIXES[name] for name in sorted(self.prefixes)}
        return {**_KEYWORDS, **prefixes, **dict(sorted(self.used.items()))}

    def _note(self, curie: str) -> None:
        prefix = curie.partition(":")[0]
        if prefix in PREFIXES:
            self.prefixes.add(prefix)

    def _reachable(self, root: Subject) -> set[Subject]:
        """Return the nodes that `root` reaches forwards."""
        seen: set[Subject] = {root}
        queue = [root]
        while queue:
            for values in self.facts.get(queue.pop(), {}).values():
                for value in values:
                    if not isinstance(value, ox.Literal) and value not in seen:
                        seen.add(value)
                        queue.append(value)
        return seen

    def _backwards(self, root: ox.NamedNode, reached: set[Subject]) -> dict[str, list[Any]]:
        """Return what points at `root` from nodes that the tree does not hold otherwise."""
        result: dict[str, list[Any]] = {}
        for node in sorted(self.facts, key=str):
            if node in reached or node in self.written:
                continue
            links = [p for p, values in self.facts[node].items() if root in values]
            for link in sorted(links, key=str):
                values = self.facts[node][link]
                values.remove(root)
                if not values:
                    del self.facts[node][link]
                key = self._name(link.value)
                result.setdefault(key, []).append(self._reference_or_tree(node))
        return result

    def _left(self) -> Iterator[Subject]:
        blank = [n for n in self.facts if isinstance(n, ox.BlankNode)]
        nodes: list[Subject] = [n for n in self.facts if isinstance(n, ox.NamedNode)]
        for node in (*sorted(nodes, key=str), *sorted(blank, key=str)):
            if node not in self.written and self.facts[node]:
                yield node

    def _described(self, node: Subject) -> dict[str, Any]:
        self.written.add(node)
        return self._node(node)

    def _node(self, node: Subject) -> dict[str, Any]:
        facts = self.facts.get(node, {})
        tree: dict[str, Any] = {"id": _identifier(node)}
        types = facts.get(TYPE, [])
        if types:
            tree["type"] = sorted(self._class(value) for value in types)
        for predicate in sorted(facts, key=lambda p: self._order(p.value)):
            if predicate != TYPE:
                self._put(tree, predicate.value, facts[predicate])
        return tree

    def _order(self, iri: str) -> tuple[bool, str]:
        name = self.context.properties[iri][0] if iri in self.context.properties else shorten(iri)
        return (name != "prefLabel", name)

    def _put(self, tree: dict[str, Any], predicate: str, values: list[Value]) -> None:
        """Add a property under its short name, what does not fit under its long one."""
        entry = self.context.properties.get(predicate)
        rest = values
        if entry is not None and entry[1].language_map:
            texts = [v for v in values if isinstance(v, ox.Literal) and v.language]
            rest = [v for v in values if not (isinstance(v, ox.Literal) and v.language)]
            if texts:
                tree[self._name(predicate)] = _by_language(texts)
        if not rest:
            return
        plain = entry is None or entry[1].language_map
        coercion = None if entry is None or plain else entry[1].coercion
        rendered = [self._value(v, coercion) for v in sorted(rest, key=_rank)]
        key = self._long(predicate) if plain else self._name(predicate)
        single = entry is not None and entry[1].single and not plain and len(rendered) == 1
        tree[key] = rendered[0] if single else rendered

    def _name(self, predicate: str) -> str:
        entry = self.context.properties.get(predicate)
        if entry is None:
            return self._long(predicate)
        self.used[entry[0]] = entry[1].definition()
        return entry[0]

    def _long(self, iri: str) -> str:
        curie = shorten(iri)
        self._note(curie)
        return curie

    def _class(self, value: Value) -> str:
        iri = value.value
        name = self.context.classes.get(iri)
        if name is None or ":" in name:
            return self._long(iri)
        self.used[name] = shorten(iri)
        return name

    def _value(self, value: Value, coercion: str | None) -> object:
        if isinstance(value, ox.Literal):
            return self._literal(value, coercion)
        members = self._members(value)
        if members is not None:
            return {"@list": [self._value(member, None) for member in members]}
        tree = self._reference_or_tree(value)
        return tree["id"] if coercion == "@id" and len(tree) == 1 else tree

    def _reference_or_tree(self, node: Subject) -> dict[str, Any]:
        if node in self.written or not self.facts.get(node):
            return {"id": _identifier(node)}
        return self._described(node)

    def _literal(self, value: ox.Literal, coercion: str | None) -> object:
        if value.language is not None:
            return {"@language": value.language, "@value": value.value}
        datatype = value.datatype.value
        native = _NATIVE.get(datatype)
        if coercion == datatype:
            return value.value
        if coercion is None and native is not None and native.fullmatch(value.value):
            return value.value == "true" if datatype.endswith("boolean") else int(value.value)
        if datatype == _XSD + "string":
            return value.value if coercion is None else {"@value": value.value}
        return {"type": self._long(datatype), "@value": value.value}

    def _members(self, node: Subject) -> list[Value] | None:
        """Return the members of the list that begins at `node`, or None where it is none."""
        if node == NIL:
            return []
        members: list[Value] = []
        links: list[Subject] = []
        link: Value = node
        while link != NIL:
            facts = self.facts.get(link) if isinstance(link, ox.BlankNode) else None
            if facts is None or facts.keys() != {FIRST, REST} or link in self.written:
                return None
            if len(facts[FIRST]) != 1 or len(facts[REST]) != 1 or link in links:
                return None
            members.append(facts[FIRST][0])
            if isinstance(link, ox.BlankNode):
                links.append(link)
            link = facts[REST][0]
        self.written.update(links)
        return members


def _facts(triples: Iterable[ox.Triple]) -> Facts:
    facts: Facts = {}
    for triple in dict.fromkeys(triples):
        subject, value = triple.subject, triple.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        facts.setdefault(subject, {}).setdefault(triple.predicate, []).append(value)
    return facts


def _identifier(node: Subject) -> str:
    return node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"


def _rank(value: Value) -> tuple[bool, str, str]:
    language = value.language or "" if isinstance(value, ox.Literal) else ""
    return (isinstance(value, ox.Literal), language, value.value)


def _by_language(texts: Iterable[ox.Literal]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for text in sorted(texts, key=_rank):
        result.setdefault(text.language or "", []).append(text.value)
    return {tag: found if len(found) > 1 else found[0] for tag, found in result.items()}


def _declared(ontology: rdflib.Graph, kinds: Iterable[rdflib.URIRef]) -> set[str]:
    return {
        str(node)
        for kind in kinds
        for node in ontology.subjects(RDF.type, kind)
        if isinstance(node, rdflib.URIRef)
    }


def _ranked(iris: Iterable[str]) -> list[str]:
    def rank(iri: str) -> tuple[int, str]:
        parts = split(iri)
        prefix = parts[0] if parts else ""
        return (PREFERRED.index(prefix) if prefix in PREFERRED else len(PREFERRED), iri)

    return sorted(iris, key=rank)


def _claim(iri: str, taken: set[str]) -> str:
    """Return the short name of `iri`: its local name, or its CURIE where that is taken."""
    parts = split(iri)
    name = parts[1] if parts and parts[1] not in taken else shorten(iri)
    taken.add(name)
    return name


def _entry(ontology: rdflib.Graph, iri: str, single: bool) -> Entry:
    node = rdflib.URIRef(iri)
    if iri in LANGUAGE_MAPS:
        return Entry(iri, language_map=True)
    if (node, RDF.type, OWL.ObjectProperty) in ontology:
        return Entry(iri, "@id", single=single)
    datatype = ontology.value(node, RDFS.range)
    coercion = str(datatype) if datatype is not None and str(datatype).startswith(_XSD) else None
    if coercion in (_XSD + "string", *_NATIVE):
        coercion = None
    return Entry(iri, coercion, single=single)


def _single(shapes: rdflib.Graph) -> set[str]:
    """Return the properties of which every shape that constrains them allows one value."""
    most: dict[str, list[bool]] = {}
    for shape, path in shapes.subject_objects(SH.path):
        if isinstance(path, rdflib.URIRef):
            most.setdefault(str(path), []).append(str(shapes.value(shape, SH.maxCount)) == "1")
    return {iri for iri, ones in most.items() if all(ones)}
