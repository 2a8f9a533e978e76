"""`ihubkg validate`: files, or the whole graph, against the shapes."""

import sys
from pathlib import Path

import click

from ihubkg import terminal, verbs
from ihubkg.errors import NotFound, ParseError
from ihubkg.formats import CSV, Format
from ihubkg.report import Report

FORMATS = ("text", "json", "jsonld", "sarif", "turtle", "html", "csv")

CONFORMS, FAILS, UNREADABLE = 0, 1, 2


@click.command("validate")
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Check the whole graph.")
@click.option("--submission", is_flag=True, help="Ask what is asked of submissions too.")
@click.option("--lang", "language", default="en", metavar="CODE", help="Language of the messages.")
@verbs.format_option(FORMATS, "text")
@verbs.DATA
def verb(
    files: tuple[Path, ...],
    everything: bool,
    submission: bool,
    language: str,
    form: str,
    data: Path | None,
) -> None:
    """Check files against the shapes: where the problem is, what is wrong, how to mend it.

    A file is seen in the context of the packaged graph, or of the data folder. The exit code is
    0 if all conform, 1 if some do not, 2 if some could not be read.

    \b
    Examples:
      ihubkg validate my-method.ttl
      ihubkg validate schools.csv
      ihubkg validate *.jsonld --format sarif > problems.sarif
      ihubkg validate --all
    """
    if everything == bool(files):
        raise click.UsageError("Name the files to check, or say --all for the whole graph.")
    profile = "submission" if submission else "published"
    reports = [_whole(data, profile)] if everything else _each(files, data, profile)
    from ihubkg.rendering import render

    for report in reports:
        verbs.write_bytes(render(report, form, [language]))
    if not all(report.readable for report in reports):
        sys.exit(UNREADABLE)
    sys.exit(CONFORMS if all(report.conforms for report in reports) else FAILS)


def _whole(data: Path | None, profile: str) -> Report:
    from ihubkg.batch import validate_all
    from ihubkg.context import Context
    from ihubkg.model import Model

    with verbs.reading(data) as store, terminal.steps() as step:
        context = Context.of(store.raw)
        return validate_all(context, model=Model.load(), profile=profile, step=step)


def _each(files: tuple[Path, ...], data: Path | None, profile: str) -> list[Report]:
    from ihubkg.context import Context
    from ihubkg.document import Inspector, Options
    from ihubkg.model import Model

    given = [(path, _format(path), _bytes(path)) for path in files]
    with terminal.waiting("Reading the shapes"):
        model = Model.load()
        inspector = Inspector.of(model, profile=profile)
    if data is None:
        context = Context.packaged(model)
        return [
            inspector.inspect(content, fmt, context, Options(source=str(path)))
            for path, fmt, content in given
        ]
    with verbs.reading(data) as store:
        context = Context.of(store.raw)
        return [
            inspector.inspect(content, fmt, context, Options(source=str(path)))
            for path, fmt, content in given
        ]


def _format(path: Path) -> Format:
    return CSV if path.suffix.lower() == f".{CSV.suffix}" else verbs.format_of(path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.") from error
    except OSError as error:
        raise ParseError(f"{path} cannot be read: {error.strerror}.") from error
