"""What a person at a terminal sees: tables, and how far long work has come.

Progress goes to standard error and only to a terminal; what is piped gets the result alone.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

_PIPED = 10_000
"""Columns of a table that nobody looks at in a window: nothing is folded."""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as text, folded to the terminal's width where there is one."""
    is_terminal = sys.stdout.isatty()
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
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


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
