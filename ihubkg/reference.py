"""The reference: each term of the ontology with its axioms in words, its questions and its shapes.

Made from the packaged files alone, so the page of the service and the Markdown file of a release
say the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import pyoxigraph as ox

from ihubkg import axioms, diagram
from ihubkg.axioms import Facts, Node, members, values
from ihubkg.diagram import Box, Row
from ihubkg.examples import Example, Examples
from ihubkg.model import Model
from ihubkg.question import Question
from ihubkg.terms import BASE, PREFIXES, expand, shorten
from ihubkg.tokens import Kind

NAMESPACE = PREFIXES["ihub"]
KINDS = {
    expand("owl:Class"): "class",
    expand("owl:ObjectProperty"): "object property",
    expand("owl:DatatypeProperty"): "data property",
    expand("owl:AnnotationProperty"): "annotation property",
}
ORDER = ("core", "actor", "model", "method", "practice", "evidence", "stats", "defined")
"""The modules as they build on each other; others come after them."""

_TRAITS = {
    "owl:TransitiveProperty": "What it leads to by several steps it leads to at once (transitive).",
    "owl:SymmetricProperty": "It holds in both directions (symmetric).",
    "owl:IrreflexiveProperty": "Nothing stands in it to itself (irreflexive).",
    "owl:FunctionalProperty": "It has at most one value (functional).",
}
_RIGIDITY = {
    "rigid": "What belongs to it belongs to it as long as it exists.",
    "anti-rigid": "What belongs to it may come to belong to it, and cease to.",
}
"""OntoClean's rigidity in words: http://www.loa.istc.cnr.it/ontoclean.html"""
_GROUPS = {
    "owl:AllDisjointClasses": "Has no member in common with {}.",
    "owl:AllDisjointProperties": "Never holds between the same two things as {}.",
}


@dataclass(frozen=True)
class Entry:
    """A term: what it is, what it is tied to, who uses and who constrains it; IRIs throughout.

    `below` are the terms of ours right below it, `leaving` and `arriving` the properties that start
    from and lead to a class; `axioms` are told in words, `formal` in Manchester syntax; `identity`
    says by what two descriptions of a member are known to mean the same thing; `example` is taken
    from the data.
    """

    iri: str
    module: str
    kind: str
    label: str
    definition: str
    notes: tuple[str, ...]
    examples: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]
    parents: tuple[str, ...]
    axioms: tuple[str, ...]
    questions: tuple[str, ...]
    shapes: tuple[str, ...]
    below: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    arriving: tuple[str, ...] = ()
    formal: tuple[str, ...] = ()
    identity: str = ""
    rigidity: str = ""
    example: Example | None = None

    @property
    def name(self) -> str:
        """The local name."""
        return self.iri.removeprefix(NAMESPACE)


