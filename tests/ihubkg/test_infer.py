"""What follows from the facts, and why: against an oracle, on a small world and the real one."""

import resource
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
import rdflib

from ihubkg import infer, rule, turtle
from ihubkg.errors import IhubError
from ihubkg.graphs import to_oxigraph, to_rdflib
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import (
    BASE,
    CURATED,
    INFERRED,
    INTERPRETED,
    ONTOLOGY,
    PREFIXES,
    VOCAB,
    concept,
    term,
    thing,
)
from tests.conftest import Gate

SAMPLE = Path(__file__).parent.parent / "ontology" / "sample.ttl"
EXPECTED = SAMPLE.with_name("sample-inferred.ttl")
EX = BASE + "id/test/"
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")

ANNOTATIONS = frozenset(
    PREFIXES[prefix] + name
    for prefix, names in {
        "rdfs": ("label", "isDefinedBy", "seeAlso"),
        "skos": ("prefLabel", "definition", "example", "scopeNote"),
        "dcterms": ("source", "title", "description", "license", "creator", "publisher"),
        "vs": ("term_status",),
        "ihub": ("rigidity", "identityCriterion", "isCloseTo"),
    }.items()
    for name in names
)


Axioms = list[ox.Quad]


@pytest.fixture(scope="module")
def axioms(model: Model) -> Axioms:
    return [one for one in model.quads() if one.graph_name == ox.NamedNode(ONTOLOGY)]


def small_world(axioms: Axioms, *extra: ox.Triple) -> ox.Store:
    store = ox.Store()
    store.extend(axioms)
    store.load(path=str(SAMPLE), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(CURATED))
    store.extend(quad(triple, CURATED) for triple in extra)
    return store


def quad(triple: ox.Triple, graph: str) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))


def triples(store: ox.Store, graph: str) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))}


def fact(subject: str, predicate: str, value: str) -> ox.Triple:
    named = {"a": TYPE}.get(predicate) or ox.NamedNode(term(predicate))
    at = term(value) if predicate == "a" else EX + value
    return ox.Triple(ox.NamedNode(EX + subject), named, ox.NamedNode(at))


@pytest.fixture(scope="module")
def sample(axioms: Axioms) -> ox.Store:
    store = small_world(axioms)
    infer.materialise(store)
    return store


PROMISED = [
    fact("ann", "memberOf", "university"),
    fact("university", "hasMember", "ann"),
    fact("north-school", "mentors", "south-school"),
    fact("south-school", "isMentoredBy", "north-school"),
    fact("south-school", "pairedWith", "north-school"),
    fact("university", "basedIn", "union"),
    fact("workshop", "suitedToPhase", "type-mapping"),
    fact("workshop", "usedInPhase", "type-mapping"),
    fact("workshop", "usedAtSchool", "north-school"),
    fact("north-school", "appliedMethod", "workshop"),
    fact("pilot", "tookPlaceIn", "country"),
    fact("version-1", "includesMethod", "workshop"),
    fact("workshop", "includedInVersion", "version-1"),
    fact("workshop", "involvesRole", "role-mentor"),
    fact("workshop-takes", "hasSource", "deck"),
    fact("workshop", "hasSupportingEvidence", "item-for"),
    fact("workshop", "hasDisputingEvidence", "item-against"),
    fact("phase-1", "precedes", "phase-3"),
    fact("programme", "alternativeTo", "workshop"),
    fact("afternoon", "hasParticipant", "ann"),
    fact("webinar", "hasParticipant", "ann"),
    fact("ann", "participatedIn", "webinar"),
    fact("pilot", "hasPartOccurrence", "afternoon"),
    fact("hub", "participatedIn", "pilot"),
    fact("item-for", "fromOccurrence", "study"),
    fact("claim", "concerns", "workshop"),
    fact("claim", "concernsMethod", "workshop"),
    fact("claim", "hasEvidenceLine", "line-against"),
    fact("disagreement", "involvesAssertion", "assertion"),
    fact("assertion", "inDisagreement", "disagreement"),
    fact("hub", "a", "ClaimTopic"),
    fact("claim", "a", "ContestedClaim"),
    fact("north-school", "a", "HubSchool"),
    fact("north-school", "a", "MentorSchool"),
    fact("workshop", "a", "PilotedMethod"),
    fact("workshop", "a", "EvidenceBackedMethod"),
    fact("workshop", "a", "WholeSchoolMethod"),
    ox.Triple(
        ox.NamedNode(EX + "stated-whole"),
        ox.NamedNode(term("targetLevel")),
        ox.NamedNode(concept("level", "whole-school")),
    ),
    fact("workshop-takes", "a", "SourcedStatement"),
    fact("ann-at-university", "a", "Record"),
]


