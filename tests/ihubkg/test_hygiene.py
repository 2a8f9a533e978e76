"""What is wrong with a checkout is told with file, line, rule and what to do."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ihubkg import hygiene
from ihubkg.errors import IhubError
from ihubkg.hygiene import Check, Fault, Findings
from ihubkg.model import Model
from ihubkg.store import Store
from tests.conftest import Gate

BAD = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/ihub4schools/id/duration/bad>
    a ihub:DurationRange ;
    skos:prefLabel
        "Bad duration"@en ,
        "Second label"@en ;
    ihub:longestDuration 3.0 ;
.

<https://w3id.org/ihub4schools/id/School/Bad_School>
    a ihub:School ;
    skos:prefLabel "Bad school"@en ;
    dcterms:source <https://w3id.org/ihub4schools/id/citation/web-estonia-list> ;
.

<https://w3id.org/ihub4schools/id/person/both>
    a ihub:Person ;
    skos:prefLabel "Both"@en ;
    ihub:hasStep <https://w3id.org/ihub4schools/id/step/til-1> ;
    dcterms:source <https://w3id.org/ihub4schools/id/citation/web-estonia-list> ;
.
"""
MODULE = """
ihub:Chimera
    a owl:Class ;
    rdfs:subClassOf ihub:Method , ihub:Person ;
.

ihub:Workshop
    a owl:Class ;
    rdfs:subClassOf [
        a owl:Restriction ;
        owl:onProperty ihub:hasStep ;
        owl:minCardinality 2 ;
    ] ;
.
"""
OPEN = """\
<https://w3id.org/ihub4schools/id/pilot/digital-accelerator>
    <https://schema.org/startDate> "2021-08-25"^^<http://www.w3.org/2001/XMLSchema#date> ;
.
"""


def copied(root: Path, into: Path) -> Path:
    for name in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(root / name, into / name)
    return into


@pytest.fixture(scope="module")
def found(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What is found in a checkout with one fault of each kind in it."""
    top = copied(root, tmp_path_factory.mktemp("checkout"))
    (top / "data" / "curated" / "bad.ttl").write_text(BAD, encoding="utf-8")
    (top / "data" / "curated" / "open.ttl").write_text(OPEN, encoding="utf-8")
    project = top / "data" / "curated" / "project.ttl"
    text = project.read_text("utf-8").replace('startDate "2021-01-01"', 'startDate "2020-01-01"')
    project.write_text(text, encoding="utf-8")
    with (top / "ontology" / "ihub-method.ttl").open("a", encoding="utf-8") as module:
        module.write(MODULE)
    model = Model.load(top)
    with Store.memory(model) as store:
        return hygiene.inspect(store, model)


def told(faults: Sequence[Fault], rule: str, what: str = "") -> str:
    """Return the one fault by that rule, as it is printed."""
    texts = [str(one) for one in faults if one.rule == rule and what in one.what]
    assert len(texts) == 1, (rule, texts)
    return texts[0]


@pytest.mark.parametrize(
    ("rule", "what", "place", "words"),
    [
        ("graph-untraced", "bad", "data/curated/bad.ttl:6:7", "Add ihub:hasCitation"),
        ("ihubs:SourcedStatement-hasCitation", "", "data/curated/bad.ttl:5:1", "Say where"),
        ("graph-iri-form", "Bad_School", "data/curated/bad.ttl:13:1", "id/kind/short-name"),
        ("graph-undeclared", "bad", "data/curated/bad.ttl:10:5", "Check the spelling"),
        ("robot-several-labels", "bad", "data/curated/bad.ttl:9:9", "skos:altLabel"),
        ("graph-settled-against", "startDate", "data/curated/project.ttl:", "preferred"),
        ("graph-open-decided", "2021-08-25", "data/curated/open.ttl:2:", "settle the dispute"),
        ("profile-rl-conclusion", "", "ontology/ihub-method.ttl:", "hasStep min 2"),
    ],
)
def test_a_fault_is_told_at_its_place(
    found: Findings, rule: str, what: str, place: str, words: str
) -> None:
    line = told(found.faults, rule, what)
    assert line.startswith(place)
    assert words in line
    assert line.endswith(f"[{rule}]")


def test_a_contradiction_names_the_facts_and_the_axioms(found: Findings) -> None:
    text = told(found.faults, "contradiction")
    assert text.startswith("data/curated/bad.ttl:")
    assert "nothing is both ihub:Actor and ihub:Design" in text
    assert "id/person/both – ihub:hasStep – id/step/til-1" in text
    assert "hasStep Domain Method" in text
    assert "DisjointClasses: Actor, Design" in text
    assert all(".ttl:" in line for line in text.splitlines())


def test_a_class_that_can_have_no_member_is_found_without_a_reasoner(found: Findings) -> None:
    text = told(found.faults, "empty-class")
    assert text.startswith("ontology/ihub-method.ttl:")
    assert "ihub:Chimera" in text
    assert "Chimera SubClassOf Person" in text
    assert "imagined" not in text


def test_faults_come_in_the_order_of_the_files(found: Findings) -> None:
    places = [(one.place.source, one.place.line) for one in found.faults if one.place]
    assert places == sorted(places, key=lambda pair: (pair[0], pair[1] or 0))
    assert len(places) == len(found.faults)


def test_nothing_is_wrong_with_the_packaged_files(store: Store, model: Model, gate: Gate) -> None:
    findings = hygiene.inspect(store, model)
    gate("located checks", str(findings))
    assert [str(one) for one in findings.faults] == []


def test_a_row_may_be_waived_with_a_reason() -> None:
    text = "#+ summary: A.\n#+ fix: B.\n#+ waived: *Method* because it may\nSELECT ?this {}"
    check = Check.read("x", text)
    assert check.waived == (("*Method*", "it may"),)
    assert (check.summary, check.fix) == ("A.", "B.")


def test_a_check_that_is_no_query_is_named(store: Store) -> None:
    with pytest.raises(IhubError, match=r"queries/hygiene/x\.rq: .*1:"):
        list(Check.read("x", "SELECTT ?this {}").rows(store))
