"""One new file is enough: in a copy of the project a question is added, and every door has it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

QUESTION = """\
#+ summary: Which methods are there?
#+ description: All methods by name.
#+ persona: [developer]
#+ answers: ["-"]
#+ version: 1.0.0
#+ status: draft
#+ parameters:
#+   status: {type: concept of method-status, example: used-in-pilot, description: Only these.}
#+ results:
#+   method: thing of Method
#+ order: [method]
PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>

SELECT ?method
WHERE {
  VALUES ?status { UNDEF }
  # a method of the status
  ?method a ihub:Method ; ihub:methodStatus ?status .
}
ORDER BY ?method
"""

DOORS = """\
import json, sys
from starlette.testclient import TestClient
from ihubkg import KnowledgeGraph, agent
from ihubkg.executable import executables
from ihubkg.model import Model
from ihubkg.store import Store
from service.app import create_app
from service.settings import Settings

model = Model.load()
found = {}
with Store.memory(model) as store:
    found["agent"] = "all-methods" in {tool.name for tool in agent.Desk.of(store, model).tools()}
texts = [str(triple) for triple in executables(model.questions.values())]
found["executable"] = any("questions/all-methods" in text for text in texts)
with KnowledgeGraph() as graph:
    found["python"] = len(graph.ask("all-methods", status="used-in-pilot").rows)
with TestClient(create_app(Settings(workers=1, slow=1)), base_url="http://127.0.0.1") as client:
    path = "/questions/all-methods"
    found["json"] = len(client.get(f"{path}.json").json()["rows"])
    found["csv"] = client.get(f"{path}.csv").text.count("id/method/")
    found["page"] = "Which methods are there?" in client.get(f"{path}.html").text
    found["wrong"] = client.get(f"{path}.json?status=nope").status_code
    found["openapi"] = any(path in one for one in client.get("/openapi.json").json()["paths"])
    listed = client.get("/questions", headers={"Accept": "application/json"}).json()["questions"]
    found["listed"] = "all-methods" in {one["name"] for one in listed}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A copy of the project with one question more."""
    top = tmp_path_factory.mktemp("project")
    for name in ("ihubkg", "service", "ontology", "shapes", "data", "queries"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(root / name, top / name, ignore=ignored)
    (top / "queries" / "questions" / "all-methods.rq").write_text(QUESTION, encoding="utf-8")
    return top


BROKEN = {
    "header": (QUESTION.replace("status: draft", "status: fine"), ":6: status: "),
    "query": (QUESTION.replace("?method a ihub", "?method a , ihub"), ":18: Syntax error"),
    "slot": (QUESTION.replace("VALUES ?status { UNDEF }", ""), ":1: parameters.status: "),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_question_is_named_when_the_service_starts(copy: Path, kind: str) -> None:
    text, said = BROKEN[kind]
    path = copy / "queries" / "questions" / "broken.rq"
    path.write_text(text, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ihubkg.cli", "serve", "--port", "0"],
            cwd=copy,
            env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        path.unlink()
    assert done.returncode == 2
    assert f"queries/questions/broken.rq{said}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def run(copy: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_has_it(copy: Path) -> None:
    told = run(copy, "-m", "ihubkg.cli", "ask", "all-methods", "--format", "json")
    assert len(json.loads(told)["rows"]) == 9


def test_every_other_door_has_it(copy: Path) -> None:
    assert json.loads(run(copy, "-c", DOORS).splitlines()[-1]) == {
        "agent": True,
        "executable": True,
        "python": 2,
        "json": 9,
        "csv": 9,
        "page": True,
        "wrong": 422,
        "openapi": True,
        "listed": True,
    }