@pytest.mark.parametrize("promised", PROMISED, ids=str)
def test_each_promised_inference_appears(sample: ox.Store, promised: ox.Triple) -> None:
    assert promised in triples(sample, INFERRED)


@pytest.mark.parametrize(
    "unfounded",
    [
        fact("phase-1", "precedes", "phase-1"),
        fact("phase-3", "precedes", "phase-1"),
        fact("programme", "suitedToPhase", "type-planning"),
        fact("another", "a", "WholeSchoolMethod"),
        fact("programme", "a", "PilotedMethod"),
        fact("programme", "a", "EvidenceBackedMethod"),
        fact("south-school", "a", "HubSchool"),
        fact("south-school", "a", "MentorSchool"),
        fact("south-school", "mentors", "north-school"),
        fact("south-school", "appliedMethod", "workshop"),
        fact("project", "a", "ClaimTopic"),
    ],
    ids=str,
)
def test_nothing_follows_that_should_not(sample: ox.Store, unfounded: ox.Triple) -> None:
    assert unfounded not in triples(sample, INFERRED)


def test_just_the_expected_facts_follow(sample: ox.Store, update: bool) -> None:
    """`pytest --update` rewrites the file: read what changed before it is committed."""
    if update:
        header = "# What follows from sample.ttl, all of it; read by eye when it changes."
        graph = to_rdflib(triples(sample, INFERRED))
        EXPECTED.write_text(turtle.canonical(graph, header=header), encoding="utf-8")
    expected = {one.triple for one in ox.parse(path=EXPECTED, format=ox.RdfFormat.TURTLE)}
    inferred = triples(sample, INFERRED)
    assert inferred - expected == set()
    assert expected - inferred == set()


def test_results_equal_those_of_owlrl(sample: ox.Store, gate: Gate) -> None:
    """Compared on what the rules are for: our things, by our terms and those of others."""
    asserted = triples(sample, CURATED) | triples(sample, ONTOLOGY)
    graph = to_rdflib(triple for triple in asserted if triple.predicate.value not in ANNOTATIONS)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    builtin = tuple(PREFIXES[prefix] for prefix in ("owl", "rdfs", "xsd", "rdf"))

    def is_instance_level(triple: ox.Triple) -> bool:
        return (
            isinstance(triple.subject, ox.NamedNode)
            and triple.subject.value.startswith(EX)
            and isinstance(triple.object, ox.NamedNode)
            and (triple.predicate == TYPE or not triple.predicate.value.startswith(builtin))
            and not triple.object.value.startswith(builtin)
        )

    rdf = rdflib.Graph()
    rdf += (one for one in graph if not isinstance(one[0], rdflib.Literal))
    expected = {one for one in to_oxigraph(rdf) if is_instance_level(one)} - asserted
    ours = {one for one in triples(sample, INFERRED) if is_instance_level(one)}
    upper_abroad = {
        PREFIXES[prefix] + name
        for prefix, names in {
            "prov": ("Agent", "Plan", "Activity", "Entity"),
            "foaf": ("Agent", "Document"),
            "dcterms": ("Location",),
            "geo": ("Feature",),
            "skos": ("Concept",),
        }.items()
        for name in names
    }
    left_out = {one for one in expected - ours if str(one.object)[1:-1] in upper_abroad}
    off = len(ours - expected) + len(expected - ours - left_out)
    gate("inference against owlrl", f"{off} of {len(ours)} differ")
    assert ours - expected == set()
    assert expected - ours - left_out == set()
    assert len(ours) > 200


def test_inferred_facts_repeat_nothing_asserted(store: Store) -> None:
    inferred = triples(store.raw, INFERRED)
    assert len(inferred) > 3000
    for graph in (CURATED, INTERPRETED, VOCAB, ONTOLOGY):
        assert not inferred & triples(store.raw, graph)


def test_inferred_facts_hold_no_noise(store: Store) -> None:
    same = ox.NamedNode(PREFIXES["owl"] + "sameAs")
    entity = ox.NamedNode(PREFIXES["prov"] + "Entity")
    for triple in triples(store.raw, INFERRED):
        assert isinstance(triple.subject, ox.NamedNode)
        assert not isinstance(triple.object, ox.BlankNode)
        assert triple.predicate != same
        assert triple.object != entity


