"""The examples in the documents on the ontology run as they are printed."""

import re
from pathlib import Path

import pytest

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


def test_no_example_is_forgotten() -> None:
    assert len(EXAMPLES) == 2
