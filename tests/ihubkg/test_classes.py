"""Every served tree holds what the schema of its class says, and expands to the same triples."""

from collections import Counter
from collections.abc import Mapping

import pyoxigraph as ox
import pytest
from jsonschema import Draft202012Validator
from pyld import jsonld as reference

from ihubkg import classes
from ihubkg.describe import Views, describe
from ihubkg.jsonld import Context, frame
from ihubkg.model import Model
from ihubkg.shapes import Shapes
from ihubkg.store import Store
from ihubkg.terms import thing

Validators = Mapping[str, Draft202012Validator]


@pytest.fixture(scope="module")
def context(model: Model) -> Context:
    return Context.of(model.ontology, model.shapes)


@pytest.fixture(scope="module")
def validators(model: Model, context: Context) -> Validators:
    found = classes.schemas(Shapes(model.shapes), model.ontology, context)
    for schema in found.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in found.items()}


@pytest.fixture(scope="module")
def trees(model: Model, store: Store, context: Context) -> Mapping[str, dict[str, object]]:
    views = Views.of(model)
    things = [row["thing"].value for row in views.rows(store, "things")]
    kinds: dict[str, list[str]] = {}
    for iri in things:
        kinds.setdefault("/".join(iri.split("/")[4:6]), []).append(iri)
    # All of a small kind, forty of a large one: the conformance walk reads every document.
    chosen = [iri for found in kinds.values() for iri in found[:40]]
    return {iri: frame(describe(store, iri, views), iri, context) for iri in chosen}


def test_every_tree_is_valid(
    validators: Validators, trees: Mapping[str, dict[str, object]]
) -> None:
    checked: Counter[str] = Counter()
    faults = []
    for iri, tree in trees.items():
        for name in tree["type"]:  # type: ignore[attr-defined]
            if name in validators:
                checked[name] += 1
                faults += [
                    f"{iri} {name}: {e.json_path} {e.message[:200]}"
                    for e in validators[name].iter_errors(tree)
                ]
    assert faults[:10] == []
    assert len(trees) > 500
    assert checked["Method"] == 9
    assert len(checked) > 35


def test_a_tree_that_lacks_what_is_needed_is_not(
    validators: Validators, trees: Mapping[str, dict[str, object]]
) -> None:
    tree = {**trees[thing("method", "digipeda")]}
    assert validators["Method"].is_valid(tree)
    del tree["prefLabel"]
    assert not validators["Method"].is_valid(tree)
    tree["prefLabel"] = ["Digipeda"]
    assert not validators["Method"].is_valid(tree)
    assert not validators["School"].is_valid(trees[thing("method", "digipeda")])


def test_a_schema_speaks_as_the_shapes_do(validators: Validators) -> None:
    schema = validators["Method"].schema
    assert isinstance(schema, Mapping)
    assert schema["properties"]["typicalDuration"]["description"] == "How long the method takes."
    assert {"prefLabel", "description", "targetLevel"} <= {*schema["required"]}
    assert "typicalDuration" not in schema["required"]


@pytest.mark.parametrize(
    "iri",
    [
        thing("method", "digipeda"),
        thing("hub", "fi-porvoo"),
        thing("citation", "web-finland-paragraph-2"),
    ],
)
def test_another_reader_expands_a_tree_to_the_same(
    iri: str, model: Model, store: Store, trees: Mapping[str, dict[str, object]], context: Context
) -> None:
    said = describe(store, iri, Views.of(model))
    text = reference.to_rdf(frame(said, iri, context), {"format": "application/n-quads"})
    read = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    wanted = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in said)
    for dataset in (read, wanted):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert read == wanted