@dataclass(frozen=True)
class Chapter:
    """A module with its terms, classes first."""

    name: str
    title: str
    description: str
    entries: tuple[Entry, ...]

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """Return the terms of that kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


@dataclass(frozen=True)
class Reference:
    """The modules that define terms, the questions by name, and the diagrams."""

    chapters: tuple[Chapter, ...]
    summaries: Mapping[str, str]

    @classmethod
    def of(cls, model: Model, inferred: Iterable[ox.Quad] = ()) -> "Reference":
        """Return the reference of the packaged ontology.

        Examples are taken from the packaged data, and from `inferred` where nothing is stated.
        """
        modules = {name: model.module(name) for name in model.modules}
        facts = axioms.index(triple for triples in modules.values() for triple in triples)
        uses = _inverted({name: used(one) for name, one in model.questions.items()})
        shapes = _inverted(_constrained(axioms.index(_shapes(model))))
        examples = Examples.of(model, inferred)
        chapters = []
        for name, triples in sorted(modules.items(), key=lambda pair: _place(pair[0])):
            iris = {iri for triple in triples for iri in _declared(triple)}
            entries = [
                replace(_entry(facts, iri, name, uses, shapes), example=examples.of_term(iri))
                for iri in iris
            ]
            entries.sort(key=lambda entry: ([*KINDS.values()].index(entry.kind), entry.name))
            header = ox.NamedNode(f"{BASE}ontology/{name}")
            title = _text(facts, header, "dcterms:title")
            about = _text(facts, header, "dcterms:description")
            if entries:
                chapters.append(Chapter(name, title, about, tuple(entries)))
        return cls(
            tuple(chapters), {name: one.summary["en"] for name, one in model.questions.items()}
        )

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The terms by IRI."""
        return {entry.iri: entry for chapter in self.chapters for entry in chapter.entries}

    @property
    def base(self) -> str:
        """The IRI against which examples are written."""
        return BASE

    @property
    def linked(self) -> int:
        """How many terms are tied to a term of another vocabulary."""
        return sum(
            any(not iri.startswith(NAMESPACE) for iri in entry.parents)
            or any("without a logical link" in axiom for axiom in entry.axioms)
            for entry in self.entries.values()
        )

    def drawing(self, chapter: Chapter, *, alone: bool = False) -> str:
        """Return the diagram of a module as SVG; `alone` gives it colours of its own."""
        boxes = _boxes(chapter, linked=not alone)
        own = len(chapter.of_kind("class"))
        arrows = len(chapter.of_kind("object property"))
        about = (
            f"{_counted(own, 'class', 'classes')} and "
            f"{_counted(arrows, 'object property', 'object properties')}. Indented boxes are kinds "
            "of the box above; dashed boxes belong to other modules. Each arrow leads from the "
            "class that has the property to the class of its values. The list of terms says the "
            "same in words."
        )
        title = f"Diagram of the module {chapter.name}"
        return diagram.draw(boxes, name=chapter.name, title=title, about=about, alone=alone)

    def markdown(self) -> Iterator[str]:
        """Yield the lines of the reference as Markdown, with the diagrams beside it."""
        yield from ("# Reference of the ontology", "")
        yield f"Examples are what the data say; prefixes as in `ihub.ttl`, `@base <{BASE}>`."
        for chapter in self.chapters:
            yield from ("", f"## {chapter.title}", "", chapter.description, "")
            yield f"![Diagram of the module {chapter.name}](diagrams/{chapter.name}.svg)"
            for entry in chapter.entries:
                yield from ("", f'### <a id="{entry.name}"></a>{entry.name}', "")
                yield f"*{entry.label}*, {entry.kind}. {entry.definition}"
                yield from self._facts(entry)

    def _facts(self, entry: Entry) -> Iterator[str]:
        links = partial(_links, known=self.entries)
        lists = (
            ("Kind of", links(entry.parents)),
            ("Kinds of it", links(entry.below)),
            ("From", links(entry.domains)),
            ("To", links(entry.ranges)),
            ("Its properties", links(entry.leaving)),
            ("Values of", links(entry.arriving)),
            ("Holds", " ".join(entry.axioms)),
            ("In Manchester syntax", ", ".join(f"`{one}`" for one in entry.formal)),
            ("Known again by", entry.identity),
            ("Membership", _RIGIDITY.get(entry.rigidity, "")),
            ("Note", " ".join(entry.notes)),
            ("Example", " ".join(entry.examples)),
            ("Questions", "; ".join(f"{self.summaries[n]} (`{n}`)" for n in entry.questions)),
            ("Shapes", ", ".join(f"`{shorten(iri)}`" for iri in entry.shapes)),
        )
        found = [f"- {name}: {text}" for name, text in lists if text]
        if found:
            yield from ("", *found)
        if entry.example:
            yield from ("", f"In the data, [{entry.example.label}]({entry.example.thing}):", "")
            yield from ("```turtle", *entry.example.turtle.splitlines(), "```")


def used(question: Question) -> frozenset[str]:
    """Return the IRIs of the ontology's terms that the query of a question names."""
    query = question.query
    found = set()
    for token in query.tokens:
        if token.kind is Kind.IRI:
            found.add(token.text[1:-1])
        elif token.kind is Kind.NAME and token.text.partition(":")[0] in query.prefixes:
            found.add(query.expand(token.text))
    return frozenset(iri for iri in found if iri.startswith(NAMESPACE) and iri != NAMESPACE)


def _place(module: str) -> tuple[int, str]:
    return (ORDER.index(module) if module in ORDER else len(ORDER), module)


