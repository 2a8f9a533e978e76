"""The examples in the documents on the ontology run as they are printed."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ihubkg.model import Model
from ihubkg.reference import Reference

DOCS = Path(__file__).parent.parent.parent / "docs"
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)
EXAMPLES = EXAMPLE.findall((DOCS / "reasoning.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (EXAMPLES[0], "is a member of the class ihub:PilotedMethod, because"),
        (EXAMPLES[1], "Digipeda workshop [([3.0], [3.0])]"),
    ],
)
def test_an_example_runs_and_prints_what_it_should(
    code: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(code, "docs/reasoning.md", "exec"), {})  # the point is to run it
    assert expected in capsys.readouterr().out


def test_the_figures_in_the_report_are_those_of_the_model(model: Model) -> None:
    entries = [*Reference.of(model).entries.values()]
    kinds = Counter(entry.kind for entry in entries)
    inverses = sum("Read the other way round" in " ".join(e.axioms) for e in entries) // 2
    chains = sum("Follows from" in " ".join(e.axioms) for e in entries)
    schemes = len([*(model.root / "ontology" / "voc").glob("*.ttl")])
    told = (
        f"{kinds['class']} classes",
        f"{kinds['object property']} object and {kinds['data property']} data properties",
        f"{chains} chains",
        f"{schemes} schemes",
        f"({inverses} named)",
        f"{len(model.hygiene)} hygiene queries",
    )
    report = (DOCS / "ontology.md").read_text(encoding="utf-8")
    assert [one for one in told if one not in report] == []


def test_no_example_is_forgotten() -> None:
    assert len(EXAMPLES) == 2
