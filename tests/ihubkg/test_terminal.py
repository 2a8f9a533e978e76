import io
import sys

import pytest

from ihubkg import terminal


class Screen(io.StringIO):
    """A terminal 40 columns wide."""

    def isatty(self) -> bool:
        return True


def test_a_piped_table_is_never_folded() -> None:
    long = "x" * 500
    text = terminal.table(["one", "two"], [[long, "[bold]y :smile:"]])
    heading, rule, row = text.splitlines()
    assert heading.split() == ["one", "two"]
    assert set(rule) == {"─"}
    assert row == f"{long}   [bold]y :smile:"
    assert "\x1b" not in text


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setenv("COLUMNS", "40")
    text = terminal.table(["one"], [["x" * 100]])
    assert len(text.splitlines()) == 5
    assert "\x1b" in text


def test_a_table_too_wide_to_read_is_blocks_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setenv("COLUMNS", "40")
    long = "It begins by mapping the needs of the school."
    text = terminal.table(["method", "why", "note"], [["Digipeda", long, ""], ["IDI", long, long]])
    first, _, second = text.partition("\n\n")
    assert first.splitlines() == [
        "method  Digipeda",
        "why     It begins by mapping the needs",
        "        of the school.",
    ]
    assert second.startswith("method  IDI\n")
    assert "note    It begins" in second


def test_a_terminal_without_lines_gets_dashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert terminal.table(["one"], [["1"]]).splitlines()[1] == "---"


def test_a_table_without_rows_shows_its_columns() -> None:
    assert terminal.table(["one"], []).split()[0] == "one"


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(2) as step, terminal.steps() as done, terminal.waiting("Waiting"):
        step("a")
        done("b")
    assert capsys.readouterr() == ("", "")


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with terminal.progress(3) as step:
        step("file-1")
    with terminal.steps() as done:
        done("file-2")
    with terminal.waiting("file-3"):
        pass
    assert all(text in screen.getvalue() for text in ("1/3", "file-1", "file-2", "file-3"))
