"""Realistic data in the terms of the graph, of any size: hubs, schools, engagements, evidence.

    python bench/generate.py 100000 --out sample.nt
    python bench/generate.py 1000000 --faults 0.01 --faults-to faults.jsonl --out sample.nt
    python bench/generate.py --list-faults

Every hub comes with its schools, memberships, engagements, phases carried out, uses of methods and
evidence, each with its passage in a source. Methods, phases, regions and terms of lists are those
of the packaged graph, so the data is to be read together with it; there it has neither a violation
nor a warning. Hubs are made one after the other, each from its own number and the seed: memory
stays flat, and a longer file begins like a shorter one.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import click
import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent.parent))

from ihubkg import terminal
from ihubkg.model import Model
from ihubkg.terms import CURATED, PREFIXES, shape, term, thing

T = TypeVar("T")
Facts = list[tuple[str, str]]

BLOCK = 1200
"""About as many triples as a hub comes with; progress is shown in hubs."""

AUTHORITY = "http://publications.europa.eu/resource/authority/"

WORDS = ("River", "Hill", "Lake", "Forest", "Harbour", "Market", "Bridge", "Garden", "Mill", "Park")
SORTS = ("primary school", "basic school", "comprehensive school", "gymnasium", "lyceum")
AIMS = (
    "to share what works in lessons with digital technology",
    "to plan lessons together across schools",
    "to let experienced schools guide beginning ones",
    "to learn how pupils work with new tools",
)
FINDINGS = (
    "teachers tried more new ways of teaching than before",
    "colleagues visited each other's lessons every month",
    "the school leader made time for joint planning",
    "pupils explained their own digital work to others",
)


@dataclass(frozen=True)
class Thing:
    """One thing with what is said of it, terms as N-Triples writes them."""

    kind: str
    iri: str
    facts: Facts


@dataclass(frozen=True)
class Fault:
    """Something wrong with things of one kind, and the one problem that it makes."""

    name: str
    kind: str
    text: str
    shape: str
    constraint: str
    spoil: Callable[[Thing], Thing]


@dataclass(frozen=True)
class Planted:
    """A fault that is in the data: a problem that a check has to find."""

    fault: Fault
    focus: str

    def as_dict(self) -> dict[str, str]:
        """Return it as a line of `--faults-to` says it."""
        return {
            "fault": self.fault.name,
            "focus": self.focus,
            "shape": shape(self.fault.shape),
            "constraint": self.fault.constraint,
        }


@dataclass(frozen=True)
class Stock:
    """What of the packaged graph the data refers to; every list is sorted."""

    model: str
    phases: Sequence[tuple[str, str]]
    suited: Mapping[str, Sequence[str]]
    places: Sequence[tuple[str, str]]
    leaders: Sequence[str]

    @classmethod
    def of(cls, model: Model) -> "Stock":
        """Return what the packaged graph offers."""
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for quad in model.quads():
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                said[quad.predicate.value][quad.subject.value].append(quad.object.value)
        enacted = [(m, p) for p, models in said[term("phaseOf")].items() for m in models]
        enacted += [(m, p) for m, phases in said[term("hasPhase")].items() for p in phases]
        first = min(enacted)[0]
        phases = sorted({p for m, p in enacted if m == first})
        suited: dict[str, set[str]] = defaultdict(set)
        for method, fits in said[term("hasSuitability")].items():
            for phase in (p for fit in fits for p in said[term("appraisedPhase")][fit]):
                suited[phase].add(method)
        schools = said[PREFIXES["dcterms"] + "spatial"]
        places = {
            (region, country)
            for school, countries in schools.items()
            if school.startswith(thing("school", ""))
            for region in said[term("basedIn")][school]
            for country in countries
        }
        leaders = {
            actor
            for membership, roles in said[term("membershipRole")].items()
            if _voc("role", "lead")[1:-1] in roles
            for actor in said[term("membershipOf")][membership]
        }
        return cls(
            f"<{first}>",
            [(f"<{p}>", said[term("phaseType")][p][0]) for p in phases],
            {phase: sorted(f"<{m}>" for m in methods) for phase, methods in suited.items()},
            sorted((f"<{region}>", f"<{country}>") for region, country in places),
            sorted(f"<{leader}>" for leader in leaders),
        )


def _id(kind: str, slug: str) -> str:
    return f"<{thing(kind, slug)}>"


def _voc(scheme: str, slug: str) -> str:
    return f"<https://w3id.org/ihub4schools/voc/{scheme}/{slug}>"


def _p(curie: str) -> str:
    prefix, _, name = curie.partition(":")
    return f"<{PREFIXES[prefix]}{name}>"


def _text(value: str, language: str = "en") -> str:
    return f'"{value}"@{language}'


def _plain(value: str) -> str:
    return f'"{value}"'


def _month(months: int) -> str:
    """Return a month, counted from January 2015."""
    return f'"{2015 + months // 12}-{months % 12 + 1:02}"^^{_GYEARMONTH}'


TYPE, LABEL, NOTE = _p("rdf:type"), _p("skos:prefLabel"), _p("skos:note")
SOURCE, IDENTIFIER, KIND = _p("dcterms:source"), _p("dcterms:identifier"), _p("dcterms:type")
SPATIAL, DESCRIPTION = _p("dcterms:spatial"), _p("dcterms:description")
START, END = _p("schema:startDate"), _p("schema:endDate")
_GYEARMONTH, _DECIMAL, _INTEGER = _p("xsd:gYearMonth"), _p("xsd:decimal"), _p("xsd:integer")
STATED = _voc("basis", "stated")


class Hub:
    """Everything around the hub `number`, made in order."""

    def __init__(self, stock: Stock, seed: int, number: int) -> None:
        self.stock = stock
        self.number = number
        self.random = random.Random(f"{seed}/{number}")
        self.start = self.random.randrange(60)
        self.region, self.country = self.random.choice(stock.places)
        self.iri = _id("hub", self.slug())
        self.citations = [_id("citation", self.slug("page", n)) for n in range(1, 7)]
        self.schools = [_id("school", self.slug("s", n)) for n in range(1, 9)]

    def slug(self, *parts: object) -> str:
        """Return a short name that no other hub gives."""
        return "-".join(["g", str(self.number), *map(str, parts)])

    def things(self) -> Iterator[Thing]:
        """Yield the things of this hub."""
        yield from self._sources()
        yield self._hub()
        for n, iri in enumerate(self.schools):
            yield self._school(n, iri)
        yield from self._memberships()
        for n in range(4):
            yield from self._engagement(n)

    def _make(self, kind: str, slug: str, label: str, *facts: tuple[str, str]) -> Thing:
        name = _PATHS.get(kind, kind)
        iri = _id(name, slug)
        common = [
            (TYPE, _p(f"ihub:{kind}")),
            (LABEL, _text(label)),
            (IDENTIFIER, _plain(f"{name}-{slug}")),
        ]
        return Thing(kind, iri, common + list(facts))

    def _cited(self) -> tuple[str, str]:
        return (SOURCE, self.random.choice(self.citations))

    def _sources(self) -> Iterator[Thing]:
        slug = self.slug()
        yield self._make(
            "Source",
            slug,
            f"Report of hub {self.number}",
            (KIND, _voc("source-kind", "report")),
            (_p("dcterms:publisher"), self.random.choice(self.stock.leaders)),
            (_p("dcterms:issued"), _month(self.start + 60)),
            (
                _p("dcterms:language"),
                f"<{AUTHORITY}language/ENG>",
            ),
            (_p("dcterms:license"), "<https://creativecommons.org/licenses/by/4.0/>"),
            (_p("schema:url"), f"<https://example.org/reports/{slug}>"),
        )
        for n, iri in enumerate(self.citations, start=1):
            yield Thing(
                "SourceCitation",
                iri,
                [
                    (TYPE, _p("ihub:SourceCitation")),
                    (LABEL, _text(f"Report of hub {self.number}: page {n}")),
                    (_p("ihub:citesSource"), _id("source", slug)),
                    (_p("ihub:locator"), _plain(f"page {n}")),
                ],
            )

    def _hub(self) -> Thing:
        return self._make(
            "RegionalInnovationHub",
            self.slug(),
            f"Hub {self.number}",
            (DESCRIPTION, _text(f"Schools of one region come together {self._any(AIMS)}.")),
            self._cited(),
            (SPATIAL, self.country),
            (_p("ihub:basedIn"), self.region),
            (_p("ihub:networkScale"), _voc("hub-scale", self._any(("local", "regional")))),
            (START, _month(self.start)),
        )

    def _any(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def _school(self, number: int, iri: str) -> Thing:
        name = f"{self._any(WORDS)} {self._any(SORTS)} {self.number}-{number + 1}"
        other = self.schools[number ^ 1]
        return Thing(
            "School",
            iri,
            [
                (TYPE, _p("ihub:School")),
                (LABEL, _text(name)),
                (IDENTIFIER, _plain(f"sch-{self.slug('s', number + 1)}")),
                self._cited(),
                (SPATIAL, self.country),
                (_p("ihub:basedIn"), self.region),
                (_p("ihub:pairedWith"), other),
                (_p("schema:educationalLevel"), _plain("primary")),
                (_p("schema:inLanguage"), _plain(self._any(("et", "fi", "lt", "ka", "nb")))),
                (NOTE, _text(f"Founded for {self.random.randrange(60, 900)} pupils.")),
            ],
        )

    def _memberships(self) -> Iterator[Thing]:
        members = [(iri, "member-school") for iri in self.schools]
        members.append((self._any(self.stock.leaders), "lead"))
        for n, (actor, role) in enumerate(members, start=1):
            yield self._make(
                "Membership",
                self.slug("m", n),
                f"Member {n} of hub {self.number}",
                self._cited(),
                (_p("ihub:basis"), STATED),
                (_p("ihub:membershipIn"), self.iri),
                (_p("ihub:membershipOf"), actor),
                (_p("ihub:membershipRole"), _voc("role", role)),
                (START, _month(self.start + self.random.randrange(12))),
            )

    def _engagement(self, number: int) -> Iterator[Thing]:
        pair = self.schools[2 * number : 2 * number + 2]
        begin = self.start + self.random.randrange(24)
        slug = self.slug("e", number + 1)
        engagement = self._make(
            "Engagement",
            slug,
            f"Work {number + 1} of hub {self.number}",
            (DESCRIPTION, _text(f"Two schools work together {self._any(AIMS)}.")),
            self._cited(),
            *((_p("ihub:engagedSchool"), school) for school in pair),
            (_p("ihub:facilitatedBy"), self._any(self.stock.leaders)),
            (_p("ihub:followsModel"), self.stock.model),
            (_p("ihub:supportedByHub"), self.iri),
            (START, _month(begin)),
            (END, _month(begin + 20)),
        )
        yield engagement
        yield self._make(
            "MentoringRelation",
            slug,
            f"Mentoring in work {number + 1} of hub {self.number}",
            self._cited(),
            (_p("ihub:basis"), STATED),
            (_p("ihub:hasMentor"), pair[0]),
            (_p("ihub:hasMentee"), pair[1]),
            (START, _month(begin)),
        )
        for n, (phase, sort) in enumerate(self.stock.phases):
            yield from self._phase(slug, n, phase, sort, begin)
        yield from self._evidence(slug, engagement.iri, begin, number)

    def _phase(self, work: str, number: int, phase: str, sort: str, begin: int) -> Iterator[Thing]:
        month = begin + 2 * number
        carried_out = self._make(
            "PhaseOccurrence",
            f"{work}-{number + 1}",
            f"Phase {number + 1} of {work}",
            self._cited(),
            (_p("ihub:enactsPhase"), phase),
            (_p("ihub:occursWithin"), _id("engagement", work)),
            (START, _month(month)),
            (END, _month(month + 2)),
        )
        yield carried_out
        methods = self.stock.suited.get(sort)
        if methods:
            yield self._make(
                "MethodUse",
                f"{work}-{number + 1}",
                f"Use of a method in phase {number + 1} of {work}",
                self._cited(),
                (_p("ihub:occursWithin"), carried_out.iri),
                (_p("ihub:ofMethod"), self._any(methods)),
                (START, _month(month + 1)),
                (END, _month(month + 2)),
            )

    def _evidence(self, work: str, engagement: str, begin: int, number: int) -> Iterator[Thing]:
        is_studied = self.random.random() < 0.4
        finding = self._any(FINDINGS)
        about = f"In {work}, {finding}"
        if is_studied:
            yield from self._study(work, engagement, begin)
        yield self._make(
            "Observation",
            work,
            f"Teachers in {work}",
            (_p("ihub:hasCitation"), self.citations[number]),
            (_p("ihub:indicator"), _voc("indicator", "teachers")),
            (_p("ihub:numericValue"), f'"{self.random.randrange(4, 90)}"^^{_DECIMAL}'),
            (_p("ihub:observedActor"), self.schools[2 * number]),
            (_p("ihub:valueStatus"), _voc("value-status", "exact")),
            (START, _month(begin)),
        )
        yield self._make(
            "EvidenceItem",
            work,
            about,
            (_p("dcterms:date"), _month(begin + 20)),
            (_p("ihub:basis"), STATED),
            (_p("ihub:collectionMethod"), _voc("design", "researcher-account")),
            (
                _p("ihub:evidenceType"),
                _voc("evidence-type", self._any(("anecdotal", "self-reported"))),
            ),
            (_p("ihub:fromOccurrence"), engagement),
            *([(_p("ihub:fromStudy"), _id("study", work))] if is_studied else []),
            (_p("ihub:hasCitation"), self.citations[4]),
            (_p("ihub:reportsObservation"), _id("observation", work)),
        )
        strength = "examined" if is_studied else "reported-experience"
        yield self._make(
            "EvidenceLine",
            work,
            f"For: {about}",
            (_p("ihub:evidenceStrength"), _voc("strength", strength)),
            (_p("ihub:hasCitation"), self.citations[4]),
            (_p("ihub:usesItem"), _id("evidence", work)),
        )
        yield self._make(
            "Claim",
            work,
            about,
            (SOURCE, self.citations[4]),
            (KIND, _voc("claim-kind", "finding")),
            (_p("ihub:concerns"), self.schools[2 * number]),
            (_p("ihub:hasSupportingLine"), _id("line", work)),
            (_p("schema:text"), _text(f"{about}.")),
        )
        yield self._make(
            "Assertion",
            work,
            f"The report: {about}",
            (_p("ihub:assertedBy"), self._any(self.stock.leaders)),
            (_p("ihub:asserts"), _id("claim", work)),
            (_p("ihub:basis"), STATED),
            (_p("ihub:hasCitation"), self.citations[4]),
            (_p("ihub:voicedAs"), _voc("voicing", "reported")),
        )

    def _study(self, work: str, engagement: str, begin: int) -> Iterator[Thing]:
        yield self._make(
            "Sample",
            work,
            f"Teachers asked in {work}",
            self._cited(),
            (_p("ihub:sampleSize"), f'"{self.random.randrange(5, 60)}"^^{_INTEGER}'),
        )
        yield self._make(
            "Study",
            work,
            f"Questions to the teachers of {work}",
            self._cited(),
            (_p("ihub:hasSample"), _id("sample", work)),
            (_p("ihub:occursWithin"), engagement),
            (_p("ihub:studyDesign"), _voc("design", "survey")),
            (START, _month(begin + 4)),
        )


_PATHS = {
    "RegionalInnovationHub": "hub",
    "Membership": "membership",
    "Engagement": "engagement",
    "MentoringRelation": "mentoring-relation",
    "PhaseOccurrence": "phase-occurrence",
    "MethodUse": "method-use",
    "Source": "source",
    "Observation": "observation",
    "EvidenceItem": "evidence",
    "EvidenceLine": "line",
    "Claim": "claim",
    "Assertion": "assertion",
    "Sample": "sample",
    "Study": "study",
}
"""The part of an address that names a kind."""


def _without(curie: str) -> Callable[[Thing], Thing]:
    predicate = _p(curie)
    return lambda made: Thing(made.kind, made.iri, [f for f in made.facts if f[0] != predicate])


def _with(curie: str, *values: str) -> Callable[[Thing], Thing]:
    added = [(_p(curie), value) for value in values]
    return lambda made: Thing(made.kind, made.iri, made.facts + added)


def _instead(curie: str, *values: str) -> Callable[[Thing], Thing]:
    take, put = _without(curie), _with(curie, *values)
    return lambda made: put(take(made))


def _swapped(made: Thing) -> Thing:
    values = dict(made.facts)
    facts = [f for f in made.facts if f[0] not in (START, END)]
    return Thing(made.kind, made.iri, [*facts, (START, values[END]), (END, values[START])])


def _self(curie: str) -> Callable[[Thing], Thing]:
    return lambda made: _instead(curie, made.iri)(made)


def _capital(made: Thing) -> Thing:
    head, _, slug = made.iri.rpartition("/")
    return Thing(made.kind, f"{head}/{slug.capitalize()}", made.facts)


FAULTS: Sequence[Fault] = tuple(
    Fault(*row)
    for row in (
        (
            "no-english-name",
            "School",
            "the name has no English form",
            "Entity-label",
            "QualifiedMinCount",
            _instead("skos:prefLabel", _text("Koulu", "fi")),
        ),
        (
            "two-english-names",
            "Engagement",
            "there are two English names",
            "Entity-labelText",
            "UniqueLang",
            _with("skos:prefLabel", _text("Another name")),
        ),
        (
            "two-countries",
            "School",
            "the school lies in two countries",
            "School-country",
            "MaxCount",
            _with("dcterms:spatial", f"<{AUTHORITY}country/ISL>"),
        ),
        (
            "bad-language",
            "School",
            "the language is a word, not a code",
            "School-language",
            "Pattern",
            _instead("schema:inLanguage", _plain("Estonian language")),
        ),
        (
            "not-a-region",
            "School",
            "the school is based in a list term",
            "Actor-basedIn",
            "Class",
            _instead("ihub:basedIn", _voc("unit", "hour")),
        ),
        (
            "no-source",
            "MethodUse",
            "no passage of a source is named",
            "TracedEntity-source",
            "MinCount",
            _without("dcterms:source"),
        ),
        (
            "paired-with-itself",
            "School",
            "the school is its own pair",
            "School-pairedWithItself",
            "SPARQL",
            _self("ihub:pairedWith"),
        ),
        (
            "private-text",
            "School",
            "a note holds an e-mail address",
            "PrivateText",
            "SPARQL",
            _instead("skos:note", _text("Write to somebody@example.org.")),
        ),
        (
            "foreign-field",
            "School",
            "a field that only samples have",
            "Subject-ownField",
            "SPARQL",
            _with("ihub:sampleSize", f'"3"^^{_INTEGER}'),
        ),
        (
            "no-member",
            "Membership",
            "the member is missing",
            "Membership-member",
            "MinCount",
            _without("ihub:membershipOf"),
        ),
        (
            "unknown-role",
            "Membership",
            "the role is from another list",
            "Membership-membershipRole",
            "Node",
            _with("ihub:membershipRole", _voc("unit", "hour")),
        ),
        (
            "start-in-words",
            "Membership",
            "the start is written in words",
            "Entity-startDate",
            "Or",
            _instead("schema:startDate", _plain("spring term")),
        ),
        (
            "wrong-address",
            "Membership",
            "the address has a capital letter",
            "Membership",
            "Pattern",
            _capital,
        ),
        (
            "no-phase",
            "PhaseOccurrence",
            "the phase is missing",
            "PhaseOccurrence-enactsPhase",
            "MinCount",
            _without("ihub:enactsPhase"),
        ),
        (
            "end-before-start",
            "MethodUse",
            "the end lies before the start",
            "Entity-period",
            "SPARQL",
            _swapped,
        ),
        (
            "within-itself",
            "MethodUse",
            "the use took place within itself",
            "Occurrence-circle",
            "SPARQL",
            _self("ihub:occursWithin"),
        ),
        (
            "unknown-field",
            "MethodUse",
            "a field that the ontology does not have",
            "Subject-knownField",
            "SPARQL",
            _with("ihub:usedMethod", _plain("a workshop")),
        ),
        (
            "unknown-type",
            "EvidenceItem",
            "the type of evidence is from another list",
            "EvidenceItem-evidenceType",
            "Node",
            _instead("ihub:evidenceType", _voc("unit", "hour")),
        ),
        (
            "unfounded-strength",
            "EvidenceLine",
            "examined, but no study has a sample",
            "EvidenceLine-examined",
            "SPARQL",
            _instead("ihub:evidenceStrength", _voc("strength", "examined")),
        ),
        (
            "no-text",
            "Claim",
            "what is claimed is not said in English",
            "Claim-text",
            "QualifiedMinCount",
            _without("schema:text"),
        ),
        (
            "no-citation",
            "Assertion",
            "an assertion without its passage",
            "SourcedStatement-hasCitation",
            "MinCount",
            _without("ihub:hasCitation"),
        ),
        (
            "bad-doi",
            "Source",
            "the DOI is written as an address",
            "Source-doi",
            "Pattern",
            _with("bibo:doi", _plain("https://doi.org/10.1000/1")),
        ),
        (
            "no-locator",
            "SourceCitation",
            "the passage is not named",
            "SourceCitation-locator",
            "MinCount",
            _without("ihub:locator"),
        ),
        (
            "half-a-teacher",
            "Observation",
            "a count that is no whole number",
            "Observation-count",
            "SPARQL",
            _instead("ihub:numericValue", f'"12.5"^^{_DECIMAL}'),
        ),
        (
            "two-readings",
            "Observation",
            "the figure is both exact and about",
            "Observation-valueStatus",
            "MaxCount",
            _with("ihub:valueStatus", _voc("value-status", "about")),
        ),
    )
)
"""What may be wrong, and which problem it makes: one, no more."""


def things(
    count: int, *, seed: int = 1, faults: float = 0.0, model: Model | None = None
) -> Iterator[tuple[Thing, Planted | None]]:
    """Yield things of at least `count` triples together, with the fault that each was given.

    `faults` is the share of all things with a fault. They come in turn, so that all are there
    about equally often; nothing else refers to what has another address.
    """
    stock = Stock.of(Model.load() if model is None else model)
    chance = random.Random(f"{seed}/faults")
    rates = _rates(stock, faults)
    turn: Counter[str] = Counter()
    made, number = 0, 0
    while made < count:
        number += 1
        for each in Hub(stock, seed, number).things():
            given = None
            if chance.random() < rates[each.kind] and _can_be_spoilt(each):
                known = [fault for fault in FAULTS if fault.kind == each.kind]
                given = known[turn[each.kind] % len(known)]
                turn[each.kind] += 1
                each = given.spoil(each)
            made += len(each.facts)
            yield each, None if given is None else Planted(given, each.iri[1:-1])


def _rates(stock: Stock, share: float) -> Counter[str]:
    """Return how often a thing of each kind has a fault, so that all faults are as frequent."""
    there = Counter(each.kind for each in Hub(stock, 1, 1).things())
    known = Counter(fault.kind for fault in FAULTS)
    each = share * there.total() / len(FAULTS)
    rates: Counter[str] = Counter()
    for kind in known:
        rates[kind] = each * known[kind] / there[kind]  # type: ignore[assignment]
    return rates


def _can_be_spoilt(made: Thing) -> bool:
    """Tell whether a fault of this thing is one problem: what is examined stays so."""
    return made.kind != "EvidenceLine" or (
        (_p("ihub:evidenceStrength"), _voc("strength", "reported-experience")) in made.facts
    )


def lines(made: Thing, graph: str = "") -> str:
    """Return a thing as lines of N-Triples, or of N-Quads in `graph`."""
    end = f" {graph} .\n" if graph else " .\n"
    return "".join(f"{made.iri} {predicate} {value}{end}" for predicate, value in made.facts)


def write(
    out: IO[str], count: int, *, seed: int, faults: float, graph: str = "", planted: IO[str] | None
) -> int:
    """Write the data, and the faults it has to `planted`; return the number of triples."""
    written = 0
    with terminal.progress(count // BLOCK + 1) as step:
        shown = 0
        for made, fault in things(count, seed=seed, faults=faults):
            out.write(lines(made, graph))
            written += len(made.facts)
            if fault is not None and planted is not None:
                planted.write(json.dumps(fault.as_dict()) + "\n")
            if written // BLOCK > shown:
                shown = written // BLOCK
                step(f"{written:,} triples")
    return written


@click.command()
@click.argument("count", type=click.IntRange(1), required=False)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same data."
)
@click.option(
    "--faults",
    type=click.FloatRange(0, 0.2),
    default=0.0,
    metavar="SHARE",
    help="Share of things that have a fault, from 0 to 0.2.",
)
@click.option(
    "--faults-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write which faults are where, one JSON object a line.",
)
@click.option("--list-faults", is_flag=True, help="Print the faults there are, and end.")
@click.option("--quads", is_flag=True, help=f"Write N-Quads, all in {CURATED}.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file, not to stdout."
)
def main(
    count: int | None,
    seed: int,
    faults: float,
    faults_to: Path | None,
    list_faults: bool,
    quads: bool,
    out: Path | None,
) -> None:
    """Write realistic data of about COUNT triples, in N-Triples, from 10,000 to 10,000,000.

    \b
    Examples:
      python bench/generate.py 100000 --out sample.nt
      python bench/generate.py 1000000 --faults 0.01 --faults-to faults.jsonl --out sample.nt
      python bench/generate.py --list-faults
    """
    if list_faults:
        width = max(len(fault.name) for fault in FAULTS)
        for fault in FAULTS:
            click.echo(f"{fault.name:{width}}  {fault.kind}: {fault.text} ({fault.shape})")
        return
    if count is None:
        raise click.UsageError("Say how many triples, such as 100000.")
    with ExitStack() as stack:
        try:
            target = stack.enter_context(out.open("w", encoding="utf-8")) if out else sys.stdout
            planted = (
                stack.enter_context(faults_to.open("w", encoding="utf-8")) if faults_to else None
            )
        except OSError as error:
            raise click.UsageError(
                f"{error.filename} cannot be written: {error.strerror}."
            ) from error
        graph = f"<{CURATED}>" if quads else ""
        written = write(target, count, seed=seed, faults=faults, graph=graph, planted=planted)
    click.echo(f"{written:,} triples", err=True)


if __name__ == "__main__":
    main()
