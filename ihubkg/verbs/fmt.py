"""`ihubkg fmt`: Turtle in its one form."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from ihubkg import files, terminal, turtle, verbs
from ihubkg.errors import ParseError


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where a file would change.")
@click.pass_context
def verb(context: click.Context, paths: Sequence[Path], check: bool) -> None:
    """Write Turtle files in the one canonical form, proved to say the same as before.

    PATH is a file or a folder; without any, the Turtle of the project itself.

    \b
    Examples:
      ihubkg fmt
      ihubkg fmt --check data/curated/methods
    """
    changed = unread = 0
    found = [*_turtle_files(paths)]
    with terminal.progress(len(found)) as step:
        for path in found:
            step(path.name)
            try:
                before = _text(path)
                after = turtle.reformat(before)
            except ParseError as error:
                unread += 1
                click.echo(str(verbs.located(path, error)), err=True)
                continue
            if after == before:
                continue
            changed += 1
            if check:
                click.echo(f"{path}: is not in the canonical form: run ihubkg fmt {path}")
            else:
                verbs.replace(path, after)
                click.echo(f"{path}: rewritten")
    context.exit(2 if unread else int(check and changed > 0))


def _turtle_files(paths: Iterable[Path]) -> Iterator[Path]:
    tops = list(paths) or [
        folder for name in (*files.FOLDERS, "tests") if (folder := files.root() / name).is_dir()
    ]
    for top in tops:
        yield from sorted(top.rglob("*.ttl")) if top.is_dir() else [top]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ParseError("This is not UTF-8 text: save the file as UTF-8.", line) from error
