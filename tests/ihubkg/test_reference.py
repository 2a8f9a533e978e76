"""The reference: every term, every question that names one, a diagram for each module."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from ihubkg.model import Model
from ihubkg.reference import NAMESPACE, ORDER, Reference, used
from ihubkg.terms import PREFIXES, expand, shape, term

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def reference(model: Model) -> Reference:
    return Reference.of(model)


def declared(model: Model) -> Iterator[tuple[str, str, str]]:
    """Yield module, term and kind, read from the files."""
    for path in (model.root / "ontology").glob("ihub-*.ttl"):
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            kind = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
            iri = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            if quad.predicate.value == expand("rdf:type") and iri.startswith(NAMESPACE):
                yield path.stem.removeprefix("ihub-"), iri, kind


def test_every_term_is_there_once(reference: Reference, model: Model) -> None:
    found = [
        (entry.module, entry.iri) for chapter in reference.chapters for entry in chapter.entries
    ]
    wanted = {
        (module, iri) for module, iri, kind in declared(model) if kind.startswith(PREFIXES["owl"])
    }
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert all(entry.label and entry.definition for entry in reference.entries.values())


def test_every_question_stands_with_the_terms_it_names(reference: Reference, model: Model) -> None:
    for name, question in model.questions.items():
        text = re.sub(r'(^|\s)#.*|"[^"\n]*"', " ", question.text, flags=re.MULTILINE)
        named = {term(local) for local in re.findall(r"\bihub:([A-Za-z]\w*)", text)}
        named |= {i for i in reference.entries if f"<{i}>" in text}
        listed = {i for i, entry in reference.entries.items() if name in entry.questions}
        assert listed == named == used(question), name
    assert "after-method" in reference.entries[term("suitedToPhase")].questions


def test_axioms_are_sentences(reference: Reference) -> None:
    def said(name: str) -> str:
        return " ".join(reference.entries[term(name)].axioms)

    assert (
        "Every school that is tied by “member of” to at least one regional innovation hub is one."
        in said("HubSchool")
    )
    assert "Follows from “has membership”, then “membership in”." in said("memberOf")
    assert "(symmetric)" in said("alternativeTo")
    assert "Close in meaning to sepio:0000001" in said("Assertion")
    assert "Each is tied by “asserts” to at least one claim." in said("Assertion")
    assert "Exactly these: method that is tied by “target level”" in said("WholeSchoolMethod")
    apart = [a for a in reference.entries[term("Method")].axioms if "in common" in a]
    assert apart
    assert all("method," not in a for a in apart)


def test_axioms_are_told_for_experts_too(reference: Reference) -> None:
    assert reference.entries[term("memberOf")].formal == (
        "SubPropertyChain: hasMembership o membershipIn",
    )
    text = "\n".join(reference.markdown())
    assert "`Method and (hasSupportingEvidence some EvidenceItem) SubClassOf" in text


def test_a_class_knows_its_neighbours(reference: Reference) -> None:
    network = reference.entries[term("Network")]
    assert term("RegionalInnovationHub") in network.below
    assert term("networkScale") in network.leaving
    assert term("ofMethod") in reference.entries[term("Method")].arriving
    assert "same address" in reference.entries[term("Descriptor")].identity
    assert reference.entries[term("HubSchool")].rigidity == "anti-rigid"
    assert 60 < reference.linked < len(reference.entries)


def test_modules_come_in_the_order_in_which_they_build_on_each_other(reference: Reference) -> None:
    assert [chapter.name for chapter in reference.chapters] == [*ORDER]


def test_names_in_a_drawing_lead_to_their_terms(reference: Reference) -> None:
    for chapter in reference.chapters:
        root = ET.fromstring(reference.drawing(chapter))
        targets = {node.get("href", "").rpartition("#") for node in root.iter(f"{SVG}a")}
        own = {entry.name for entry in chapter.entries}
        assert {name for page, _, name in targets if not page} <= own
        assert {page for page, _, name in targets if name not in own} <= {"/ontology"}
        assert {name for _, _, name in targets} <= {e.name for e in reference.entries.values()}
        assert "<a " not in reference.drawing(chapter, alone=True)


def test_shapes_stand_with_what_they_constrain(reference: Reference) -> None:
    assert shape("Method") in reference.entries[term("Method")].shapes
    assert reference.entries[term("addressesNeed")].shapes[0] == shape("Method-addressesNeed")


def test_a_diagram_names_all_of_its_module(reference: Reference) -> None:
    for chapter in reference.chapters:
        drawing = reference.drawing(chapter)
        root = ET.fromstring(drawing)
        texts = {node.text for node in root.iter(f"{SVG}text")}
        assert {entry.name for entry in chapter.of_kind("class")} <= texts
        assert {entry.name for entry in chapter.of_kind("object property")} <= texts
        ids = {node.get("id"): node for node in root.iter() if node.get("id")}
        assert root.get("role") == "img"
        assert [ids[i].tag for i in root.get("aria-labelledby", "").split()] == [
            f"{SVG}title",
            f"{SVG}desc",
        ]
        assert drawing == reference.drawing(chapter)
        assert "<style>" in reference.drawing(chapter, alone=True)


def test_an_arrow_leaves_the_row_of_each_property(reference: Reference) -> None:
    for chapter in reference.chapters:
        root = ET.fromstring(reference.drawing(chapter))
        joints = len([*root.iter(f"{SVG}circle")])
        assert joints == len(chapter.of_kind("object property"))


def test_markdown_links_lead_somewhere(reference: Reference) -> None:
    text = "\n".join(reference.markdown())
    for entry in reference.entries.values():
        assert f'<a id="{entry.name}"></a>' in text
        for parent in entry.parents:
            if parent in reference.entries:
                assert f"](#{parent.removeprefix(PREFIXES['ihub'])})" in text
