"""`ihubkg check`: one line that says how much was looked at, exit 0 where nothing is wrong."""

import re

import pytest
from click.testing import CliRunner

from ihubkg import hygiene
from ihubkg.cli import main
from ihubkg.hygiene import Fault, Findings
from ihubkg.report import Location


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> list[Fault]:
    """Faults that the inspection is to find, to be filled by a test."""
    faults: list[Fault] = []
    monkeypatch.setattr(
        hygiene, "inspect", lambda store, model: Findings({"faults": tuple(faults)}, 85, 31000)
    )
    return faults


def test_nothing_wrong_is_one_line_and_exit_0(answer: list[Fault]) -> None:
    done = CliRunner().invoke(main, ["check"], prog_name="ihubkg")
    assert done.exit_code == 0
    assert re.fullmatch(r"85 checks, .* 31,000 statements: 0 faults\n", done.output)


def test_a_fault_is_a_line_and_exit_1(answer: list[Fault]) -> None:
    place = Location("data/curated/x.ttl", 3, 5)
    answer.append(Fault("graph-iri-form", "error", "id/X", "Write it so.", place, ("because y",)))
    done = CliRunner().invoke(main, ["check"], prog_name="ihubkg")
    assert done.exit_code == 1
    assert done.output.splitlines()[:2] == [
        "data/curated/x.ttl:3:5: error: id/X: Write it so. [graph-iri-form]",
        "    because y",
    ]
