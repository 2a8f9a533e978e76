"""The names the code knows: namespaces, the one prefix table, graph IRIs, and how IRIs are made.

>>> term("Method")
'https://w3id.org/ihub4schools/ontology#Method'
>>> thing("method", "digipeda")
'https://w3id.org/ihub4schools/id/method/digipeda'
>>> shorten("http://www.w3.org/2004/02/skos/core#prefLabel")
'skos:prefLabel'
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

BASE = "https://w3id.org/ihub4schools/"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "bibo": "http://purl.org/ontology/bibo/",
        "cc": "http://creativecommons.org/ns#",
        "ceds": "http://ceds.ed.gov/terms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "dul": "http://www.ontologydesignpatterns.org/ont/dul/DUL.owl#",
        "epplan": "https://w3id.org/ep-plan#",
        "fabio": "http://purl.org/spar/fabio/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "frapo": "http://purl.org/cerif/frapo/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "ihub": BASE + "ontology#",
        "ihubs": BASE + "shapes#",
        "ldes": "https://w3id.org/ldes#",
        "lrmi": "http://purl.org/dcx/lrmi-terms/",
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "pplan": "http://purl.org/net/p-plan#",
        "prof": "http://www.w3.org/ns/dx/prof/",
        "prov": "http://www.w3.org/ns/prov#",
        "qb": "http://purl.org/linked-data/cube#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "sd": "http://www.w3.org/ns/sparql-service-description#",
        "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
        "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
        "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
        "sepio": "http://purl.obolibrary.org/obo/SEPIO_",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "sosa": "http://www.w3.org/ns/sosa/",
        "spdx": "http://spdx.org/rdf/terms#",
        "time": "http://www.w3.org/2006/time#",
        "tree": "https://w3id.org/tree#",
        "vann": "http://purl.org/vocab/vann/",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "voaf": "http://purl.org/vocommons/voaf#",
        "void": "http://rdfs.org/ns/void#",
        "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
        "wd": "http://www.wikidata.org/entity/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)

LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""Local names written without escapes; narrower than the grammar of Turtle on purpose."""


def term(name: str) -> str:
    """Return the IRI of the ontology's term `name`."""
    return f"{BASE}ontology#{name}"


def shape(name: str) -> str:
    """Return the IRI of the shape `name`, such as `Method-typicalDuration`."""
    return f"{BASE}shapes#{name}"


def concept(scheme: str, slug: str) -> str:
    """Return the IRI of the concept `slug` in the scheme `scheme`."""
    return f"{BASE}voc/{scheme}/{slug}"


def scheme(name: str) -> str:
    """Return the IRI of the concept scheme `name`."""
    return f"{BASE}voc/{name}"


def thing(kind: str, slug: str) -> str:
    """Return the IRI of the thing `slug` of the kind `kind` (kebab-case of its class)."""
    return f"{BASE}id/{kind}/{slug}"


def graph(name: str) -> str:
    """Return the IRI of the named graph `name`, such as `curated` or `source/newsletter-2`."""
    return f"{BASE}graph/{name}"


def question(name: str) -> str:
    """Return the IRI of the named question `name`."""
    return f"{BASE}questions/{name}"


def document(iri: str) -> str:
    """Return the IRI of the document that describes `iri`: `…/id/x/y` → `…/doc/x/y`.

    Concepts have theirs under `…/doc/voc/`; a term's document is the ontology; a scheme, like any
    other IRI, is its own document.
    """
    if iri.startswith(BASE + "id/"):
        return BASE + "doc/" + iri.removeprefix(BASE + "id/")
    if iri.startswith(BASE + "voc/") and iri.count("/") > BASE.count("/") + 1:
        return BASE + "doc/" + iri.removeprefix(BASE)
    return iri.partition("#")[0]


CURATED = graph("curated")
INTERPRETED = graph("interpreted")
VOCAB = graph("vocab")
ONTOLOGY = graph("ontology")
INFERRED = graph("inferred")
PROV = graph("prov")
SHAPES = graph("shapes")
STAGED = graph("submission/")
"""How the IRIs of graphs begin that are not published: none of them ever enters a store."""

PUBLIC_GRAPHS: tuple[str, ...] = (CURATED, INTERPRETED, VOCAB, ONTOLOGY, INFERRED)
"""What a query sees unless it names graphs, beside the store's own default graph."""


_BY_NAMESPACE: Mapping[str, str] = MappingProxyType({iri: name for name, iri in PREFIXES.items()})
_NAMESPACES: tuple[str, ...] = tuple(sorted(_BY_NAMESPACE, key=len, reverse=True))


def split(iri: str) -> tuple[str, str] | None:
    """Return (prefix, local name) of `iri`, or None where Turtle has to write the whole IRI."""
    for namespace in _NAMESPACES:
        if iri.startswith(namespace):
            local = iri[len(namespace) :]
            return (_BY_NAMESPACE[namespace], local) if LOCAL_NAME.fullmatch(local) else None
    return None


def shorten(iri: str) -> str:
    """Return the CURIE of `iri`, or `iri` itself where no prefix fits."""
    parts = split(iri)
    return f"{parts[0]}:{parts[1]}" if parts else iri


def expand(curie: str) -> str:
    """Return the IRI that `curie` stands for; what has no known prefix comes back unchanged."""
    prefix, colon, local = curie.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else curie
