"""Every example of docs/elsewhere.md, run as a reader would run it.

Where R or Node.js is absent, its example is left out and the summary says so; in CI it is required.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.conformance.clients import MISSING, NODE, RSCRIPT
from tests.conformance.running import ROOT, service

LOCAL = "http://127.0.0.1:8000"
TEXT = (ROOT / "docs" / "elsewhere.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
PROGRAMS = {
    "sh": ("sh", "-c"),
    "python": (sys.executable, "-c"),
    "js": (NODE or "node", "--input-type=module", "-e"),
    "r": (RSCRIPT or "Rscript", "-e"),
}
NEEDS = {"js": "Node.js", "r": "R"}
TOLD = {
    "Accept: text/turtle": "ihub:typicalDuration",
    "methods-for-phase.csv": "method",
    "methods-for-phase.json": "/doc/method/idi-mapping",
    "doc/method.jsonld": "Digipeda workshop",
    "method/digipeda.jsonld": "Digipeda workshop Digipeda workshop: 3 hours",
    "hubs-with-counts.csv": "hub",
}
"""What an example prints, by what stands in it."""

REQUIRED = os.environ.get("CI") == "true"
RUNNABLE = [
    (name, text)
    for name, text in EXAMPLES
    if name in PROGRAMS and (REQUIRED or NEEDS.get(name) not in MISSING)
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a service answers."""
    with service() as running:
        yield running.url


@pytest.mark.parametrize(("language", "text"), RUNNABLE)
def test_an_example_runs(language: str, text: str, address: str) -> None:
    command = [*PROGRAMS[language], text.replace(LOCAL, address)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    wanted = next(told for part, told in TOLD.items() if part in text)
    assert wanted in done.stdout


def test_examples_are_short_and_in_every_language_promised() -> None:
    assert {name for name, _ in EXAMPLES} == {"sh", "python", "js", "r", "text", "sparql"}
    assert all(text.count("\n") <= 10 for _, text in EXAMPLES)


def test_the_query_for_registers_has_answers(client: TestClient) -> None:
    text = next(text for name, text in EXAMPLES if name == "sparql")
    answer = client.get("/sparql", params={"query": text}, headers={"accept": "text/csv"})
    assert answer.status_code == 200
    assert answer.text.count("\n") > 10
    assert "wikidata.org" in answer.text or "http" in answer.text


def test_every_address_of_the_page_answers(client: TestClient) -> None:
    found = set(re.findall(r"`(/[A-Za-z0-9./:{}-]+)", TEXT))
    for path in found:
        real = path.replace("{kind}", "method").replace("{Class}", "Method")
        assert client.get(real).status_code in (200, 303), path


def test_a_spreadsheet_s_question_is_there(client: TestClient) -> None:
    path = Path(re.findall(r'IMPORTDATA\("https://example.org(/[^"]*)"', TEXT)[0])
    answer = client.get(str(path))
    assert answer.headers["content-type"].startswith("text/csv")
