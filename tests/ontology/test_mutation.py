"""Every axiom is needed: when one is dropped, an inference, a planted error or a gate notices.

Alignments to the upper classes of other vocabularies have no consequence in the inferred graph (see
`ihubkg/infer.py`); they are noticed by the list of alignments kept beside this file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import files, infer, rule
from ihubkg.model import Model
from ihubkg.terms import BASE, CURATED, INFERRED, ONTOLOGY, PREFIXES, shorten
from tests.conftest import Gate
from tests.ihubkg.test_reason import HEADER, PLANTED

HERE = Path(__file__).parent
OWL, RDF, RDFS = (PREFIXES[name] for name in ("owl", "rdf", "rdfs"))
IN_ONTOLOGY = ox.NamedNode(ONTOLOGY)
TYPE = ox.NamedNode(RDF + "type")
NOTHING = ox.NamedNode(OWL + "Nothing")
NOBODY = ox.NamedNode(PREFIXES["ihub"] + "Nobody")
GATES = ("oops-p11-missing-domain-or-range", "robot-missing-superclass")

GROUPS = (
    "Actor Design Occurrence SourcedStatement Situation Region Descriptor Source SourceCitation "
    "Claim Disagreement Artefact Sample",
    "MentoringModel ModelVersion ModelComponent PlannedStep Method MethodEdition Instrument",
    "ConceptualModel ProcessModel MethodCatalogue",
    "Engagement PhaseOccurrence MethodUse Event Study",
    "MethodAppraisal RoleParticipation DurationRange ResourceRequirement MethodAdaptation "
    "Assertion EvidenceLine EvidenceItem Observation",
    "PhaseType ActorRole ModelElement Outcome DevelopmentNeed ContextFactor Indicator",
)
"""What can be only one of these; a neighbour of each is planted beside it."""

PARENTS = (
    "Person<Actor Organisation<Actor School<Organisation Network<Organisation Project<Network "
    "RegionalInnovationHub<Network CoCreationTeam<Network StakeholderNetwork<Network "
    "Membership<Situation MentoringRelation<Situation ActorRole<Descriptor MentoringModel<Design "
    "ModelVersion<Design ModelComponent<Design ConceptualModel<ModelComponent "
    "ProcessModel<ModelComponent MethodCatalogue<ModelComponent ModelElement<Descriptor "
    "PlannedStep<Design Phase<PlannedStep PhaseType<Descriptor Method<Design "
    "MethodStep<PlannedStep MethodEdition<Design Instrument<Design "
    "MethodAppraisal<SourcedStatement MethodSuitability<MethodAppraisal "
    "MethodContraindication<MethodAppraisal RoleParticipation<SourcedStatement "
    "DurationRange<SourcedStatement ResourceRequirement<SourcedStatement Outcome<Descriptor "
    "DevelopmentNeed<Descriptor ContextFactor<Descriptor Engagement<Occurrence Pilot<Engagement "
    "PhaseOccurrence<Occurrence MethodUse<Occurrence Event<Occurrence "
    "MethodAdaptation<SourcedStatement Publication<Artefact Assertion<SourcedStatement "
    "EvidenceLine<SourcedStatement EvidenceItem<SourcedStatement Study<Occurrence "
    "Observation<SourcedStatement Indicator<Descriptor EvidenceBackedMethod<Method "
    "PilotedMethod<Method WholeSchoolMethod<Method HubSchool<School MentorSchool<School "
    "ContestedClaim<Claim"
)
"""What is also its parent: each is planted as something disjoint from that parent."""

STRANGER = {"Region": "Claim"}
"""What nothing here is, whatever its parents: a region, or where that is the parent, a claim."""


@dataclass(frozen=True)
class Axiom:
    """One axiom: what to take out of the ontology, and what to put in its place."""

    name: str
    out: ox.Quad
    instead: ox.Quad | None = None


def axioms_of(quads: list[ox.Quad]) -> Iterator[Axiom]:
    kinds = {OWL + name for name in ("Transitive", "Symmetric", "Irreflexive")}
    plain = {RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")} | {
        OWL + name
        for name in (
            *("inverseOf", "propertyChainAxiom", "equivalentClass"),
            *("disjointWith", "propertyDisjointWith"),
        )
    }
    grouped = {value for group in GROUPS for value in group.split()}
    groups = _group_cells(quads)
    for quad in quads:
        value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        name = " ".join(_name(node) for node in (quad.subject, quad.predicate, quad.object))
        is_kind = quad.predicate == TYPE and value.removesuffix("Property") in kinds
        if is_kind or quad.predicate.value in plain:
            yield Axiom(name, quad)
        elif quad.subject in groups and quad.predicate.value == RDF + "first":
            assert value.removeprefix(PREFIXES["ihub"]) in grouped
            instead = ox.Quad(quad.subject, quad.predicate, NOBODY, quad.graph_name)
            yield Axiom(f"{_name(quad.object)} in a disjoint group", quad, instead)


def _group_cells(quads: list[ox.Quad]) -> set[object]:
    rest = {quad.subject: quad.object for quad in quads if quad.predicate.value == RDF + "rest"}
    cells: set[object] = set()
    for quad in quads:
        cell: object = quad.object if quad.predicate.value == OWL + "members" else None
        while cell in rest:
            cells.add(cell)
            cell = rest[cell]  # type: ignore[index]  # cell is a key of rest
    return cells


def _name(node: object) -> str:
    return shorten(node.value) if isinstance(node, ox.NamedNode) else "[…]"


def planted() -> list[str]:
    """Planted errors, each about an ex:x of its own."""
    errors = list(PLANTED.values())
    for group in GROUPS:
        names = group.split()
        for one, other in zip(names, [*names[1:], names[0]], strict=True):
            errors.append(f"ex:x a ihub:{one} , ihub:{other} .")
    for pair in PARENTS.split():
        child, parent = pair.split("<")
        errors.append(f"ex:x a ihub:{child} , ihub:{STRANGER.get(parent, 'Region')} .")
    return errors


class Guard:
    """What the test suite demands of the ontology, as one question."""

    def __init__(self) -> None:
        self.sample = HERE / "sample.ttl"
        self.expected = _triples(ox.parse(path=HERE / "sample-inferred.ttl"))
        prefixes = HEADER.replace("id/test/", "id/test/{}-")
        self.errors = [
            prefixes.replace("{}", str(number)) + text for number, text in enumerate(planted())
        ]
        folder = files.root() / "queries" / "hygiene"
        self.rules, self.contradictions = rule.load(), rule.contradictions()
        self.gates = [(folder / f"{name}.rq").read_text(encoding="utf-8") for name in GATES]

    def notices(self, ontology: list[ox.Quad], first: str = "inferences") -> bool:
        """Tell whether something is amiss; `first` is where to look first."""
        ways = {"inferences": self._sample, "errors": self._errors, "gates": self._gates}
        order = sorted(ways, key=lambda name: name != first)
        return any(ways[name](ontology) for name in order)

    def _gates(self, ontology: list[ox.Quad]) -> bool:
        store = ox.Store()
        store.extend(ontology)
        return any(_rows(store, text) for text in self.gates)

    def _sample(self, ontology: list[ox.Quad]) -> bool:
        store = ox.Store()
        store.extend(ontology)
        store.load(path=self.sample, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(CURATED))
        infer.materialise(store, rules=self.rules)
        found = store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))
        return _triples(found) != self.expected

    def _errors(self, ontology: list[ox.Quad]) -> bool:
        store = ox.Store()
        store.extend(ontology)
        for text in self.errors:
            store.load(text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(CURATED))
        infer.materialise(store, rules=(*self.rules, *self.contradictions))
        start = len(BASE + "id/test/") + 1
        clashing = {
            str(quad.subject)[start:].partition("-")[0]
            for quad in store.quads_for_pattern(None, TYPE, NOTHING, ox.NamedNode(INFERRED))
        }
        return clashing != {str(number) for number in range(len(self.errors))}


def _rows(store: ox.Store, text: str) -> list[ox.QuerySolution]:
    solutions = store.query(text, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    return list(solutions)


def _triples(quads: Iterator[ox.Quad] | ox.QuadParser) -> set[ox.Triple]:
    return {quad.triple for quad in quads}


@pytest.fixture(scope="module")
def ontology(model: Model) -> list[ox.Quad]:
    return [quad for quad in model.quads() if quad.graph_name == IN_ONTOLOGY]


def test_nothing_is_amiss_with_the_ontology_as_it_is(ontology: list[ox.Quad]) -> None:
    assert not Guard().notices(ontology)


def test_every_axiom_is_noticed_when_it_is_dropped(ontology: list[ox.Quad], gate: Gate) -> None:
    guard, unnoticed, count = Guard(), [], 0
    for axiom in axioms_of(ontology):
        if axiom.name in alignments(ontology):
            continue
        count += 1
        rest = [quad for quad in ontology if quad != axiom.out]
        rest += [axiom.instead] if axiom.instead else []
        if not guard.notices(rest, _first(axiom.out.predicate.value)):
            unnoticed.append(axiom.name)
    gate("axiom mutation", f"{count - len(unnoticed)} of {count} noticed when dropped")
    assert count > 400
    assert unnoticed == []


def _first(predicate: str) -> str:
    """Return where the loss of an axiom shows soonest; only speed depends on it."""
    if predicate in (RDFS + "domain", RDFS + "range"):
        return "gates"
    return "errors" if "isjoint" in predicate or predicate == RDF + "first" else "inferences"


def alignments(ontology: list[ox.Quad]) -> list[str]:
    """Return the links of our terms to those of other vocabularies, as lines."""
    predicates = {RDFS + "subClassOf", RDFS + "subPropertyOf", PREFIXES["ihub"] + "isCloseTo"}
    ours = PREFIXES["ihub"]
    return sorted(
        " ".join(_name(node) for node in (quad.subject, quad.predicate, quad.object))
        for quad in ontology
        if quad.predicate.value in predicates
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(ours)
        and isinstance(quad.object, ox.NamedNode)
        and not quad.object.value.startswith(ours)
    )


def test_alignments_are_those_that_were_reviewed(ontology: list[ox.Quad], update: bool) -> None:
    path = HERE / "alignments.txt"
    if update:
        path.write_text("\n".join(alignments(ontology)) + "\n", encoding="utf-8")
    assert alignments(ontology) == path.read_text(encoding="utf-8").splitlines()
