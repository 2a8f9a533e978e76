"""The requirements hold: every question is answered, every term serves one or a shape."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.model import Model
from ihubkg.terms import ONTOLOGY, PREFIXES
from tests.conftest import Gate

OURS = PREFIXES["ihub"]
ASKED = re.compile(r"ihub:([A-Za-z]+)")
OF = re.compile(r"thing of ([A-Za-z]+)")
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


@pytest.fixture(scope="module")
def ends(model: Model) -> dict[str, set[str]]:
    """Of each property of ours, its domain and range; of each class, nothing."""
    named: dict[str, set[str]] = {}
    for quad in model.quads():
        if quad.graph_name != ox.NamedNode(ONTOLOGY) or not isinstance(quad.subject, ox.NamedNode):
            continue
        name = quad.subject.value.removeprefix(OURS)
        value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        if name == quad.subject.value:
            continue
        if value.startswith(PREFIXES["owl"]) and not value.endswith("AnnotationProperty"):
            named.setdefault(name, set())
        if quad.predicate.value in (PREFIXES["rdfs"] + "domain", PREFIXES["rdfs"] + "range"):
            named.setdefault(name, set()).add(value.removeprefix(OURS))
    return named


def test_every_term_serves_a_question_or_a_shape(
    model: Model, root: Path, ends: dict[str, set[str]]
) -> None:
    """A class also by a property that does and relates its members."""
    questions = "\n".join(question.text for question in model.questions.values())
    shapes = "\n".join(path.read_text("utf-8") for path in (root / "shapes").glob("*.ttl"))
    serving = set(ASKED.findall(questions + shapes)) | set(OF.findall(questions))
    serving |= {end for name in serving for end in ends.get(name, ())}
    assert len(ends) > 190
    assert sorted(set(ends) - serving) == []
