"""The requirements hold: every question is answered, every term serves something, figures agree."""

import re
from pathlib import Path

import rdflib
from rdflib.namespace import SH

from ihubkg import mappings
from ihubkg.model import Model
from ihubkg.reference import Reference
from ihubkg.store import Store
from ihubkg.terms import shape, term
from tests.conftest import Gate

TABLE = re.compile(r"(<!-- table: .*? -->\n)(.*)(<!-- end of table -->\n)", re.DOTALL)


def table(model: Model) -> str:
    lines = ["| question | asked as | by | answers |", "|---|---|---|---|"]
    for name, question in model.questions.items():
        lines.append(
            f"| {question.summary['en']} | `{name}` | {', '.join(question.persona)} "
            f"| {', '.join(question.answers)} |"
        )
    return "\n".join(lines) + "\n"


def test_all_eighty_competency_questions_are_answered(model: Model, gate: Gate) -> None:
    asked = {number for question in model.questions.values() for number in question.answers}
    wanted = {f"{list_}-CQ{number:02}" for list_ in "DO" for number in range(1, 41)}
    told = f"{len(wanted & asked)} of {len(wanted)} by {len(model.questions)} questions"
    gate("competency questions", told)
    assert wanted - asked == set()


def test_the_document_lists_the_questions_as_they_are(model: Model, update: bool) -> None:
    path = Path(__file__).parent.parent.parent / "docs" / "requirements.md"
    text = path.read_text(encoding="utf-8")
    if update:
        text = TABLE.sub(lambda found: found[1] + table(model) + found[3], text)
        path.write_text(text, encoding="utf-8")
    found = TABLE.search(text)
    assert found is not None
    assert found[2] == table(model)


EXPORTS = {
    "isCloseTo": "the table of mappings (SSSOM): `mappings.sssom.tsv` of a release",
    "identityCriterion": "the reference: `ontology/reference.md` of a release, `/ontology`",
    "rigidity": "the reference, too",
}
"""Terms that no question and no shape uses, and the documented export that does."""


def test_every_term_serves_a_question_a_shape_or_an_export(model: Model) -> None:
    """Shapes that list all properties there are do not count: they would let an orphan pass."""
    entries = Reference.of(model).entries
    listing = shape("Subject")
    serving = {
        entry.name
        for entry in entries.values()
        if entry.questions or any(not iri.startswith(listing) for iri in entry.shapes)
    }
    orphans = {entry.name for entry in entries.values()} - serving
    assert len(entries) > 190
    assert orphans == set(EXPORTS), "give it a question, a shape or an export, or cut it (ADR 13)"


def test_the_exports_show_what_they_are_said_to(model: Model, store: Store) -> None:
    reference = "\n".join(Reference.of(model).markdown())
    criterion, rigid = "The same DOI or address", "belongs to it as long as it exists"
    assert criterion in reference
    assert rigid in reference
    table = mappings.sssom(store, model.views["mappings"], version="0")
    assert "ihub:Method\tmethod\tskos:closeMatch\tdul:Method" in table


SEVERAL_LISTS = {"observedGroup"}
"""Groups of people are roles or kinds of stakeholder; a shape asks for a concept of ours."""


def test_every_property_says_from_which_list_its_values_come(model: Model) -> None:
    """Ranges are wide on purpose (one named class each); the list is said by a shape."""
    wide = {term("Descriptor"), term("ActorRole"), term("Outcome"), term("DevelopmentNeed")}
    without = set()
    for entry in Reference.of(model).entries.values():
        follows = any("SubPropertyChain" in one for one in entry.formal)
        if entry.kind != "object property" or follows or not wide & set(entry.ranges):
            continue
        asked = model.shapes.subjects(SH.path, rdflib.URIRef(entry.iri))
        lists = {str(node) for one in asked for node in model.shapes.objects(one, SH.node)}
        if not any(iri.startswith(shape("ListTerm-")) for iri in lists):
            without.add(entry.name)
    assert without == SEVERAL_LISTS
