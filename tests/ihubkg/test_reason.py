"""The reasoner on the graph: nothing clashes, and every planted error is found and told."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import infer, reason
from ihubkg.errors import IhubError, Timeout, Unavailable
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import CURATED, ONTOLOGY, PREFIXES
from tests.conftest import Gate

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "ontology" / "sample.ttl"
EXTERNAL = sorted((ROOT / "ontology" / "external").glob("*.nt"))

HEADER = """
@prefix ex: <https://w3id.org/ihub4schools/id/test/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEADER + text, format=ox.RdfFormat.TURTLE)]


def into(store: ox.Store, graph: str, text: str) -> None:
    triples = turtle(text)
    node = ox.NamedNode(graph)
    store.extend(ox.Quad(one.subject, one.predicate, one.object, node) for one in triples)


@pytest.fixture(scope="module")
def axioms(model: Model) -> list[ox.Quad]:
    return [one for one in model.quads() if one.graph_name == ox.NamedNode(ONTOLOGY)]


PLANTED = {
    "a person is no organisation": "ex:x a ihub:Person , ihub:Organisation .",
    "a school is no hub": "ex:x a ihub:School , ihub:RegionalInnovationHub .",
    "a method is not its use": "ex:x a ihub:Method , ihub:MethodUse .",
    "a statement is no situation": "ex:x a ihub:DurationRange , ihub:Membership .",
    "a membership is no mentoring": "ex:x a ihub:Membership , ihub:MentoringRelation .",
    "a method is no instrument": "ex:x a ihub:Method , ihub:Instrument .",
    "a process is no catalogue": "ex:x a ihub:ProcessModel , ihub:MethodCatalogue .",
    "a phase is no method's step": "ex:x a ihub:Phase , ihub:MethodStep .",
    "what fits is not unfit": "ex:x a ihub:MethodSuitability , ihub:MethodContraindication .",
    "a pilot is no event": "ex:x a ihub:Pilot , ihub:Event .",
    "a duration is no evidence": "ex:x a ihub:DurationRange , ihub:EvidenceItem .",
    "a need is no outcome": "ex:x a ihub:DevelopmentNeed , ihub:Outcome .",
    "a line is for or against": "ex:x ihub:hasSupportingLine ex:y ; ihub:hasDisputingLine ex:y .",
    "nothing replaces itself": "ex:x ihub:alternativeTo ex:x .",
    "nothing follows itself": "ex:x ihub:continuesWith ex:x .",
    "no school pairs with itself": "ex:x ihub:pairedWith ex:x .",
    "a claim cites nothing itself": "ex:x a ihub:Claim ; ihub:hasCitation ex:y .",
    "the domain holds": "ex:x a ihub:Person ; ihub:hasSuitability ex:y .",
    "the range holds": "ex:x ihub:addressesNeed ex:y . ex:y a ihub:Outcome .",
    "a chain's range holds": (
        "ex:x ihub:isMentorIn ex:y . ex:y ihub:hasMentee ex:z . ex:z a ihub:Region ."
    ),
    "a value is a number": 'ex:x ihub:numericValue "many" .',
    "a step has a whole number": "ex:x ihub:stepNumber 2.5 .",
    "nobody is counted below nought": "ex:x ihub:minimumParticipants -1 .",
    "a defined class has a parent": "ex:x a ihub:HubSchool , ihub:Person .",
}


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_each_planted_error_is_found_by_the_reasoner(axioms: list[ox.Quad], text: str) -> None:
    assert not reason.is_consistent(
        reason.dl_view([*(one.triple for one in axioms), *turtle(text)])
    )


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_each_planted_error_is_told_by_the_rules(axioms: list[ox.Quad], text: str) -> None:
    store = ox.Store()
    store.extend(axioms)
    into(store, CURATED, text)
    clashes = infer.clashes(store)
    assert clashes
    planted = set(turtle(text))
    assert any(step.triple in planted for clash in clashes for step in clash.walk())


def test_the_packaged_graph_is_consistent_and_every_class_can_have_members(
    store: Store, gate: Gate
) -> None:
    verdict = reason.check(store.raw)
    told = "consistent" if verdict.consistent else "inconsistent"
    gate("reasoner", f"{told}, {len(verdict.unsatisfiable)} unsatisfiable, {verdict.seconds:.0f} s")
    assert verdict.ok
    assert verdict.unsatisfiable == ()
    assert verdict.triples > 10_000
    assert reason.report(verdict) == [
        "consistent",
        "0 unsatisfiable classes",
        "0 violations of OWL 2 DL",
        "0 violations of OWL 2 RL",
    ]


def test_the_sample_is_consistent_also_with_the_axioms_of_other_vocabularies(
    axioms: list[ox.Quad],
) -> None:
    ours = [*(one.triple for one in axioms), *reason.necessary_conditions()]
    sample = [one.triple for one in ox.parse(path=SAMPLE, format=ox.RdfFormat.TURTLE)]
    theirs = [one.triple for path in EXTERNAL for one in ox.parse(path=path)]
    assert len(EXTERNAL) == 6
    together = [*ours, *sample, *theirs]
    assert reason.unsatisfiable(reason.dl_view([*ours, *theirs])) == ()
    assert reason.is_consistent(reason.dl_view(together))
    clash = turtle("ex:ann a foaf:Project .")
    assert reason.is_consistent(reason.dl_view([*ours, *sample, *clash]))
    assert not reason.is_consistent(reason.dl_view([*together, *clash]))


