"""What many tests share: the packaged graph, opened once, and the command line as a program."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ihubkg import files
from ihubkg.cli import main
from ihubkg.model import Model
from ihubkg.store import Store

Cli = Callable[..., Result]
Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest --update` rewrite the expected answers of the questions, to be read by eye."""
    parser.addoption("--update", action="store_true", help="rewrite tests/queries/*/expected.json")


@pytest.fixture(scope="session")
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expected answers are to be rewritten."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds `ontology/ shapes/ data/ queries/`."""
    return files.root()


@pytest.fixture(scope="session")
def model() -> Model:
    """The packaged files."""
    return Model.load()


@pytest.fixture(scope="session")
def store(model: Model) -> Iterator[Store]:
    """The packaged graph in memory, with its inferences; for reading."""
    with Store.memory(model) as opened:
        opened.read_only = True
        yield opened


@pytest.fixture(scope="session")
def run(root: Path) -> Run:
    """Run `ihubkg` with the arguments given; `input` is its standard input."""

    def call(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ihubkg.cli", *map(str, arguments)]
        settings = {"cwd": root, "capture_output": True, "text": True, "timeout": 120, **options}
        return subprocess.run(command, check=False, **settings)  # type: ignore[call-overload, no-any-return]

    return call


@pytest.fixture(scope="session")
def filled(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the packaged graph; for reading."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    Store.open(folder, model=model).close()
    return folder


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Run `ihubkg` in this process; `input` is its standard input."""

    def call(*arguments: str | Path, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, [*map(str, arguments)], input=input, prog_name="ihubkg")

    return call


Gate = Callable[[str, str], None]


@pytest.fixture
def gate(record_property: Callable[[str, object], None]) -> Gate:
    """Put a figure into the table of gates at the end of the run, under the test's own outcome."""
    return lambda name, figure: record_property("gate", [name, figure])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of gates that ran, with their figures."""
    rows = [
        (name, figure, outcome)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if getattr(report, "when", "") == "call"
        for key, value in report.user_properties
        if key == "gate"
        for name, figure in [value]
    ]
    if rows:
        width = max(len(name) for name, _, _ in rows)
        terminalreporter.section("gates")
        for name, figure, outcome in sorted(rows):
            terminalreporter.write_line(f"{name:{width}}  {outcome:6}  {figure}")
