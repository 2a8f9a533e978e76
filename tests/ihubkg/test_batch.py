"""The whole graph by the batch engine: what pyshacl finds, no less and no more."""

from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from ihubkg import batch
from ihubkg.context import Context
from ihubkg.errors import IhubError
from ihubkg.model import Model
from ihubkg.report import Problem, Report
from ihubkg.shapes import Shapes
from ihubkg.terms import CURATED, INTERPRETED, ONTOLOGY, PREFIXES, VOCAB, shape, thing
from ihubkg.validate import Checker

OURS = {ox.NamedNode(name) for name in (CURATED, INTERPRETED)}
SHARED = {ox.NamedNode(name) for name in (VOCAB, ONTOLOGY)}
DIGIPEDA = ox.NamedNode(thing("method", "digipeda"))
LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")

Key = tuple[str, str | None, str, str, str | None, str]


def key(problem: Problem) -> Key:
    return (
        problem.severity,
        problem.shape,
        problem.constraint,
        str(problem.focus),
        problem.path,
        str(problem.value),
    )


@pytest.fixture(scope="module")
def quads(model: Model) -> list[ox.Quad]:
    """What the packaged files state."""
    return [*model.quads()]


def whole(quads: Iterable[ox.Quad], model: Model) -> Report:
    store = ox.Store()
    store.bulk_extend(quads)
    return batch.validate_all(Context.of(store), model=model)


def violations(report: Report) -> list[tuple[str | None, str]]:
    return [(p.shape, p.constraint) for p in report.problems if p.severity == "Violation"]


def test_pyshacl_finds_the_same_in_the_packaged_graph_which_conforms(
    model: Model, quads: list[ox.Quad]
) -> None:
    """Problem by problem: severity, shape, constraint, thing, field and value."""
    ours = [ox.Quad(*q.triple) for q in quads if q.graph_name in OURS]
    around = ox.Store()
    around.bulk_extend(q for q in quads if q.graph_name in SHARED)
    by_pyshacl = Checker(model).check(ours, Context.of(around))
    subjects = {quad.subject for quad in ours}
    by_batch = [p for p in whole(quads, model).problems if p.focus in subjects]
    assert {key(p) for p in by_batch} == {key(p) for p in by_pyshacl.problems}
    assert by_pyshacl.counts["Warning"] > 0
    assert by_pyshacl.conforms


def test_a_name_without_english_is_found(model: Model, quads: list[ox.Quad]) -> None:
    """Taking one English name away is one violation, of the shape that asks for it."""
    broken = [q for q in quads if (q.subject, q.predicate) != (DIGIPEDA, LABEL)]
    assert len(broken) == len(quads) - 1
    assert violations(whole(broken, model)) == [(shape("Entity-label"), "QualifiedMinCount")]


def test_what_has_only_a_misspelt_field_is_found(model: Model) -> None:
    """No target of a shape names a field that does not exist."""
    field = ox.NamedNode(PREFIXES["ihub"] + "typicalDuraton")
    stray = ox.Quad(ox.NamedNode(thing("method", "stray")), field, ox.Literal("two hours"))
    assert set(violations(whole([stray], model))) == {
        (shape("Subject-knownField"), "SPARQL"),
        (shape("Subject-described"), "MinCount"),
    }


def test_a_query_is_about_the_things_at_which_its_shape_aims_alone(model: Model) -> None:
    """A region asks for a larger one; anything else may have a type of its own."""
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    sort = ox.NamedNode(PREFIXES["dcterms"] + "type")
    city = ox.NamedNode("https://w3id.org/ihub4schools/voc/region-kind/city")
    things = {
        name: ox.NamedNode(thing(name.lower(), "one")) for name in ("Region", "Source", "Study")
    }
    said = [
        statement
        for name, one in things.items()
        for statement in (
            ox.Quad(one, kind, ox.NamedNode(PREFIXES["ihub"] + name)),
            ox.Quad(one, sort, city),
        )
    ]
    found = whole(said, model).problems
    assert {p.focus for p in found if p.shape == shape("Region-larger")} == {things["Region"]}


def test_private_text_is_not_repeated(model: Model) -> None:
    """Neither as a value of a constraint nor as that of a query."""
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    school = ox.NamedNode(thing("school", "one"))
    found = whole(
        [
            ox.Quad(school, kind, ox.NamedNode(PREFIXES["ihub"] + "School")),
            ox.Quad(school, LABEL, ox.Literal("Write to somebody@example.org", language="fi")),
            ox.Quad(school, LABEL, ox.Literal("Write to somebody@example.org")),
        ],
        model,
    )
    assert (shape("PrivateText"), "SPARQL") in violations(found)
    assert "somebody@" not in str(found)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        # one look-up a row is cheaper than all that are not
        ("SELECT $this { $this :a ?b . FILTER NOT EXISTS { $this :c ?d } }", None),
        # the row and the group share more than $this
        ("SELECT $this { $this :a ?b . FILTER NOT EXISTS { $this :c ?b . ?b :d 1 } }", None),
        # a filter inside looks at what is outside
        (
            "SELECT $this { $this :a ?b . FILTER NOT EXISTS { $this :c ?d . FILTER (?d = ?b) } }",
            None,
        ),
        # nothing may follow the group
        ("SELECT $this { $this :a ?b FILTER NOT EXISTS { $this :c/:d 1 } } LIMIT 9", None),
        # groups within groups stay as they are
        (
            "SELECT $this { $this :a ?b . FILTER NOT EXISTS { $this :c ?d . "
            "FILTER NOT EXISTS { ?d :e 1 } } }",
            None,
        ),
        (
            "SELECT $this { $this :a ?b FILTER NOT EXISTS { $this :c/:d 1 } FILTER (?b > 1) }",
            "SELECT $this { $this :a ?b  FILTER (?b > 1) MINUS { $this :c/:d 1 } }",
        ),
    ],
)
def test_absences_are_put_last_only_where_that_means_the_same(
    query: str, wanted: str | None
) -> None:
    assert batch.set_at_a_time(query) == (query if wanted is None else wanted)


def test_every_query_of_the_shapes_says_the_thing_it_is_about(model: Model) -> None:
    """And each has targets, without which its rows would be nobody's."""
    known = [*batch.rules(Shapes(model.shapes, "submission"))]
    assert len(known) > 40
    for rule in known:
        assert "$this" in rule.query
        assert rule.classes or rule.fields
    moved = {rule.shape.rpartition("#")[2] for rule in known if "MINUS" in rule.query}
    assert moved == {"EvidenceLine-compared", "EvidenceLine-examined", "EvidenceLine-reported"}


@pytest.mark.parametrize(
    "value",
    [
        ox.Triple(DIGIPEDA, LABEL, DIGIPEDA),
        ox.Literal("left", language="en", direction=ox.BaseDirection.LTR),
    ],
    ids=["triple", "direction"],
)
def test_what_is_of_a_newer_kind_is_named(model: Model, value: ox.Triple | ox.Literal) -> None:
    with pytest.raises(
        IhubError, match=r"method/digipeda> has a value of RDF 1\.2 as .*: remove it"
    ):
        whole([ox.Quad(DIGIPEDA, LABEL, value)], model)


def test_progress_is_told(model: Model) -> None:
    told: list[str] = []
    batch.validate_all(Context(), model=model, step=told.append)
    assert told[0] == "Reading the graph"
    assert "Checking Entity-period" in told
