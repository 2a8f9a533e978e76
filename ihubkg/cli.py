"""The command `ihubkg`: every verb of the project from a terminal."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from ihubkg import files, turtle
from ihubkg.errors import IhubError, ParseError


class Verbs(click.Group):
    """A group of verbs whose errors are one plain line, whatever went wrong."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: object,
    ) -> object:
        """Run the command line; exit 2 with one line on stderr where it cannot be done."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            sys.exit(super().main(args, prog_name, complete_var, False, **extra) or 0)
        except click.Abort:
            sys.exit(130)
        except click.ClickException as error:
            _complain(error.format_message())
        except IhubError as error:
            _complain(str(error))
        except BrokenPipeError:
            sys.stderr.close()
        except OSError as error:
            _complain(f"{error.filename or 'The system'}: {error.strerror or error}.")
        sys.exit(2)


def _complain(message: str) -> None:
    click.echo(f"ihubkg: {' '.join(message.split())}", err=True)


@click.group(cls=Verbs, name="ihubkg", context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Knowledge graph of the iHub4Schools mentoring framework: ask, query, validate, serve."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where a file would change.")
@click.pass_context
def fmt(context: click.Context, paths: Sequence[Path], check: bool) -> None:
    """Write Turtle files in the one canonical form, proved to say the same as before.

    PATH is a file or a folder; without any, the Turtle of the project itself.

    \b
    Examples:
      ihubkg fmt
      ihubkg fmt --check data/curated/methods
    """
    changed = unread = 0
    for path in _turtle_files(paths):
        try:
            before = _text(path)
            after = turtle.reformat(before)
        except ParseError as error:
            unread += 1
            click.echo(f"{path}:{error.line or 1}:{error.column or 1}: {error}", err=True)
            continue
        if after == before:
            continue
        changed += 1
        if check:
            click.echo(f"{path}: is not in the canonical form: run ihubkg fmt {path}")
        else:
            _replace(path, after)
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


def _replace(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never a half."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


if __name__ == "__main__":
    main()
