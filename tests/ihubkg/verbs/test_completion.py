import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli


def complete(root: Path, *words: str) -> list[str]:
    """Return what a shell would offer for the last of `words`."""
    code = "from ihubkg.cli import main; main(prog_name='ihubkg')"
    settings = {
        "_IHUBKG_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(("ihubkg", *words)),
        "COMP_CWORD": words[-1],
    }
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = filter(None, result.stdout.splitlines())
    return [line.split("\t")[0].split(",")[-1] for line in lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str, cli: Cli) -> None:
    result = cli("completion", shell)
    assert result.exit_code == 0
    assert f"_IHUBKG_COMPLETE={shell}_complete" in result.stdout


def offered(found: list[str], wanted: str) -> bool:
    return any(wanted in item for item in found)


def test_verbs_questions_parameters_and_values_complete(root: Path) -> None:
    assert offered(complete(root, "que"), "query")
    assert offered(complete(root, "ask", "methods-f"), "methods-for-phase")
    assert offered(complete(root, "ask", "methods-for-phase", "ph"), "phase=")
    values = complete(root, "ask", "methods-for-phase", "phase=ma")
    assert offered(values, "phase=mapping-needs")
    assert not offered(values, "phase=reflection")
    assert complete(root, "ask", "no-such-question", "x") == []


BASH = """
source <("$1" -m ihubkg.cli completion bash)
compopt() { echo "compopt $*"; }
COMP_LINE="$2" COMP_POINT=${#2}
_ihubkg_completion "$3"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("ihubkg ask methods-for-ph", ["methods-for-phase"]),
        ("ihubkg ask methods-for-phase ", ["compopt -o nospace", "phase="]),
        ("ihubkg ask methods-for-phase phase=ma", ["mapping-needs"]),
    ],
)
def test_bash_completes_behind_an_equals_sign(
    line: str, offers: list[str], root: Path, tmp_path: Path
) -> None:
    """bash breaks words there, and replaces what stands behind the sign alone."""
    program = tmp_path / "ihubkg"
    code = "from ihubkg.cli import main; main(prog_name='ihubkg')"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", BASH, "bash", sys.executable, line, program],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == offers, done.stderr
