"""Schemes, ontology, shapes and graphs as their pages list them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg.describe import names_in
from ihubkg.terms import BASE, PREFIXES, expand, shorten
from service.sheet import Term, Text, index, pick
from service.words import Words, written

Facts = Mapping[str, Mapping[str, Sequence[Term]]]

_TYPE = expand("rdf:type")
_CLASSES = frozenset({ox.NamedNode(expand("owl:Class"))})
_PROPERTIES = frozenset(
    ox.NamedNode(expand(f"owl:{kind}Property")) for kind in ("Object", "Datatype", "Annotation")
)


@dataclass(frozen=True)
class Concept:
    """A concept in the list of its scheme; `depth` says how far below the top it stands."""

    iri: str
    label: Text
    notation: str
    definition: Text | None
    depth: int


@dataclass(frozen=True)
class Scheme:
    """A concept scheme as a list."""

    iri: str
    title: Text
    description: Text | None
    concepts: tuple[Concept, ...]


@dataclass(frozen=True)
class Line:
    """A term of the ontology, or a shape: its anchor, words, and what it is tied to."""

    iri: str
    anchor: str
    label: str
    definition: str
    example: str = ""
    links: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ontology:
    """The ontology or a module of it."""

    iri: str
    title: str
    description: str
    version: str
    citation: str
    classes: tuple[Line, ...]
    properties: tuple[Line, ...]


@dataclass(frozen=True)
class Statement:
    """One statement of a graph, as words with the IRIs behind them."""

    subject: str
    subject_iri: str
    predicate: str
    value: str
    value_iri: str | None
    lang: str


def scheme(iri: str, triples: Sequence[ox.Triple], languages: Sequence[str]) -> Scheme:
    """Return the scheme `iri` with its concepts in their order, narrower ones below."""
    facts = index(triples)
    names = names_in(triples)
    this = ox.NamedNode(iri)
    inside = [one for one in facts if this in facts[one].get(expand("skos:inScheme"), ())]

    def order(one: str) -> tuple[bool, str, str]:
        notation = _first(facts, one, "skos:notation")
        return (not notation, notation.zfill(6) if notation.isdigit() else notation, one)

    def walk(ones: Iterable[str], depth: int) -> Iterable[Concept]:
        for one in sorted(ones, key=order):
            label = pick(names.get(one, {}), languages) or Text(shorten(one))
            definition = _text(facts, one, "skos:definition", languages)
            yield Concept(one, label, _first(facts, one, "skos:notation"), definition, depth)
            below = [
                n for n in inside if ox.NamedNode(one) in facts[n].get(expand("skos:broader"), ())
            ]
            yield from walk(below, depth + 1)

    top = [one for one in inside if not facts[one].get(expand("skos:broader"))]
    return Scheme(
        iri,
        pick(names.get(iri, {}), languages) or Text(shorten(iri)),
        _text(facts, iri, "dcterms:description", languages),
        tuple(walk(top, 0)),
    )


def ontology(iri: str, triples: Sequence[ox.Triple]) -> Ontology:
    """Return the ontology `iri` with its own classes and properties."""
    facts = index(triples)
    lines = {
        kinds: tuple(
            _line(facts, one)
            for one in sorted(facts)
            if one.startswith(BASE) and not kinds.isdisjoint(facts[one].get(_TYPE, ()))
        )
        for kinds in (_CLASSES, _PROPERTIES)
    }
    return Ontology(
        iri,
        _first(facts, iri, "dcterms:title") or iri,
        _first(facts, iri, "dcterms:description"),
        _first(facts, iri, "owl:versionInfo"),
        _first(facts, iri, "dcterms:bibliographicCitation"),
        lines[_CLASSES],
        lines[_PROPERTIES],
    )


def shapes(triples: Sequence[ox.Triple], words: Words) -> tuple[tuple[Line, tuple[Line, ...]], ...]:
    """Return each node shape with its property shapes, as sentences."""
    facts = index(triples)
    kind = ox.NamedNode(expand("sh:NodeShape"))
    listed = []
    for one in sorted(facts):
        if kind not in facts[one].get(_TYPE, ()) or not one.startswith(BASE):
            continue
        parts = [
            part.value
            for part in facts[one].get(expand("sh:property"), ())
            if isinstance(part, ox.NamedNode)
        ]
        parts.sort(key=lambda part: (_first(facts, part, "sh:order").zfill(4), part))
        listed.append((_line(facts, one), tuple(_rule(facts, part, words) for part in parts)))
    return tuple(listed)


def called(iri: str, triples: Sequence[ox.Triple]) -> str:
    """Return the title that `triples` give to the document `iri`."""
    facts = index(triples)
    found = (_first(facts, iri, name) for name in ("dcterms:title", "rdfs:label", "skos:prefLabel"))
    return next((name for name in found if name), "")


def beside(triples: Sequence[ox.Triple]) -> tuple[Line, ...]:
    """Return what a document of shapes holds beside shapes: groups of fields, and prefixes."""
    facts = index(triples)
    kinds = {ox.NamedNode(expand("sh:PropertyGroup"))}
    declared = expand("sh:prefix")
    return tuple(
        Line(
            one,
            one.partition("#")[2],
            _first(facts, one, "rdfs:label") or _first(facts, one, "sh:prefix"),
            _first(facts, one, "sh:namespace"),
        )
        for one in sorted(facts)
        if one.startswith(f"{BASE}shapes#")
        and (declared in facts[one] or not kinds.isdisjoint(facts[one].get(_TYPE, ())))
    )


def statements(triples: Sequence[ox.Triple], words: Words, most: int) -> tuple[Statement, ...]:
    """Return the first `most` statements, in the order of their subjects."""
    names = names_in(triples)
    result = []
    for triple in sorted(triples, key=str)[:most]:
        value = triple.object
        named = isinstance(value, ox.NamedNode)
        text = _words(value, names)
        subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
        lang = value.language or "" if isinstance(value, ox.Literal) else ""
        result.append(
            Statement(
                _words(triple.subject, names) if subject else "(without a name)",
                subject,
                words.property(triple.predicate.value),
                text,
                value.value if named and isinstance(value, ox.NamedNode) else None,
                lang,
            )
        )
    return tuple(result)


def _words(node: object, names: Mapping[str, Mapping[str, str]]) -> str:
    if isinstance(node, ox.Literal):
        return written(node.value, node.datatype.value)
    if isinstance(node, ox.NamedNode):
        found = pick(names.get(node.value, {}), ("en",))
        return found.text if found else shorten(node.value)
    return "(without a name)"


def _line(facts: Facts, iri: str) -> Line:
    links = (
        ("kind of", "rdfs:subClassOf"),
        ("kind of", "rdfs:subPropertyOf"),
        ("from", "rdfs:domain"),
        ("to", "rdfs:range"),
        ("applies to", "sh:targetClass"),
        ("source", "dcterms:source"),
    )
    label = _first(facts, iri, "rdfs:label") or _first(facts, iri, "skos:prefLabel")
    return Line(
        iri,
        iri.partition("#")[2] or iri,
        label or shorten(iri),
        _first(facts, iri, "skos:definition"),
        _first(facts, iri, "skos:example"),
        tuple((name, iris) for name, curie in links if (iris := _iris(facts, iri, curie))),
    )


def _iris(facts: Facts, iri: str, curie: str) -> tuple[str, ...]:
    return tuple(v.value for v in _values(facts, iri, curie) if isinstance(v, ox.NamedNode))


def _rule(facts: Facts, iri: str, words: Words) -> Line:
    """Return a property shape as what it asks of an editor."""
    level = _first(facts, iri, "sh:severity").removeprefix(PREFIXES["sh"])
    least = _first(facts, iri, "sh:minCount") or _first(facts, iri, "sh:qualifiedMinCount")
    notes = [_asked(level, least or ("1" if _values(facts, iri, "sh:hasValue") else ""))]
    for curie, phrase in (
        ("sh:maxCount", "at most {}"),
        ("sh:pattern", "written as {}"),
    ):
        value = _first(facts, iri, curie)
        notes += [phrase.format(value)] if value else []
    for curie in ("sh:class", "sh:datatype"):
        value = _first(facts, iri, curie)
        notes += [f"a {words.kind(value)}"] if value else []
    paths = _iris(facts, iri, "sh:path")
    return Line(
        iri,
        iri.partition("#")[2],
        _first(facts, iri, "sh:name") or shorten(iri),
        _first(facts, iri, "sh:description"),
        _first(facts, iri, "sh:message"),
        (("property", paths),) if paths else (),
        tuple(notes),
    )


def _asked(level: str, least: str) -> str:
    """Return how much a rule insists: on a value, or on what a value is like where there is one.

    >>> _asked("Violation", "1"), _asked("Violation", ""), _asked("Warning", "2")
    ('required', 'may be left out', 'recommended, at least 2')
    """
    if level == "Info":
        return "a hint"
    if least in ("", "0"):
        return "may be left out"
    word = "recommended" if level == "Warning" else "required"
    return word if least == "1" else f"{word}, at least {least}"


def _values(facts: Facts, iri: str, curie: str) -> Sequence[Term]:
    return facts.get(iri, {}).get(expand(curie), ())


def _first(facts: Facts, iri: str, curie: str) -> str:
    """Return the first value in English or without a language."""
    values = _values(facts, iri, curie)
    english = [v for v in values if not isinstance(v, ox.Literal) or v.language in (None, "en")]
    return english[0].value if english else ""


def _text(facts: Facts, iri: str, curie: str, languages: Sequence[str]) -> Text | None:
    values = _values(facts, iri, curie)
    found = {v.language or "": v.value for v in values if isinstance(v, ox.Literal)}
    return pick(found, languages)
