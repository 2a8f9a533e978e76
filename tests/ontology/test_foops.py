"""The score that FOOPS! would give, by its formula, for the checks of an ontology not yet online.

FOOPS! (https://w3id.org/foops) takes the mean over its checks of the share of their parts that
pass. Fifteen of its 24 checks need no network; the licence's address counts as resolvable.
"""

import pyoxigraph as ox
import pytest

from ihubkg.model import Model
from ihubkg.terms import BASE, ONTOLOGY, PREFIXES
from tests.conftest import Gate

HOME = ox.NamedNode(BASE + "ontology")
PERSISTENT = ("w3id.org", "doi.org", "purl.org", "purl.obolibrary.org", "www.w3.org")
KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")


def iri(curie: str) -> ox.NamedNode:
    prefix, _, local = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


@pytest.fixture(scope="module")
def released(model: Model) -> ox.Store:
    """The ontology as the file that its IRI serves: all modules but the DL view."""
    store = ox.Store()
    named = ox.NamedNode(ONTOLOGY)
    store.extend(
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in model.quads()
        if quad.graph_name == named
    )
    return store


def checks(store: ox.Store) -> dict[str, list[bool]]:
    """Return the parts of each check, as passed or not."""

    def has(*curies: str) -> bool:
        """Tell whether the header has one of these fields."""
        return any(
            next(store.quads_for_pattern(HOME, iri(curie), None), None) is not None
            for curie in curies
        )

    def share(*curies: str) -> list[bool]:
        """Tell for each term of ours whether it has one of these annotations."""
        terms = {
            quad.subject
            for kind in KINDS
            for quad in store.quads_for_pattern(None, iri("rdf:type"), iri(f"owl:{kind}"))
            if isinstance(quad.subject, ox.NamedNode)
            and quad.subject.value.startswith(PREFIXES["ihub"])
        }
        return [
            any(next(store.quads_for_pattern(term, iri(c), None), None) for c in curies)
            for term in terms
        ]

    version = next(store.quads_for_pattern(HOME, iri("owl:versionIRI"), None), None)
    creator = has("dcterms:creator", "schema:creator")
    licence = has("dcterms:license", "schema:license", "cc:license")
    issued, publisher = has("dcterms:issued"), has("dcterms:publisher")
    extends = any(
        isinstance(quad.object, ox.NamedNode) and not quad.object.value.startswith(BASE)
        for quad in store.quads_for_pattern(None, iri("rdfs:subClassOf"), None)
    )
    return {
        "PURL1": [any(name in HOME.value for name in PERSISTENT)],
        "VER1": [version is not None, version is not None and version.object != HOME],
        "OM1": [
            has("dcterms:title"),
            has("dcterms:description"),
            licence,
            version is not None,
            creator,
            has("vann:preferredNamespaceUri"),
        ],
        "FIND1": [has("vann:preferredNamespacePrefix")],
        "RDF1": [len(store) > 0],
        "VOC1": [has("dcterms:title", "vann:preferredNamespacePrefix", "bibo:status")],
        "VOC2": [extends],
        "OM2": [
            has("vann:preferredNamespacePrefix"),
            has("owl:versionInfo"),
            has("dcterms:created"),
            has("dcterms:bibliographicCitation"),
        ],
        "OM3": [
            has("bibo:doi"),
            publisher,
            has("foaf:logo"),
            has("bibo:status"),
            has("dcterms:source"),
            issued,
        ],
        "OM4.1": [licence],
        "OM4.2": [licence],
        "OM5.1": [creator, has("dcterms:created")],
        "OM5.2": [issued, publisher],
        "VOC3": share("rdfs:label", "skos:prefLabel"),
        "VOC4": share("rdfs:comment", "skos:definition"),
    }


def score(store: ox.Store) -> float:
    parts = checks(store).values()
    return sum(sum(one) / len(one) for one in parts) / len(parts)


def test_the_score_lacks_a_doi_and_nothing_else(released: ox.Store, gate: Gate) -> None:
    gate("FOOPS! estimate", f"{score(released):.3f} of 15 checks before publication")
    failed = {
        name: [at for at, passed in enumerate(parts) if not passed]
        for name, parts in checks(released).items()
        if not all(parts)
    }
    assert failed == {"OM3": [0]}
    assert score(released) >= 0.98


def test_what_goes_missing_costs_points(released: ox.Store) -> None:
    before = score(released)
    poorer = ox.Store()
    poorer.extend(quad for quad in released if quad.predicate != iri("skos:definition"))
    assert score(poorer) < before - 0.05


def test_no_identifier_is_made_up(released: ox.Store) -> None:
    assert next(released.quads_for_pattern(HOME, iri("bibo:doi"), None), None) is None
