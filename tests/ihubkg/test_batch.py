"""The whole graph by the batch engine: what pyshacl finds, no less and no more."""

import pyoxigraph as ox
import pytest

from ihubkg import batch
from ihubkg.model import Model
from ihubkg.terms import CURATED, INTERPRETED, VOCAB, shape, thing

STATED = {ox.NamedNode(name) for name in (CURATED, INTERPRETED, VOCAB)}


@pytest.fixture(scope="module")
def quads(model: Model) -> list[ox.Quad]:
    """What the packaged files state."""
    return [quad for quad in model.quads() if quad.graph_name in STATED]


def test_the_packaged_graph_conforms(model: Model, quads: list[ox.Quad]) -> None:
    """No violation, by an engine other than the one that checks what people send."""
    report = batch.validate_all(quads, model=model)
    assert [p for p in report.problems if p.severity == "Violation"] == []


def test_a_name_without_english_is_found(model: Model, quads: list[ox.Quad]) -> None:
    """Taking one English name away is one violation, of the shape that asks for it."""
    digipeda = ox.NamedNode(thing("method", "digipeda"))
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    broken = [q for q in quads if not (q.subject == digipeda and q.predicate.value == label)]
    assert len(broken) == len(quads) - 1
    report = batch.validate_all(broken, model=model)
    found = [(p.shape, p.constraint) for p in report.problems if p.severity == "Violation"]
    assert found == [(shape("Entity-label"), "QualifiedMinCount")]
