"""The plain words of pages: what properties and classes are called, dates and numbers as read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rdflib
from rdflib.namespace import RDFS, SH, SKOS

from ihubkg.terms import PREFIXES, expand, shorten

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

PHRASES: Mapping[str, str] = {
    expand(curie): phrase
    for curie, phrase in {
        "ihub:addressesNeed": "needs it answers",
        "ihub:assertedBy": "who says so",
        "ihub:assertedIn": "said in",
        "ihub:asserts": "what it says",
        "ihub:basedIn": "where",
        "ihub:citesSource": "source",
        "ihub:claimsBenefitOf": "speaks in favour of",
        "ihub:concerns": "about",
        "ihub:concernsMethod": "about the method",
        "ihub:hasSupportingLine": "argument for it",
        "ihub:hasDisputingLine": "argument against it",
        "ihub:involvesAssertion": "who says what",
        "ihub:isOptional": "may be left out",
        "ihub:usesItem": "rests on",
        "ihub:hasBenefitClaim": "what is said in its favour",
        "ihub:hasDisputingEvidence": "what speaks against it",
        "ihub:hasParticipation": "who takes part",
        "ihub:hasStep": "steps",
        "ihub:hasSuitability": "phases it fits",
        "ihub:hasSupportingEvidence": "what speaks for it",
        "ihub:hasContraindication": "where it does not fit",
        "ihub:intendedOutcome": "what it aims at",
        "ihub:methodFormat": "kind of method",
        "ihub:methodStatus": "standing in the project",
        "ihub:networkScale": "scale",
        "ihub:requiresResource": "what it needs",
        "ihub:targetLevel": "where it works",
        "ihub:targetsElement": "what it develops",
        "ihub:typicalDuration": "how long it takes",
        "ihub:usedInPhase": "phases it was used in",
        "ihub:usesInstrument": "instruments it uses",
        "dcterms:creator": "made by",
        "dcterms:hasPart": "parts",
        "dcterms:identifier": "identifier in the dossier",
        "dcterms:isPartOf": "part of",
        "dcterms:issued": "published",
        "dcterms:license": "licence",
        "dcterms:publisher": "publisher",
        "dcterms:spatial": "country",
        "dcterms:type": "kind",
        "foaf:homepage": "home page",
        "foaf:page": "page about it",
        "org:classification": "kind of organisation",
        "prov:wasDerivedFrom": "built on",
        "rdfs:seeAlso": "see also",
        "schema:endDate": "until",
        "schema:sameAs": "the same elsewhere",
        "schema:startDate": "from",
        "schema:url": "address",
        "skos:altLabel": "also called",
        "skos:broadMatch": "narrower than, elsewhere",
        "skos:broader": "part of the wider",
        "skos:closeMatch": "close to, elsewhere",
        "skos:exactMatch": "the same as, elsewhere",
        "skos:hasTopConcept": "terms",
        "skos:inScheme": "list it belongs to",
        "skos:narrowMatch": "wider than, elsewhere",
        "skos:narrower": "narrower terms",
        "skos:notation": "number or code",
        "skos:related": "related",
        "skos:relatedMatch": "related, elsewhere",
    }.items()
}
"""What pages call properties, where shapes and ontology speak to editors."""

ORDER: tuple[str, ...] = tuple(
    expand(curie)
    for curie in (
        "ihub:intendedOutcome",
        "ihub:addressesNeed",
        "ihub:typicalDuration",
        "ihub:methodFormat",
        "ihub:targetLevel",
        "ihub:hasSuitability",
        "ihub:hasParticipation",
        "ihub:hasStep",
        "ihub:requiresResource",
        "ihub:targetsElement",
        "ihub:hasSupportingEvidence",
        "ihub:hasDisputingEvidence",
        "ihub:hasBenefitClaim",
        "ihub:basedIn",
        "ihub:networkScale",
        "ihub:phaseType",
        "ihub:stepNumber",
        "ihub:isOptional",
        "ihub:precedesDirectly",
        "schema:startDate",
        "schema:endDate",
    )
)
"""Properties that a page shows first, in this order."""

COUNTRIES: Mapping[str, str] = {
    "CHE": "Switzerland",
    "EST": "Estonia",
    "FIN": "Finland",
    "GBR": "United Kingdom",
    "GEO": "Georgia",
    "ITA": "Italy",
    "LTU": "Lithuania",
    "NOR": "Norway",
}
"""Names of the EU authority table's countries that occur here."""