def _entry(
    facts: Facts,
    iri: str,
    module: str,
    uses: Mapping[str, tuple[str, ...]],
    shapes: Mapping[str, tuple[str, ...]],
) -> Entry:
    node = ox.NamedNode(iri)
    kind = next(KINDS[t.value] for t in _named(facts, node, "rdf:type") if t.value in KINDS)
    parents = "rdfs:subClassOf" if kind == "class" else "rdfs:subPropertyOf"
    return Entry(
        iri=iri,
        module=module,
        kind=kind,
        label=_text(facts, node, "rdfs:label"),
        definition=_text(facts, node, "skos:definition"),
        notes=_texts(facts, node, "skos:scopeNote"),
        examples=_texts(facts, node, "skos:example"),
        domains=tuple(n.value for n in _named(facts, node, "rdfs:domain")),
        ranges=tuple(n.value for n in _named(facts, node, "rdfs:range")),
        parents=tuple(n.value for n in _named(facts, node, parents)),
        axioms=tuple(dict.fromkeys(_axioms(facts, node))),
        questions=uses.get(iri, ()),
        shapes=shapes.get(iri, ()),
        below=_ours(facts, node, f"^{parents}"),
        leaving=_ours(facts, node, "^rdfs:domain"),
        arriving=_ours(facts, node, "^rdfs:range"),
        formal=tuple(axioms.about(facts, node)),
        identity=_text(facts, node, "ihub:identityCriterion"),
        rigidity=_text(facts, node, "ihub:rigidity"),
    )


def _axioms(facts: Facts, node: ox.NamedNode) -> Iterator[str]:
    """Yield what holds of a term beyond superterms, domain and range, a sentence for each."""
    said = partial(values, facts, node)
    words = partial(_words, facts)
    for value in said("owl:equivalentClass"):
        yield f"Exactly these: {words(value)}."
    for lower in said("^rdfs:subClassOf"):
        if isinstance(lower, ox.BlankNode):
            yield f"Every {words(lower)} is one."
    for value in said("rdfs:subClassOf"):
        if isinstance(value, ox.BlankNode):
            yield f"Each {words(value)}."
    for value in _both(facts, node, "owl:disjointWith"):
        yield f"Has no member in common with {words(value)}."
    for value in _both(facts, node, "owl:propertyDisjointWith"):
        yield f"Never holds between the same two things as “{words(value)}”."
    for value in _both(facts, node, "owl:inverseOf"):
        yield f"Read the other way round it is “{words(value)}”."
    for value in said("owl:propertyChainAxiom"):
        yield f"Follows from {', then '.join(f'“{words(n)}”' for n in members(facts, value))}."
    for value in said("rdf:type"):
        if isinstance(value, ox.NamedNode) and shorten(value.value) in _TRAITS:
            yield _TRAITS[shorten(value.value)]
    yield from _apart(facts, node)
    for value in said("ihub:isCloseTo"):
        yield f"Close in meaning to {words(value)}, without a logical link."


def _apart(facts: Facts, node: ox.NamedNode) -> Iterator[str]:
    """Yield what keeps the members of a group apart, for each group that `node` is in."""
    for cell in values(facts, node, "^rdf:first"):
        head = cell
        while before := values(facts, head, "^rdf:rest"):
            head = before[0]
        for group in values(facts, head, "^owl:members"):
            others = [_words(facts, n) for n in members(facts, head) if n != node]
            text = " or ".join(filter(None, (", ".join(others[:-1]), others[-1])))
            for kind in _named(facts, group, "rdf:type"):
                if shorten(kind.value) in _GROUPS:
                    yield _GROUPS[shorten(kind.value)].format(text)


def _words(facts: Facts, node: Node) -> str:
    """Return a term or a class expression in words."""
    if isinstance(node, ox.Literal):
        return f"“{node.value}”"
    if isinstance(node, ox.NamedNode):
        label = _text(facts, node, "rdfs:label")
        return label if label and node.value.startswith(NAMESPACE) else shorten(node.value)
    parts = [m for head in values(facts, node, "owl:intersectionOf") for m in members(facts, head)]
    if parts:
        return " that ".join(_words(facts, part) for part in parts)
    prop = "".join(f"“{_words(facts, n)}”" for n in values(facts, node, "owl:onProperty"))
    some = [_words(facts, n) for n in values(facts, node, "owl:someValuesFrom")]
    given = [_words(facts, n) for n in values(facts, node, "owl:hasValue")]
    tied = [f"at least one {text}" for text in some] + given
    return f"is tied by {prop} to {' and '.join(tied)}"


