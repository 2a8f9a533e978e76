import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import Cli

COUNT = "SELECT (COUNT(?m) AS ?n) { ?m a <https://w3id.org/ihub4schools/ontology#Method> }"
GRAPH = "CONSTRUCT WHERE { <https://w3id.org/ihub4schools/id/method/digipeda> ?p ?o }"


@pytest.fixture(autouse=True)
def keep_handler() -> object:
    """Put the handler of Ctrl+C back that a query replaces."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_file_is_run_and_shown_as_a_table(cli: Cli, filled: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(COUNT)
    result = cli("query", tmp_path / "q.rq", "--data", filled)
    assert result.exit_code == 0
    assert result.stdout.split()[0] == "n"
    assert int(result.stdout.split()[-1]) > 3


def test_terms_are_shown_as_people_read_them(cli: Cli, filled: Path) -> None:
    text = """SELECT ?iri ?text ?none { VALUES (?iri ?text ?none)
        { (<https://w3id.org/ihub4schools/ontology#Method> "x [y]"@en UNDEF) } }"""
    result = cli("query", "-", "--data", filled, input=text)
    assert result.stdout.splitlines()[-1].strip() == "ihub:Method   x [y]"


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_come_in_every_format(form: str, cli: Cli, filled: Path) -> None:
    result = cli("query", "-", "--format", form, "--data", filled, input=COUNT)
    assert result.exit_code == 0
    if form == "csv":
        assert result.stdout.splitlines()[0] == "n"
    else:
        kind = {"json": "JSON", "xml": "XML", "tsv": "TSV"}[form]
        rows = ox.parse_query_results(
            result.stdout_bytes, format=getattr(ox.QueryResultsFormat, kind)
        )
        assert len(list(rows)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["turtle", "jsonld", "ntriples", "nquads", "trig", "rdfxml"])
def test_a_graph_comes_in_every_format(form: str, cli: Cli, filled: Path) -> None:
    from ihubkg import formats

    fmt = formats.by_name(form)
    assert fmt is not None
    result = cli("query", "-", "--format", form, "--data", filled, input=GRAPH)
    assert result.exit_code == 0
    kind = ox.RdfFormat.from_media_type(fmt.media_type)
    assert len([*ox.parse(result.stdout_bytes, format=kind)]) > 5


def test_a_graph_is_shown_as_turtle(cli: Cli, filled: Path) -> None:
    assert "    a\n" in cli("query", "-", "--data", filled, input=GRAPH).stdout


@pytest.mark.parametrize(
    ("text", "answer"), [("ASK { ?s ?p ?o }", "yes"), ("ASK { <x:> ?p ?o }", "no")]
)
def test_a_yes_or_no_is_said(text: str, answer: str, cli: Cli, filled: Path) -> None:
    assert cli("query", "-", "--data", filled, input=text).stdout == f"{answer}\n"
    said = cli("query", "-", "--data", filled, "--format", "json", input=text).stdout
    assert str(answer == "yes").lower() in said


@pytest.mark.parametrize(
    ("text", "form", "message"),
    [
        ("SELECT * {\n ?s ?p }", "table", "line 2, column 9"),
        ("SELECT * { SERVICE <http://e/> {} }", "table", "SERVICE is not available"),
        ("INSERT DATA { <a:> <b:> 1 }", "table", "update"),
        (GRAPH, "csv", "gives a graph: choose --format turtle"),
        (COUNT, "turtle", "gives rows: choose --format json"),
    ],
)
def test_what_cannot_be_run_is_said_with_its_place(
    text: str, form: str, message: str, cli: Cli, filled: Path
) -> None:
    result = cli("query", "-", "--format", form, "--data", filled, input=text)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_text_or_not_there_is_said_so(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"ASK { <a:> <b:> '\xe9' }")
    assert "not UTF-8" in cli("query", tmp_path / "q.rq").stderr
    assert "No such file" in cli("query", tmp_path / "none.rq").stderr


def test_ctrl_c_ends_a_query_that_would_run_for_ever(root: Path, filled: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    command = [sys.executable, "-m", "ihubkg.cli", "query", "-", "--data", str(filled)]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        running.stdin.write(text)
        running.stdin.close()
        time.sleep(3)
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=5) == -signal.SIGINT
