"""The verbs of the command line, one module each, and what several of them share.

A module here is a verb: it holds a click command called `verb`. Libraries are imported where they
are used, so that `--help` and completion answer at once.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from ihubkg import formats, terminal
from ihubkg.errors import NotFound, ParseError
from ihubkg.formats import Format

if TYPE_CHECKING:
    from ihubkg.question import Question
    from ihubkg.store import Store

F = TypeVar("F", bound=Callable[..., object])

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Data folder to use; without it, the packaged graph in memory.",
)
OWN_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help="Data folder to use.",
)


def format_option(names: Iterable[str], default: str) -> Callable[[F], F]:
    """Return the option `--format`, whose value the verb gets as `form`."""
    return click.option(
        "--format", "form", type=click.Choice([*names]), default=default, show_default=True
    )


@contextmanager
def reading(data: Path | None) -> Iterator["Store"]:
    """Open the data folder to read, or the packaged graph."""
    from ihubkg.folder import is_filled
    from ihubkg.model import Model
    from ihubkg.store import Store

    if data is not None and not is_filled(data):
        raise NotFound(f"There is no data folder {data}: ihubkg serve --data {data} makes one.")
    with terminal.waiting("Reading the packaged graph" if data is None else f"Opening {data}"):
        model = Model.load()
        store = (
            Store.memory(model) if data is None else Store.open(data, model=model, read_only=True)
        )
    with store:
        yield store


@contextmanager
def writing(data: Path) -> Iterator["Store"]:
    """Open the data folder to write, filled first where it is empty."""
    from ihubkg.model import Model
    from ihubkg.store import Store

    with terminal.waiting(f"Opening {data}"):
        store = Store.open(data, model=Model.load())
    with store:
        yield store


def known_questions() -> "dict[str, Question]":
    """Return the named questions."""
    from ihubkg.model import Model

    return dict(Model.load().questions)


def write_bytes(content: bytes) -> None:
    """Put `content` on standard output."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_text(text: str) -> None:
    """Put `text` on standard output, ended by one line break."""
    click.echo(text, nl=not text.endswith("\n"))


@contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """Give standard output, or a file that is there only when all of it was written."""
    if path is None:
        yield sys.stdout.buffer
        return
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as out:
            yield out
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def replace(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never a half."""
    with output(path) as out:
        out.write(text.encode())


def format_of(path: Path) -> Format:
    """Return the graph format that the suffix of `path` names.

    Raises:
        NotFound: there is no such file, or it is a folder.
        ParseError: it names none.
    """
    if path.is_dir():
        raise NotFound(f"{path} is a folder: name the files in it.")
    if not path.exists():
        raise NotFound(f"There is no file {path}.")
    fmt = formats.by_suffix(path.suffix, kind="graph")
    if fmt is None:
        known = ", ".join(f".{item.suffix}" for item in formats.GRAPH_FORMATS)
        held = path.suffix or "a name without suffix"
        raise ParseError(f"{path}: what format {held} means is not known: use {known}.")
    return fmt


def located(path: Path, error: ParseError) -> ParseError:
    """Return `error` as `FILE:LINE:COLUMN: …`."""
    place = f"{path}:{error.line or 1}:{error.column or 1}"
    return ParseError(f"{place}: {error}", error.line, error.column)
