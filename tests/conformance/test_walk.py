"""One IRI of each kind, walked as `make conformance` walks all of them."""

import re

from starlette.testclient import TestClient

from ihubkg.terms import BASE
from tests.conformance.walk import Walk, iris


def kind(iri: str) -> str:
    """Return the kind of an IRI: its path without the last part."""
    path = iri.removeprefix(BASE)
    return path.rpartition("/")[0] if path.startswith("id/") else re.split("[/#]", path)[0]


def test_one_of_each_kind_is_served_as_all_are(client: TestClient) -> None:
    every = sorted(iris(client))
    chosen = {kind(iri): iri for iri in every}
    walk = Walk(client)
    walk.over(chosen.values())
    assert walk.faults == []
    assert len(every) > 3000
    assert len(chosen) > 40


def test_the_walk_sees_what_is_wrong(client: TestClient) -> None:
    walk = Walk(client)
    walk.over([f"{BASE}id/method/unicorn", f"{BASE}ontology#Unicorn"])
    assert [fault.rpartition(": ")[2] for fault in walk.faults] == [
        "status 404",
        "nothing is said of it",
    ]
