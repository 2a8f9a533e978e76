"""The description of one thing as a page shows it: sentences, marks of basis, passages.

Made from the very triples that the other forms serve; nothing is asked of the store but which
statements are our reading and which follow by rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from ihubkg.describe import NAMES, names_in
from ihubkg.terms import BASE, INFERRED, INTERPRETED, PREFIXES, concept, shorten, term
from service.words import COUNTRY, ORDER, Words, apart, country, written

Subject = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal
Origins = Mapping[tuple[str, Term], str]

_TYPE = PREFIXES["rdf"] + "type"
_CITATION = term("hasCitation")
_SOURCE = PREFIXES["dcterms"] + "source"
_BASIS = term("basis")
_DESCRIPTION = tuple(
    PREFIXES[prefix] + name
    for prefix, name in (
        ("dcterms", "description"),
        ("skos", "definition"),
        ("schema", "text"),
        ("skos", "scopeNote"),
        ("skos", "note"),
        ("ihub", "rationale"),
    )
)
_EDITORIAL = PREFIXES["skos"] + "editorialNote"
_OTHER_NAMES = PREFIXES["skos"] + "altLabel"
_RECORD = term("Record")

_APART = frozenset(
    {
        _TYPE,
        _SOURCE,
        _CITATION,
        _BASIS,
        _EDITORIAL,
        _OTHER_NAMES,
        term("hasSource"),
        term("locator"),
        term("quotation"),
        PREFIXES["dcterms"] + "identifier",
        PREFIXES["rdfs"] + "isDefinedBy",
        *_DESCRIPTION,
        *(name.value for name in NAMES),
    }
)
"""Properties that a page shows in a place of their own."""

_SHORTCUTS = frozenset(
    term(name)
    for name in (
        "suitedToPhase",
        "hasAppraisal",
        "involvesRole",
        "hasEvidenceLine",
        "memberOf",
        "hasMember",
        "includesMethod",
        "includedInVersion",
        "precedes",
        "concerns",
        "hasParticipant",
        "participatedIn",
    )
)
"""Properties whose derived statements repeat what a record on the same page says in full."""


_ABOVE = frozenset(
    term(name)
    for name in (
        "Record",
        "Situation",
        "SourcedStatement",
        "Design",
        "PlannedStep",
        "ClaimTopic",
        "MethodAppraisal",
    )
)
"""Classes too wide to name a record by."""


@dataclass(frozen=True)
class Text:
    """Words and their language; `""` where it is not said."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class Passage:
    """A place in a source."""

    iri: str
    source: Text
    locator: str = ""
    quotations: tuple[Text, ...] = ()
    url: str = ""
    issued: str = ""


