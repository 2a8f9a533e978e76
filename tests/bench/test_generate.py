"""Generated data: valid where nothing is planted, else exactly the faults; by both engines."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from bench import generate
from ihubkg import batch
from ihubkg.context import Context
from ihubkg.model import Model
from ihubkg.report import Report
from ihubkg.shapes import name_of
from ihubkg.validate import Checker

COUNT, SHARE = 4000, 0.2

Check = Callable[[Sequence[ox.Quad]], Report]
Found = set[tuple[str, str, str]]


def read(text: str) -> list[ox.Quad]:
    return [*ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module")
def packaged(model: Model) -> Context:
    return Context.packaged(model)


@pytest.fixture(scope="module", params=["pyshacl", "batch"])
def check(request: pytest.FixtureRequest, model: Model, packaged: Context) -> Check:
    """What finds the problems of generated data in the packaged graph."""
    checker = Checker(model)

    def alone(quads: Sequence[ox.Quad]) -> Report:
        return checker.check(quads, packaged)

    def together(quads: Sequence[ox.Quad]) -> Report:
        store = ox.Store()
        store.bulk_extend(quads)
        return batch.validate_all(
            Context((*packaged.layers, (store, ox.DefaultGraph()))), model=model
        )

    return alone if request.param == "pyshacl" else together


def found(report: Report, quads: Sequence[ox.Quad]) -> Found:
    """The violations and warnings about things of `quads`."""
    own = {quad.subject for quad in quads}
    return {
        (name_of(str(p.shape)), p.constraint, str(getattr(p.focus, "value", "")))
        for p in report.problems
        if p.severity != "Info" and p.focus in own
    }


def test_nothing_is_wrong_unless_it_is_planted(check: Check, model: Model) -> None:
    quads = read("".join(generate.lines(made) for made, _ in generate.things(1500, model=model)))
    assert len(quads) >= 1500
    assert found(check(quads), quads) == set()


def test_planted_faults_are_found_and_nothing_else(check: Check, model: Model) -> None:
    made = [*generate.things(COUNT, faults=SHARE, model=model)]
    planted = [fault for _, fault in made if fault is not None]
    assert {fault.fault.name for fault in planted} == {fault.name for fault in generate.FAULTS}
    quads = read("".join(generate.lines(each) for each, _ in made))
    wanted = {(p.fault.shape, p.fault.constraint, p.focus) for p in planted}
    assert found(check(quads), quads) == wanted


def test_the_same_seed_gives_the_same_data_and_more_of_it_begins_alike(model: Model) -> None:
    once, again, longer, other = (
        "".join(generate.lines(made) for made, _ in generate.things(count, seed=seed, model=model))
        for count, seed in ((2000, 1), (2000, 1), (3000, 1), (2000, 2))
    )
    assert once == again
    assert longer.startswith(once)
    assert once != other


def test_the_command_writes_data_and_says_where_the_faults_are(tmp_path: Path) -> None:
    out, faults = tmp_path / "data.nq", tmp_path / "faults.jsonl"
    asked = ["2000", "--faults", "0.05", "--quads", "--out", str(out), "--faults-to", str(faults)]
    result = CliRunner().invoke(generate.main, asked)
    assert result.exit_code == 0, result.output
    quads = [*ox.parse(path=out, format=ox.RdfFormat.N_QUADS)]
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    told = [json.loads(line) for line in faults.read_text(encoding="utf-8").splitlines()]
    assert told
    assert {fault["focus"] for fault in told} <= subjects


@pytest.mark.parametrize("asked", [[], ["0"], ["many"], ["100", "--faults", "2"]])
def test_a_wrong_wish_is_answered_in_a_sentence(asked: list[str]) -> None:
    result = CliRunner().invoke(generate.main, asked)
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert "Traceback" not in result.output


def test_help_shows_how_and_the_faults_can_be_listed() -> None:
    runner = CliRunner()
    assert "generate.py 100000" in runner.invoke(generate.main, ["--help"]).output
    listed = runner.invoke(generate.main, ["--list-faults"]).output.splitlines()
    assert len(listed) == len(generate.FAULTS)