COUNTRY = "http://publications.europa.eu/resource/authority/country/"


@dataclass(frozen=True)
class Words:
    """What properties and classes are called: by the shapes, else by the ontology, else by us."""

    shapes: Mapping[tuple[str, str], str]
    """(class, property) → what the shape of the class calls the property."""
    labels: Mapping[str, str]
    """Terms of the ontology → their labels."""

    @classmethod
    def of(cls, ontology: rdflib.Graph, shapes: rdflib.Graph) -> "Words":
        """Return the words that `ontology` and `shapes` hold."""
        return cls(dict(_shape_names(shapes)), dict(_labels(ontology)))

    def property(self, iri: str, classes: Sequence[str] = ()) -> str:
        """Return what the property `iri` of a thing of `classes` is called."""
        if iri in PHRASES:
            return PHRASES[iri]
        for kind in classes:
            if (kind, iri) in self.shapes:
                return self.shapes[kind, iri]
        return self.labels.get(iri) or apart(iri)

    def kind(self, iri: str) -> str:
        """Return what the class `iri` is called."""
        return self.labels.get(iri) or apart(iri)


def _shape_names(shapes: rdflib.Graph) -> list[tuple[tuple[str, str], str]]:
    """Return what shapes call properties; of several rules about one, the plain one comes last.

    That is the one called like the property (`Method-hasStep`), else the one of the fewest words.
    """
    found = [
        (str(shape), (str(kind), str(path)), str(name))
        for node, kind in shapes.subject_objects(SH.targetClass)
        for shape in shapes.objects(node, SH.property)
        for path in shapes.objects(shape, SH.path)
        for name in shapes.objects(shape, SH.name)
        if isinstance(shape, rdflib.URIRef)
        and isinstance(path, rdflib.URIRef)
        and isinstance(name, rdflib.Literal)
        and name.language == "en"
    ]

    def plainness(one: tuple[str, tuple[str, str], str]) -> tuple[bool, int, object]:
        shape, (_, path), name = one
        return shape.endswith(f"-{re.split('[#/]', path)[-1]}"), -name.count(" "), one

    return [(about, name) for _, about, name in sorted(found, key=plainness)]


def _labels(ontology: rdflib.Graph) -> list[tuple[str, str]]:
    return [
        (str(node), str(name))
        for naming in (RDFS.label, SKOS.prefLabel)
        for node, name in sorted(ontology.subject_objects(naming))
        if isinstance(name, rdflib.Literal) and name.language == "en"
    ]


def apart(iri: str) -> str:
    """Return the local name of `iri` as words.

    >>> apart("http://www.w3.org/2004/02/skos/core#topConceptOf")
    'top concept of'
    """
    local = re.split(r"[#/:]", shorten(iri).rstrip("/#"))[-1]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local).replace("-", " ").lower()


def country(iri: str) -> str | None:
    """Return the name of a country of the EU authority table, or None."""
    return COUNTRIES.get(iri.removeprefix(COUNTRY)) if iri.startswith(COUNTRY) else None


def written(value: str, datatype: str) -> str:
    """Return a typed value as people write it.

    >>> written("2021-11-25", "http://www.w3.org/2001/XMLSchema#date")
    '25 November 2021'
    >>> written("3.0", "http://www.w3.org/2001/XMLSchema#decimal")
    '3'
    """
    kind = datatype.removeprefix(PREFIXES["xsd"])
    match kind:
        case "date" | "gYearMonth" | "gYear" | "dateTime":
            return _date(value)
        case "boolean":
            return {"true": "yes", "1": "yes"}.get(value, "no")
        case "decimal" if "." in value:
            return value.rstrip("0").rstrip(".")
        case _:
            return value


def _date(value: str) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?Z?", value)
    if found is None:
        return value
    year, month, day = found.groups()
    name = MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    return " ".join(part for part in (day and str(int(day)), name, year) if part)