@dataclass(frozen=True)
class Value:
    """One value: its words, where they lead, how they are held, and what belongs to them."""

    text: Text
    iri: str | None = None
    basis: str = ""
    texts: tuple[Text, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A property by its plain name, with its values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Sheet:
    """All that a page shows of one thing."""

    iri: str
    title: Text
    kinds: tuple[tuple[str, str], ...]
    names: tuple[Text, ...] = ()
    texts: tuple[Text, ...] = ()
    facts: tuple[Fact, ...] = ()
    mentions: tuple[Fact, ...] = ()
    passages: tuple[Passage, ...] = ()
    incoming: tuple[Fact, ...] = ()
    notes: tuple[Text, ...] = ()
    identifier: str = ""
    basis: str = ""


def sheet(
    iri: str,
    triples: Sequence[ox.Triple],
    origins: Origins,
    words: Words,
    languages: Sequence[str],
) -> Sheet:
    """Return what a page shows of `iri`."""
    return _Drafting(index(triples), names_in(triples), origins, words, languages).sheet(iri)


def pick(names: Mapping[str, str], languages: Sequence[str]) -> Text | None:
    """Return the name in the first language there is, else in any."""
    for language in (*languages, "", *sorted(names)):
        if language in names:
            return Text(names[language], language)
    return None


@dataclass
class _Drafting:
    """One page in the making."""

    facts: Mapping[str, Mapping[str, Sequence[Term]]]
    names: Mapping[str, Mapping[str, str]]
    origins: Origins
    words: Words
    languages: Sequence[str]
    shown: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)

    def sheet(self, iri: str) -> Sheet:
        """Return the page of `iri`."""
        own = self.facts.get(iri, {})
        self.shown.add(iri)
        kinds = self.kinds(iri)
        facts = self.own_facts(iri, kinds)
        return Sheet(
            iri=iri,
            title=self.name(iri),
            kinds=tuple((self.words.kind(kind), kind) for kind in kinds[:1]),
            names=self.texts(own.get(_OTHER_NAMES, ())) + self.other_names(iri),
            texts=self.sentences(iri),
            facts=facts,
            mentions=self.mentions(iri),
            passages=self.passages(iri),
            incoming=self.incoming(iri),
            notes=self.texts(own.get(_EDITORIAL, ())),
            identifier=_first(own.get(PREFIXES["dcterms"] + "identifier", ())),
            basis=self.basis(iri),
        )

    def kinds(self, iri: str) -> list[str]:
        """Return the classes of `iri`: those asserted, ours first, then the others."""
        types = [t for t in self.facts.get(iri, {}).get(_TYPE, ()) if isinstance(t, ox.NamedNode)]

        def rank(node: ox.NamedNode) -> tuple[bool, bool, str]:
            derived = self.origins.get((_TYPE, node)) == INFERRED
            return (derived, not node.value.startswith(BASE), node.value)

        return [node.value for node in sorted(types, key=rank)]

    def name(self, iri: str) -> Text:
        """Return what `iri` is called."""
        found = pick(self.names.get(iri, {}), self.languages)
        return found or Text(country(iri) or _address(iri), "en" if country(iri) else "")

    def other_names(self, iri: str) -> tuple[Text, ...]:
        """Return the names of `iri` in other languages than the one shown."""
        title = self.name(iri)
        names = self.names.get(iri, {})
        return tuple(Text(n, tag) for tag, n in sorted(names.items()) if n != title.text)

    def texts(self, values: Iterable[Term]) -> tuple[Text, ...]:
        """Return the words of literals, in the reader's language where a text has several."""
        found = [Text(v.value, v.language or "") for v in values if isinstance(v, ox.Literal)]
        for language in self.languages:
            mine = [t for t in found if t.lang in (language, "")]
            if any(t.lang == language for t in mine):
                return tuple(mine)
        return tuple(found)

    def sentences(self, iri: str) -> tuple[Text, ...]:
        """Return what says in sentences what `iri` is, unless its name says so already."""
        own = self.facts.get(iri, {})
        name = self.name(iri).text
        found = [t for p in _DESCRIPTION for t in self.texts(own.get(p, ()))]
        return tuple(t for t in found if t.text.rstrip(".") != name.rstrip("."))

    def own_facts(self, iri: str, kinds: Sequence[str]) -> tuple[Fact, ...]:
        """Return what is said of `iri`, records in full."""
        result = []
        for predicate, values in self.ordered(iri):
            if predicate in _APART:
                continue
            kept = [v for v in values if not self.repeats(iri, predicate, v)]
            if kept:
                name = self.words.property(predicate, kinds)
                result.append(Fact(name, tuple(self.value(predicate, v) for v in kept)))
        return tuple(result)

    def repeats(self, iri: str, predicate: str, value: Term) -> bool:
        """Whether a derived statement says again what the page says anyway."""
        if self.origins.get((predicate, value)) != INFERRED:
            return False
        others = (p for p, v in self.facts.get(iri, {}).items() if p != predicate and value in v)
        return predicate in _SHORTCUTS or any(
            self.origins.get((other, value)) != INFERRED for other in others
        )

    def ordered(self, iri: str) -> list[tuple[str, Sequence[Term]]]:
        """Return the properties of `iri`, those that matter most to readers first."""

        def rank(entry: tuple[str, Sequence[Term]]) -> tuple[int, bool, str]:
            predicate = entry[0]
            place = ORDER.index(predicate) if predicate in ORDER else len(ORDER)
            return (place, not predicate.startswith(BASE), shorten(predicate))

        return [
            (p, sorted(v, key=lambda value: self.order(value)))
            for p, v in sorted(self.facts.get(iri, {}).items(), key=rank)
        ]

    def order(self, value: Term) -> tuple[str, str]:
        """Return the sort key of a value: steps by number, the rest by name."""
        if not isinstance(value, ox.NamedNode):
            return ("", value.value)
        number = _first(self.facts.get(value.value, {}).get(term("stepNumber"), ()))
        return (number.zfill(4) if number else "~", self.name(value.value).text.lower())

    def is_record(self, iri: str) -> bool:
        """Whether `iri` is described on this page as a part of what the page is about."""
        types = self.facts.get(iri, {}).get(_TYPE, ())
        return ox.NamedNode(_RECORD) in types or ox.NamedNode(term("PlannedStep")) in types

    def value(self, predicate: str, value: Term) -> Value:
        """Return a value with how it is held."""
        origin = self.origins.get((predicate, value), "")
        mark = {INTERPRETED: "reading", INFERRED: "derived"}.get(origin, "")
        if isinstance(value, ox.Literal):
            text = written(value.value, value.datatype.value)
            return Value(Text(text, value.language or ""), basis=mark)
        if isinstance(value, ox.BlankNode):
            return Value(Text("(without a name)"))
        if self.is_record(value.value) and value.value not in self.shown:
            self.shown.add(value.value)
            return self.record(value.value, mark)
        self.linked.add(value.value)
        return Value(self.name(value.value), value.value, mark)

    def record(self, iri: str, mark: str) -> Value:
        """Return a record: its sentence, its grounds, where it comes from."""
        return Value(
            self.name(iri),
            iri,
            self.basis(iri) or mark,
            self.sentences(iri),
            self.passages(iri),
        )

    def basis(self, iri: str) -> str:
        """Return `stated` or `inferred` where a record says how it is held."""
        values = self.facts.get(iri, {}).get(_BASIS, ())
        for word in ("stated", "inferred"):
            if ox.NamedNode(concept("basis", word)) in values:
                return word
        return ""

    def passages(self, iri: str) -> tuple[Passage, ...]:
        """Return the passages that `iri` rests on."""
        own = self.facts.get(iri, {})
        cited = {*own.get(_CITATION, ()), *own.get(_SOURCE, ())}
        nodes = [node.value for node in cited if isinstance(node, ox.NamedNode)]
        found = [self.passage(node) for node in nodes]
        return tuple(sorted(found, key=lambda p: (p.source.text, p.locator)))

    def passage(self, iri: str) -> Passage:
        """Return the place in a source that `iri` names."""
        own = self.facts.get(iri, {})
        sources = [v.value for v in own.get(term("citesSource"), ())]
        source = sources[0] if sources else iri
        about = self.facts.get(source, {})
        issued = about.get(PREFIXES["dcterms"] + "issued", ())
        return Passage(
            iri=iri,
            source=self.name(source),
            locator=_first(own.get(term("locator"), ())),
            quotations=self.texts(own.get(term("quotation"), ())),
            url=_first(about.get(PREFIXES["schema"] + "url", ())),
            issued=next(
                (written(v.value, v.datatype.value) for v in issued if isinstance(v, ox.Literal)),
                "",
            ),
        )

    def mentions(self, iri: str) -> tuple[Fact, ...]:
        """Return the records that speak of `iri` and were not shown yet, by their kind."""
        this = ox.NamedNode(iri)
        groups: dict[str, list[Value]] = {}
        for other in sorted(self.facts, key=lambda o: self.name(o).text.lower()):
            if other in self.shown or not self.is_record(other):
                continue
            if any(this in values for values in self.facts[other].values()):
                self.shown.add(other)
                kind = self.main_kind(other)
                groups.setdefault(kind, []).append(self.record(other, ""))
        return tuple(Fact(kind, tuple(values)) for kind, values in sorted(groups.items()))

    def main_kind(self, iri: str) -> str:
        """Return what a record is called; the narrowest class, as the others are above it."""
        types = [t.value for t in self.facts[iri].get(_TYPE, ())]
        ours = [t for t in types if t.startswith(BASE) and t not in _ABOVE]
        return self.words.kind(ours[0] if ours else _RECORD)

    def incoming(self, iri: str) -> tuple[Fact, ...]:
        """Return what else points at `iri`, by property."""
        this = ox.NamedNode(iri)
        groups: dict[str, list[Value]] = {}
        for other, facts in self.facts.items():
            links = [p for p, values in facts.items() if this in values]
            if not links or other in self.shown or other in self.linked:
                continue
            # One thing is named once, by the narrowest of our own words for the link.
            best = min(links, key=lambda p: (not p.startswith(BASE), p in _SHORTCUTS, p))
            name = self.words.property(best)
            groups.setdefault(name, []).append(Value(self.name(other), other))
        return tuple(
            Fact(name, tuple(sorted(values, key=lambda v: v.text.text.lower())))
            for name, values in sorted(groups.items())
        )


def index(triples: Iterable[ox.Triple]) -> dict[str, dict[str, list[Term]]]:
    """Return the statements by subject and predicate; blank subjects are left out."""
    facts: dict[str, dict[str, list[Term]]] = {}
    for triple in triples:
        value = triple.object
        if isinstance(triple.subject, ox.NamedNode) and not isinstance(value, ox.Triple):
            own = facts.setdefault(triple.subject.value, {})
            own.setdefault(triple.predicate.value, []).append(value)
    return facts


def _first(values: Sequence[Term]) -> str:
    return values[0].value if values else ""


def _address(iri: str) -> str:
    """Return `iri` as one would name it in a text."""
    if iri.startswith(COUNTRY):
        return iri.removeprefix(COUNTRY)
    if iri.startswith(BASE):
        return apart(iri)
    return shorten(iri)