def test_a_class_that_can_have_no_member_is_named(axioms: list[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(axioms)
    into(store, ONTOLOGY, "ex:Chimera a owl:Class ; rdfs:subClassOf ihub:Person , ihub:School .")
    verdict = reason.check(store)
    assert verdict.consistent
    assert not verdict.ok
    assert verdict.unsatisfiable == ("https://w3id.org/ihub4schools/id/test/Chimera",)
    assert reason.report(verdict)[1:3] == [
        "1 unsatisfiable classes",
        "  https://w3id.org/ihub4schools/id/test/Chimera",
    ]
    assert "nothing is both" in "\n".join(reason.report(verdict))


def test_a_clash_is_told_down_to_the_facts(axioms: list[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(axioms)
    into(store, CURATED, "ex:x a ihub:Claim ; ihub:hasCitation ex:y .")
    verdict = reason.check(store)
    assert not verdict.consistent
    told = "\n".join(reason.report(verdict))
    assert "INCONSISTENT" in told
    assert "nothing is both ihub:Claim and ihub:SourcedStatement (cax-adc)" in told
    assert "whatever has ihub:hasCitation is ihub:SourcedStatement (prp-dom)" in told
    assert "ihub:hasCitation" in told


def test_what_only_the_reasoner_finds_is_owned_up_to(axioms: list[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(axioms)
    only_person = "[ a owl:Restriction ; owl:onProperty ihub:ofMethod ; owl:allValuesFrom {} ]"
    into(store, CURATED, f"ex:x a ihub:MethodUse , {only_person.format('ihub:Person')} .")
    verdict = reason.check(store)
    assert not verdict.consistent
    assert verdict.clashes == ()
    assert "The rules cannot say why" in reason.report(verdict)[-1]
    assert reason.check(store, axioms=[]).consistent


def test_an_axiom_that_leaves_a_profile_is_named(axioms: list[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(axioms)
    into(
        store, ONTOLOGY, "ihub:locator rdfs:range xsd:date . ihub:hasStep a owl:DatatypeProperty ."
    )
    found = reason.violations(store)
    assert [row.partition(":")[0] for row in found["OWL 2 RL"]] == ["profile-rl-datatype"]
    assert "ihub:locator" in found["OWL 2 RL"][0]
    assert any("ihub:hasStep" in row for row in found["OWL 2 DL"])
    some = "[ a owl:Restriction ; owl:onProperty ihub:hasStep ; owl:someValuesFrom ihub:Phase ]"
    into(store, ONTOLOGY, f"ihub:Method rdfs:subClassOf {some} .")
    told = [row for row in reason.violations(store)["OWL 2 RL"] if "conclusion" in row]
    assert told == [
        "profile-rl-conclusion: Method SubClassOf hasStep some Phase owl:someValuesFrom"
    ]


def test_dates_and_annotations_stay_out_of_the_view() -> None:
    view = reason.dl_view(
        turtle(
            """
            ihub:Person a owl:Class . ihub:starts a owl:DatatypeProperty .
            ihub:knows a owl:ObjectProperty . ihub:isCloseTo a owl:AnnotationProperty .
            ex:x a ihub:Person , foaf:Person ; rdfs:label "x"@en ; ihub:knows ex:y ;
              ihub:starts "2021-09"^^xsd:gYearMonth , 3 ; ihub:isCloseTo ex:z .
            ex:o a owl:Ontology ; owl:versionInfo "1" .
            """
        )
    )
    told = {(one.predicate.value.rpartition("#")[2], str(one.object)) for one in view}
    assert ("knows", "<https://w3id.org/ihub4schools/id/test/y>") in told
    assert ("starts", '"3"^^<http://www.w3.org/2001/XMLSchema#integer>') in told
    assert ("type", f"<{PREFIXES['ihub']}Person>") in told
    names = {name for name, _ in told}
    assert names == {"type", "knows", "starts"}
    assert len([one for one in told if one[0] == "starts"]) == 1
    assert ("type", f"<{PREFIXES['foaf']}Person>") not in told
    assert ("type", f"<{PREFIXES['owl']}Ontology>") not in told


def test_java_comes_from_the_machine_or_from_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}")
    assert reason.find_java() == Path("/somewhere/java")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert reason.find_java().is_file()


def test_without_java_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"pip install 'ihubkg\[java\]'"):
        reason.is_consistent([])


def test_a_java_that_is_not_there_is_told_the_same_way(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="needs Java"):
        reason.is_consistent([], java=tmp_path / "java")


def test_a_reasoner_that_fails_or_takes_too_long_is_no_verdict() -> None:
    with pytest.raises(IhubError, match="The reasoner failed: "):
        reason.is_consistent([], java=Path(sys.executable))
    with pytest.raises(Timeout, match=r"stopped after 0\.01 seconds"):
        reason.is_consistent([], timeout=0.01)


def test_researchers_get_the_graph_as_python_objects() -> None:
    world = reason.world()
    ihub = world.get_namespace(PREFIXES["ihub"])
    assert issubclass(ihub.School, ihub.Organisation)
    labels = {name for one in ihub.Method.instances() for name in one.prefLabel.en}
    assert "Digipeda workshop" in labels
    digipeda = ihub.Method.instances()[0].namespace.world[
        "https://w3id.org/ihub4schools/id/method/digipeda"
    ]
    assert [one.maximumDuration for one in digipeda.typicalDuration] == [[3.0]]
    assert reason.world() is not world
