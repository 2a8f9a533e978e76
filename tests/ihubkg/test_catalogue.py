"""The catalogue and the description of the dataset, computed from the store."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import catalogue, dumps
from ihubkg.describe import Views
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import BASE, PREFIXES, PUBLIC_GRAPHS, term

DATASET = ox.NamedNode(BASE + "dataset")
ADDRESS = "http://127.0.0.1:8000/"


def named(curie: str) -> ox.NamedNode:
    """Return the node of a CURIE."""
    prefix, _, local = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def values(triples: list[ox.Triple], subject: ox.NamedNode, curie: str) -> list[str]:
    """Return what `subject` says with a property, as text."""
    return [
        t.object.value
        for t in triples
        if t.subject == subject
        and t.predicate == named(curie)
        and not isinstance(t.object, ox.Triple)
    ]


@pytest.fixture(scope="module")
def views(model: Model) -> Views:
    """The views of the packaged files."""
    return Views.of(model)


@pytest.fixture(scope="module")
def listed(
    store: Store, views: Views, tmp_path_factory: pytest.TempPathFactory
) -> tuple[tuple[dumps.Dump, ...], list[ox.Triple]]:
    """The dumps of the packaged graph and the catalogue that lists them."""
    written = dumps.write(store, tmp_path_factory.mktemp("catalogue") / "dumps")
    return written, catalogue.catalogue(store, views, address=ADDRESS, dumps=written)


def test_names_the_version_and_where_it_answers(
    store: Store, listed: tuple[tuple[dumps.Dump, ...], list[ox.Triple]]
) -> None:
    """The dataset version is that of the store; services answer at the address given."""
    _, triples = listed
    assert values(triples, DATASET, "dcat:version") == [store.version]
    service = ox.NamedNode(BASE + "sparql")
    assert values(triples, service, "dcat:endpointURL") == [ADDRESS + "sparql"]


def test_lists_every_dump_with_size_and_checksum(
    listed: tuple[tuple[dumps.Dump, ...], list[ox.Triple]],
) -> None:
    """Each dump is a distribution one can load and check."""
    written, triples = listed
    assert len(values(triples, DATASET, "dcat:distribution")) == len(written)
    for dump in written:
        node = ox.NamedNode(f"{BASE}dumps/{dump.name}")
        assert values(triples, node, "dcat:downloadURL") == [f"{ADDRESS}dumps/{dump.name}"]
        assert values(triples, node, "dcat:byteSize") == [str(dump.size)]
        checksum = ox.NamedNode(values(triples, node, "spdx:checksum")[0])
        assert values(triples, checksum, "spdx:checksumValue") == [dump.sha256]


def test_counts_are_those_of_the_public_dataset(store: Store, views: Views) -> None:
    """Triples, methods and labels are counted once each, however many graphs repeat them."""
    triples = catalogue.dataset(store, views)
    public = {ox.NamedNode(name) for name in PUBLIC_GRAPHS} | {ox.DefaultGraph()}
    held = {quad.triple for quad in store.raw if quad.graph_name in public}
    assert values(triples, DATASET, "void:triples") == [str(len(held))]
    partition = {
        values(triples, ox.NamedNode(iri), "void:class")[0]: values(
            triples, ox.NamedNode(iri), "void:entities"
        )
        for iri in values(triples, DATASET, "void:classPartition")
    }
    methods = {t.subject for t in held if t.object == ox.NamedNode(term("Method"))}
    typed = {
        s for s in methods if ox.Triple(s, named("rdf:type"), ox.NamedNode(term("Method"))) in held
    }
    assert partition[term("Method")] == [str(len(typed))]
    properties = values(triples, DATASET, "void:propertyPartition")
    assert len(properties) == int(values(triples, DATASET, "void:properties")[0])


def test_conforms_to_what_dcat_ap_requires(
    listed: tuple[tuple[dumps.Dump, ...], list[ox.Triple]], tmp_path: Path
) -> None:
    """Mandatory properties of DCAT-AP 3.0 are there for every class that we describe."""
    _, triples = listed
    required = {
        "dcat:Catalog": "dcterms:title dcterms:description dcterms:publisher dcat:dataset",
        "dcat:Dataset": "dcterms:title dcterms:description",
        "dcat:Distribution": "dcat:accessURL",
        "dcat:DataService": "dcterms:title dcat:endpointURL",
    }
    for kind, properties in required.items():
        things = [t.subject for t in triples if t.object == named(kind)]
        assert things, kind
        for thing in things:
            assert isinstance(thing, ox.NamedNode)
            for name in properties.split():
                assert values(triples, thing, name), f"{thing} lacks {name}"
