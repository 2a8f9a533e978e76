import ast
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store
from service.questionnaire import PERSONAS, by_persona, calls, form, near, said, without
from tests.conformance.running import service
from tests.conftest import Gate


def test_a_text_is_said_in_the_best_language() -> None:
    text = {"en": "phase", "et": "etapp"}
    assert said(text, ("et",)) == "etapp"
    assert said(text, ("ka",)) == "phase"
    assert said({"et": "etapp"}, ("ka",)) == ""


def test_other_arguments_stay() -> None:
    assert without("a=1&b=2&a=3", {"b"}) == "a=1&a=3"
    assert near("metods", ["methods", "xyz"]) == ("methods",)


def test_every_question_is_under_one_persona(model: Model) -> None:
    groups = by_persona(model.questions.values(), ("en",))
    listed = [question.name for _, items in groups for question, _ in items]
    assert sorted(listed) == sorted(model.questions)
    assert [persona for persona, _ in groups] == list(PERSONAS)


def test_a_form_has_a_field_for_each_parameter(model: Model, store: Store) -> None:
    names = Names.of(store)
    for question in model.questions.values():
        fields = form(question, names, {}, (), ("en",))
        assert [field.parameter for field in fields] == list(question.parameters)
        assert all(field.label for field in fields)


def test_the_same_call_is_shown_for_each_program(model: Model) -> None:
    question = model.questions["disagreements"]
    shown = {call.name: call.text for call in calls(question, {"x": ["a b"]}, "http://h/")}
    assert shown["curl"] == "curl 'http://h/questions/disagreements.json?x=a+b'"
    assert 'kg.ask("disagreements", x="a b")' in shown["Python"]
    assert "disagreements.csv?x=a+b" in shown["R"]


def test_nothing_in_a_call_becomes_a_command(model: Model) -> None:
    """Neither a value nor the name that the service was called by ends its quotation."""
    question = model.questions["disagreements"]
    given = {"settlement": ["'\"; rm -rf $(x) `y` \\ #"]}
    shown = {call.name: call.text for call in calls(question, given, "http://a';x\"/")}
    assert shlex.split(shown["curl"])[0] == "curl"
    assert len(shlex.split(shown["curl"])) == 2
    (called,) = [n for n in ast.walk(ast.parse(shown["Python"])) if isinstance(n, ast.keyword)]
    assert ast.literal_eval(called.value) == given["settlement"][0]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The root of a service that runs as a program of its own."""
    with service() as running:
        yield f"{running.url}/"


def snippets(model: Model, url: str, name: str) -> dict[str, str]:
    """Return the call in one language for every question, with its first example."""
    return {
        question.name: call.text
        for question in model.questions.values()
        for call in calls(question, {}, url)
        if call.name == name
    }


def test_every_call_runs_with_curl(model: Model, url: str, gate: Gate) -> None:
    """Pasted into a shell as it stands on the page, it prints the answer."""
    for name, text in snippets(model, url, "curl").items():
        done = subprocess.run(["sh", "-c", text], capture_output=True, check=False)
        assert done.returncode == 0, (name, done.stderr)
        assert json.loads(done.stdout)["name"] == name
        assert json.loads(done.stdout)["rows"] or model.questions[name].header.empty
    gate("calls in curl", f"{len(model.questions)} run")


def test_every_call_runs_in_python(model: Model, url: str, gate: Gate) -> None:
    """One after the other in one interpreter, each prints its data frame."""
    shown = snippets(model, url, "Python")
    program = "\n".join(f"print({name!r})\n{text}\nkg.close()" for name, text in shown.items())
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line in shown] == list(shown)
    gate("calls in Python", f"{len(shown)} run")


def test_every_call_runs_in_r(model: Model, url: str, gate: Gate) -> None:
    """Where R is; elsewhere the table of gates says plainly that it was not run."""
    program = "\n".join(snippets(model, url, "R").values())
    rscript = shutil.which("Rscript")
    if rscript is None:
        gate("calls in R", "not run: there is no Rscript here")
        return
    done = subprocess.run([rscript, "-e", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    gate("calls in R", f"{len(model.questions)} run")
