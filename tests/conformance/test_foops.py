"""The score that FOOPS! would give, by its formula, with a server that answers for the IRIs.

Its 24 checks weigh the same, each by the share of its parts that pass. What a register on the web
would have to say (prefix.cc, LOV) is counted as failed.
"""

import pyoxigraph as ox
from starlette.testclient import TestClient

from ihubkg.terms import BASE
from tests.conftest import Gate
from tests.ontology.test_foops import HOME, checks, iri

UNREGISTERED = {"FIND2": [False]}
"""What only a publication on the web can bring."""


def path(address: str) -> str:
    """Return where an IRI of ours is answered for."""
    return "/" + address.removeprefix(BASE)


def served(client: TestClient) -> tuple[ox.Store, dict[str, list[bool]]]:
    """Return the ontology as a client loads it from its IRI, and the checks that need a server."""
    turtle = client.get(path(HOME.value), headers={"accept": "text/turtle"})
    store = ox.Store()
    store.extend(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    page = client.get(path(HOME.value), headers={"accept": "text/html"})
    versions = list(store.quads_for_pattern(HOME, iri("owl:versionIRI"), None))
    catalogues = list(store.quads_for_pattern(HOME, iri("schema:includedInDataCatalog"), None))
    headings = [f'id="{name}"' in page.text for name in ("Method", "suitedToPhase")]
    found = [client.get(path(q.object.value)).status_code == 200 for q in catalogues]  # type: ignore[union-attr]
    return store, {
        "URI1": [turtle.status_code == 200],
        "URI2": [next(store.quads_for_pattern(HOME, None, iri("owl:Ontology")), None) is not None],
        "VER2": [client.get(path(q.object.value)).status_code == 200 for q in versions],  # type: ignore[union-attr]
        "HTTP1": [HOME.value.startswith("http")],
        "CN1": [
            page.headers["content-type"].startswith("text/html"),
            turtle.headers["content-type"].startswith("text/turtle"),
        ],
        "DOC1": [page.status_code == 200 and all(headings)],
        "FIND3": found,
        "FIND_3_BIS": found,
        **UNREGISTERED,
    }


def test_the_score_lacks_a_doi_and_a_registered_prefix(client: TestClient, gate: Gate) -> None:
    store, needing_a_server = served(client)
    parts = checks(store) | needing_a_server
    assert len(parts) == 24
    failed = {name for name, one in parts.items() if not (one and all(one))}
    assert failed == {"OM3", "FIND2"}
    score = sum(sum(one) / len(one) for one in parts.values()) / len(parts)
    gate("FOOPS! on loopback", f"{score:.3f} of 24 checks, a DOI and a registered prefix missing")
    assert score >= 0.95