def test_materialising_again_changes_nothing(sample: ox.Store) -> None:
    before = triples(sample, INFERRED)
    assert infer.materialise(sample) == len(before)
    assert triples(sample, INFERRED) == before


def test_a_withdrawn_fact_takes_its_consequences_along(axioms: Axioms) -> None:
    store = small_world(axioms)
    infer.materialise(store)
    membership = fact("north-school", "hasMembership", "north-in-hub")
    store.remove(quad(membership, CURATED))
    infer.materialise(store)
    assert fact("north-school", "a", "HubSchool") not in triples(store, INFERRED)


def test_axioms_are_taken_from_the_ontology_alone(axioms: Axioms) -> None:
    subclass = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
    planted = ox.Triple(
        ox.NamedNode(term("School")), subclass, ox.NamedNode(term("EvidenceBackedMethod"))
    )
    store = small_world(axioms, planted)
    infer.materialise(store)
    assert fact("south-school", "a", "EvidenceBackedMethod") not in triples(store, INFERRED)


def test_disputed_sources_are_not_reasoned_over(axioms: Axioms) -> None:
    store = small_world(axioms)
    store.add(quad(fact("another", "hasSuitability", "elsewhere"), BASE + "graph/source/deck"))
    infer.materialise(store)
    assert fact("another", "hasAppraisal", "elsewhere") not in triples(store, INFERRED)


def test_the_packaged_graph_is_materialised_within_three_seconds_of_cpu(
    model: Model, gate: Gate
) -> None:
    store = ox.Store()
    store.bulk_extend(model.quads())
    before = resource.getrusage(resource.RUSAGE_SELF)
    infer.materialise(store)
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    gate("materialisation", f"{spent:.2f} s of CPU for {len(store):,} statements")
    assert spent < 3


def test_an_explanation_ends_in_asserted_facts(sample: ox.Store) -> None:
    why = infer.reasons(sample)
    for triple in triples(sample, INFERRED):
        step = why.why(triple)
        assert step is not None
        assert step.rule is not None
        leaves = step.asserted()
        assert leaves
        for leaf in leaves:
            assert leaf.graph is not None
            assert leaf.triple in triples(sample, leaf.graph)


def test_an_explanation_needs_all_of_its_facts(axioms: Axioms, sample: ox.Store) -> None:
    piloted = fact("workshop", "a", "PilotedMethod")
    step = infer.explain(sample, piloted)
    assert step is not None
    facts = {leaf.triple for leaf in step.asserted()}
    assert facts >= {
        fact("afternoon", "ofMethod", "workshop"),
        fact("afternoon", "occursWithin", "pilot-mapping"),
        fact("pilot-mapping", "occursWithin", "pilot"),
        fact("pilot", "a", "Pilot"),
    }
    only = ox.Store()
    only.extend(axioms)
    only.extend(quad(one, CURATED) for one in facts)
    infer.materialise(only)
    assert piloted in triples(only, INFERRED)


def test_an_explanation_reads_as_sentences(sample: ox.Store) -> None:
    step = infer.explain(sample, fact("workshop", "suitedToPhase", "type-mapping"))
    assert step is not None
    names = {
        EX + "workshop": "the workshop",
        EX + "workshop-fits": "its appraisal",
        EX + "type-mapping": "mapping needs",
        term("suitedToPhase"): "suited to phase",
        term("hasSuitability"): "has suitability",
        term("appraisedPhase"): "appraised phase",
    }
    assert infer.in_words(step, lambda node: names[str(node)[1:-1]]) == [
        "the workshop – suited to phase – mapping needs, because "
        "has suitability, then appraised phase, gives suited to phase (prp-spo2-two):",
        "  the workshop – has suitability – its appraisal (asserted, graph curated)",
        "  its appraisal – appraised phase – mapping needs (asserted, graph curated)",
    ]


def test_unnamed_classes_are_not_told(sample: ox.Store) -> None:
    step = infer.explain(sample, fact("north-school", "a", "HubSchool"))
    assert step is not None
    told = "\n".join(infer.in_words(step))
    assert "_:" not in told
    assert "it meets the condition for ihub:HubSchool" in told
    assert "ihub:memberOf" in told