def _boxes(chapter: Chapter, *, linked: bool) -> list[Box]:
    """Return the classes of a module, and those of others that it touches, as boxes.

    With `linked`, names lead to the terms on the page of the module, or of the whole ontology.
    """
    defined = {entry.iri for entry in chapter.entries}

    def href(iri: str) -> str:
        page = "" if iri in defined else "/ontology"
        return f"{page}#{_short(iri)}" if linked else ""

    own = {entry.iri: entry for entry in chapter.of_kind("class")}
    rows: dict[str, list[Row]] = {}
    touched: dict[str, None] = {}
    for entry in chapter.entries:
        drawn = entry.kind == "object property"
        for domain in entry.domains:
            for target in entry.ranges:
                touched |= dict.fromkeys((domain, target) if drawn else (domain,))
                row = Row(entry.name, _short(target), to=drawn, href=href(entry.iri))
                rows.setdefault(domain, []).append(row)
    above = {iri: _parents(entry, own) for iri, entry in own.items()}
    touched |= {iri: None for parents in above.values() for iri in parents}
    return [
        Box(
            name=_short(iri),
            rows=tuple(rows.get(iri, ())),
            above=tuple(_short(parent) for parent in above.get(iri, ())),
            own=iri in own,
            href=href(iri),
        )
        for iri in sorted({*own, *touched}, key=lambda iri: (iri not in own, _short(iri)))
    ]


def _parents(entry: Entry, own: Mapping[str, Entry]) -> tuple[str, ...]:
    ours = [iri for iri in entry.parents if iri.startswith(NAMESPACE)]
    return tuple(sorted(ours, key=lambda iri: (iri not in own, iri)))


def _short(iri: str) -> str:
    return shorten(iri).removeprefix("ihub:")


def _shapes(model: Model) -> Iterator[ox.Triple]:
    for path in sorted((model.root / "shapes").rglob("*.ttl")):
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            yield quad.triple


def _constrained(facts: Facts) -> Mapping[str, frozenset[str]]:
    """Return for each named shape the terms of the ontology that it speaks of."""
    found = {}
    for shape in facts:
        if not (isinstance(shape, ox.NamedNode) and shape.value.startswith(PREFIXES["ihubs"])):
            continue
        queue: list[object] = [shape]
        terms: set[str] = set()
        while queue:
            for name, found_values in facts.get(queue.pop(), {}).items():
                if name.startswith("^"):
                    continue
                terms |= {v.value for v in found_values if isinstance(v, ox.NamedNode)}
                queue += [v for v in found_values if isinstance(v, ox.BlankNode)]
        found[shape.value] = frozenset(iri for iri in terms if iri.startswith(NAMESPACE))
    return found


def _inverted(found: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    result: dict[str, list[str]] = {}
    for name in sorted(found):
        for iri in found[name]:
            result.setdefault(iri, []).append(name)
    return {iri: tuple(names) for iri, names in result.items()}


def _declared(triple: ox.Triple) -> tuple[str, ...]:
    """Return the term that a statement declares, if it does."""
    subject, kind = triple.subject, triple.object
    typed = triple.predicate.value == expand("rdf:type")
    if not (typed and isinstance(subject, ox.NamedNode) and isinstance(kind, ox.NamedNode)):
        return ()
    ours = subject.value.startswith(NAMESPACE) and kind.value in KINDS
    return (subject.value,) if ours else ()


def _ours(facts: Facts, node: ox.NamedNode, curie: str) -> tuple[str, ...]:
    found = (one.value for one in _named(facts, node, curie))
    return tuple(sorted(iri for iri in found if iri.startswith(NAMESPACE)))


def _named(facts: Facts, node: object, curie: str) -> list[ox.NamedNode]:
    return [n for n in values(facts, node, curie) if isinstance(n, ox.NamedNode)]


def _both(facts: Facts, node: ox.NamedNode, curie: str) -> list[Node]:
    """Return what stands in a symmetric relation to `node`, whichever side says so."""
    return [*values(facts, node, curie), *values(facts, node, f"^{curie}")]


def _texts(facts: Facts, node: object, curie: str) -> tuple[str, ...]:
    return tuple(
        re.sub(r"\s+", " ", v.value)
        for v in values(facts, node, curie)
        if isinstance(v, ox.Literal) and v.language in (None, "en")
    )


def _text(facts: Facts, node: object, curie: str) -> str:
    return next(iter(_texts(facts, node, curie)), "")


def _links(iris: Iterable[str], known: Mapping[str, Entry]) -> str:
    return ", ".join(
        f"[{_short(iri)}](#{_short(iri)})" if iri in known else f"`{shorten(iri)}`" for iri in iris
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
