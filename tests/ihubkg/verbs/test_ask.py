import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.answer import ask
from ihubkg.model import Model
from ihubkg.store import Store
from tests.conftest import Cli

SUITS = ("ask", "methods-for-phase", "phase=mapping-needs")


def test_a_question_is_answered_from_the_packaged_graph(cli: Cli) -> None:
    result = cli(*SUITS)
    assert result.exit_code == 0
    basis = {
        line.split("   ")[0]: "Stated" if "Stated" in line else "Inferred"
        for line in result.stdout.splitlines()[2:]
    }
    assert basis == {
        "IDI-based self-evaluation workshop": "Stated",
        "Future School": "Inferred",
        "Digipeda workshop": "Inferred",
        "Digital Accelerator": "Inferred",
    }


@pytest.mark.parametrize("form", ["json", "csv", "tsv"])
def test_every_form_holds_the_same_rows(
    form: str, cli: Cli, filled: Path, store: Store, model: Model
) -> None:
    result = cli(*SUITS, "--format", form, "--data", filled)
    assert result.exit_code == 0
    answer = ask(store, model.questions["methods-for-phase"], {"phase": "mapping-needs"})
    if form == "json":
        assert json.loads(result.stdout)["rows"] == json.loads(answer.to_json())["rows"]
    else:
        expected = answer.to_csv() if form == "csv" else answer.to_tsv()
        assert result.stdout.splitlines() == expected.splitlines()


def test_labels_come_in_the_language_asked_for(cli: Cli, filled: Path) -> None:
    english = cli("ask", "phases-in-order", "--data", filled).stdout
    estonian = cli("ask", "phases-in-order", "--data", filled, "--lang", "et").stdout
    assert english
    assert estonian


def test_a_graph_is_shown_as_turtle(cli: Cli, filled: Path, model: Model) -> None:
    graphs = [name for name, item in model.questions.items() if item.query.form == "construct"]
    for name in graphs:
        example = model.questions[name].examples[0]
        given = [f"{key}={value}" for key, values in example.items() for value in values]
        result = cli("ask", name, *given, "--data", filled, "--format", "turtle")
        assert result.exit_code == 0
        assert [*ox.parse(result.stdout, format=ox.RdfFormat.TURTLE)]


def test_rows_are_no_turtle(cli: Cli, filled: Path) -> None:
    result = cli(*SUITS, "--format", "turtle", "--data", filled)
    assert result.exit_code == 2
    assert "gives rows" in result.stderr


def test_a_cut_answer_says_how_to_go_on(cli: Cli, filled: Path) -> None:
    result = cli(*SUITS, "limit=2", "offset=1", "--data", filled)
    assert len(result.stdout.splitlines()) == 4
    assert "more than these 2" in result.stderr
    assert "offset=3" in result.stderr


def test_an_empty_answer_says_so(cli: Cli, filled: Path) -> None:
    result = cli("ask", "methods-within", "time=PT1M", "--data", filled)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", "method-for-phase"), "Nearest: methods-for-phase"),
        (("ask", "methods-for-phase", "phase=maping-needs"), "Nearest: mapping-needs"),
        (("ask", "methods-for-phase", "phase"), "write it as name=value"),
        (("ask", "methods-for-phase", "fase=mapping-needs"), "phase"),
        (("ask", "methods-for-phase"), "phase"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(
    arguments: tuple[str, ...], message: str, cli: Cli, filled: Path
) -> None:
    result = cli(*arguments, "--data", filled)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_data_folder_says_how_to_make_one(cli: Cli, tmp_path: Path) -> None:
    result = cli(*SUITS, "--data", tmp_path / "none")
    assert result.exit_code == 2
    assert "ihubkg serve --data" in result.stderr
