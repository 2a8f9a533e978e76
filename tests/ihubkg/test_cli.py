import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ihubkg import cli as module
from ihubkg import verbs
from ihubkg.cli import INTERRUPTED, main
from ihubkg.errors import IhubError
from tests.conftest import Cli, Run

NAMES = main.list_commands(click.Context(main))


def test_every_module_of_verbs_is_a_verb() -> None:
    folder = Path(verbs.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(NAMES)


def test_the_verbs_of_the_contract_are_there() -> None:
    contract = {"serve", "questions", "ask", "query", "validate", "load", "dump", "diff", "fmt"}
    assert contract | {"backup", "restore", "reason", "build", "token"} <= set(NAMES)


def commands(command: click.Command, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the paths of a command and of those below it."""
    if not isinstance(command, click.Group):
        return [path]
    below = [(*path, name) for name in command.list_commands(click.Context(command))]
    found = [path]
    for name in below:
        inner = command.get_command(click.Context(command), name[-1])
        assert inner is not None
        found += commands(inner, name)
    return found


@pytest.mark.parametrize("path", commands(main, ()), ids=" ".join)
def test_help_shows_an_example_for_every_verb(path: tuple[str, ...], cli: Cli) -> None:
    result = cli(*path, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"ihubkg {' '.join(path)}".strip() in result.stdout


def test_help_lists_every_verb_with_what_it_does(cli: Cli) -> None:
    listed = cli("--help").stdout.partition("Verbs:")[2].splitlines()
    rows = [line.split(maxsplit=1) for line in listed if line.startswith("  ") and line[2] != " "]
    assert [row[0] for row in rows] == NAMES
    assert all(len(row) == 2 for row in rows)


def test_help_imports_no_verb(root: Path) -> None:
    code = "import sys, ihubkg.cli\ntry: ihubkg.cli.main(['--help'])\nfinally: print(*sys.modules)"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert "Verbs:" in result.stdout
    assert "ihubkg.verbs.ask" not in result.stdout
    assert "rdflib" not in result.stdout.split()


def test_without_a_verb_help_is_shown_and_the_exit_code_is_2(cli: Cli) -> None:
    result = cli()
    assert result.exit_code == 2
    assert "Usage: ihubkg" in result.stderr


def test_an_unknown_verb_names_the_nearest(cli: Cli) -> None:
    result = cli("quer")
    assert result.exit_code == 2
    assert "There is no verb quer. Nearest: query," in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--nope",), "No such option"),
        (("ask",), "Missing argument"),
        (("fmt", "/no/such/file"), "does not exist"),
        (("dump", "--format", "docx"), "'docx' is not one of"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], message: str, cli: Cli
) -> None:
    result = cli(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("ihubkg: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (IhubError("Two\n lines."), "ihubkg: Two lines.\n", 2),
        (OSError(28, "No space left on device", "/x"), "ihubkg: /x: No space left on device.\n", 2),
        (OSError("odd"), "ihubkg: The system: odd.\n", 2),
        (KeyboardInterrupt(), "", INTERRUPTED),
        (ZeroDivisionError("by zero"), "please report it (ZeroDivisionError: by zero)", 2),
    ],
    ids=["ours", "system", "nameless", "Ctrl+C", "fault"],
)
def test_whatever_goes_wrong_is_one_line(
    error: BaseException, line: str, code: int, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(verbs, "known_questions", fail)
    result = cli("questions")
    assert result.exit_code == code
    assert line in result.stderr
    assert "Traceback" not in result.stderr


def test_a_fault_shows_where_it_came_up_when_asked(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(verbs, "known_questions", fail)
    assert isinstance(cli("--traceback", "questions").exception, ZeroDivisionError)


def test_a_module_that_holds_no_verb_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from ihubkg.verbs import fmt

    monkeypatch.setattr(fmt, "verb", None)
    with pytest.raises(TypeError, match="fmt is no verb"):
        main.get_command(click.Context(main), "fmt")
    assert main.get_command(click.Context(main), "nope") is None


def test_a_reader_that_goes_away_is_no_error(root: Path) -> None:
    command = [sys.executable, "-m", module.__name__, "dump", "--format", "ntriples"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as dumping:
        assert dumping.stdout is not None
        assert dumping.stderr is not None
        dumping.stdout.read(10)
        dumping.stdout.close()
        assert dumping.stderr.read() == b""


def test_a_terminal_of_another_encoding_gets_question_marks(root: Path) -> None:
    command = [sys.executable, "-m", module.__name__, "ask", "hub-and-pair-of-school"]
    result = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "iso-8859-7:strict"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "J??pre School" in result.stdout


def test_what_programs_read_is_utf_8_in_every_locale(root: Path) -> None:
    command = [sys.executable, "-m", module.__name__, "ask", "hub-and-pair-of-school"]
    result = subprocess.run(
        [*command, "--format", "csv"],
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert "Jõõpre School" in result.stdout.decode()


def test_a_mistake_in_the_arguments_leads_to_the_help_of_the_verb(cli: Cli) -> None:
    assert cli("ask").stderr == "ihubkg: Missing argument 'NAME'. See ihubkg ask --help.\n"


def test_the_program_runs_as_a_module(run: Run) -> None:
    result = run("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("ihubkg, version")
