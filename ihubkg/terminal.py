"""What a person at a terminal sees: tables, and how far long work has come.

Progress goes to standard error and only to a terminal; what is piped gets the result alone.
"""

import io
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

_PIPED = 10_000
"""Columns of a table that nobody looks at in a window: nothing is folded."""

_ENOUGH = 24
"""Characters in which a column of longer text can still be read."""
_GAP = 3
_RULE = "─"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as text, folded to the terminal's width where there is one.

    Where the columns would get too narrow to read, each row is a block of lines instead.
    """
    is_terminal = sys.stdout.isatty()
    listed = [[*row] for row in rows]
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=is_terminal,
        width=None if is_terminal else _PIPED,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    if is_terminal and listed and _least(columns, listed) > console.width:
        return _blocks(columns, listed, console.width)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in listed:
        shown.add_row(*row)
    console.print(shown)
    text = out.getvalue() if _takes(_RULE) else out.getvalue().replace(_RULE, "-")
    return "\n".join(line.rstrip() for line in text.splitlines())


def _takes(text: str) -> bool:
    """Tell whether standard output can show `text`."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _least(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the width from which a table can be read."""
    widths = (max(map(len, cells)) for cells in zip(columns, *rows, strict=True))
    return sum(min(width, _ENOUGH) + _GAP for width in widths) - _GAP


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Return each row as lines of column and value, without those that have none."""
    left = max(map(len, columns)) + 2
    blocks = (
        textwrap.fill(
            value,
            max(width, left + _ENOUGH),
            initial_indent=column.ljust(left),
            subsequent_indent=" " * left,
        )
        for row in rows
        for column, value in (("", ""), *zip(columns, row, strict=True))
        if value or not column
    )
    return "\n".join(blocks).lstrip("\n")


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar of `total` steps; the function given ends one step and names the next."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=total)

        def step(name: str) -> None:
            shown.update(task, description=name, advance=1)

        yield step


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show which of an unknown number of steps is done; the function given names it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield status.update


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say `what` goes on, for as long as it does."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