def test_what_is_asserted_and_what_is_unknown_are_told_apart(sample: ox.Store) -> None:
    why = infer.reasons(sample)
    asserted = why.why(fact("ann", "a", "Person"))
    assert asserted is not None
    assert asserted.graph == CURATED
    assert why.why(fact("ann", "a", "School")) is None


def test_the_real_graph_can_be_explained(store: Store) -> None:
    digipeda = ox.Triple(
        ox.NamedNode(thing("method", "digipeda")),
        ox.NamedNode(term("suitedToPhase")),
        ox.NamedNode(concept("phase", "mapping-needs")),
    )
    step = infer.explain(store.raw, digipeda)
    assert step is not None
    assert step.rule is not None
    assert step.rule.name == "prp-spo2-two"


RULE = """#+ summary: What has a property belongs to its domain.
#+ because: whatever has {p} is {c}
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?x a ?c } WHERE { ?p rdfs:domain ?c . ?x ?p ?y }
"""


def test_a_rule_is_read_from_its_file(root: Path) -> None:
    read = {one.name: one for one in rule.load()}
    assert set(read) == {path.stem for path in (root / "queries" / "rules").glob("*.rq")}
    assert read["prp-dom"].head == ("x", TYPE, "c")
    assert read["prp-rng"].filters == " FILTER ( isIRI ( ?y ) )"
    assert len(read["prp-spo2-four"].premises) == 4


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#+ because: whatever has {p} is {c}\n", "", "the header lacks “#+ because:”"),
        ("?x a ?c }", "?x a ?c . ?y a ?c }", "a rule constructs one triple, not 2"),
        ("?x ?p ?y", "", "a rule needs an axiom and a premise"),
        ("?x ?p ?y }", "", "it ends too early"),
        ("?x ?p ?y", "?x ?p 5", "a variable or an IRI is expected, not '5'"),
        ("?x ?p ?y", "?x ihub:p ?y", "a variable or an IRI is expected, not 'ihub:p'"),
        ("CONSTRUCT", "DESCRIBE", "“CONSTRUCT {” is expected"),
    ],
)
def test_what_is_no_rule_is_refused_in_words(old: str, new: str, reason: str) -> None:
    with pytest.raises(IhubError, match=r"^rules/mine\.rq: ") as refused:
        rule.parse(RULE.replace(old, new), "mine")
    assert reason in refused.value.message


MEMBER_MENTOR = """
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
ihub:MemberMentor owl:equivalentClass [ owl:intersectionOf ( ihub:HubSchool ihub:MentorSchool ) ] .
"""


def with_member_mentor(axioms: Axioms) -> ox.Store:
    """The ontology states the parent of its one equivalent class as well; this class has none."""
    world = small_world(axioms, fact("south-school", "a", "MemberMentor"))
    world.load(MEMBER_MENTOR, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(ONTOLOGY))
    return world


@pytest.fixture(scope="module")
def all_that_follows(axioms: Axioms) -> set[ox.Triple]:
    world = with_member_mentor(axioms)
    infer.materialise(world)
    return triples(world, INFERRED)


@pytest.mark.parametrize("name", [one.name for one in rule.load()])
def test_no_rule_is_idle(axioms: Axioms, all_that_follows: set[ox.Triple], name: str) -> None:
    without = with_member_mentor(axioms)
    infer.materialise(without, rules=[one for one in rule.load() if one.name != name])
    lost = all_that_follows - triples(without, INFERRED)
    assert lost, f"without {name} the same follows: remove the rule, or extend the sample"


def test_a_class_that_can_have_no_member_is_found_by_imagining_one(axioms: Axioms) -> None:
    store = ox.Store()
    store.extend(axioms)
    assert infer.barren(store) == {}
    kind, parent = (
        ox.NamedNode(PREFIXES[p] + n) for p, n in (("rdf", "type"), ("rdfs", "subClassOf"))
    )
    chimera, graph = ox.NamedNode("urn:chimera"), ox.NamedNode(ONTOLOGY)
    store.add(ox.Quad(chimera, kind, ox.NamedNode(PREFIXES["owl"] + "Class"), graph))
    for name in ("Person", "Method"):
        store.add(ox.Quad(chimera, parent, infer.class_named(name), graph))
    found = infer.barren(store)
    assert [*found] == [chimera]
    step = found[chimera]
    assert infer.is_imagined(step.triple.subject)
    axioms_used = {axiom.object for one in step.walk() for axiom in one.axioms()}
    assert infer.class_named("Person") in axioms_used
    assert infer.class_named("Method") in axioms_used
