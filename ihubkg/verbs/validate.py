"""`ihubkg validate`: files, or the whole graph, against the shapes."""

import sys
from collections.abc import Iterator
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
@click.option(
    "--profile",
    type=click.Choice(["published", "submission"]),
    default="published",
    show_default=True,
    help="What is asked: of published data, or of submissions too.",
)
@click.option("--submission", "profile", flag_value="submission", help="--profile submission")
@click.option(
    "--base", metavar="VERSION", help="Version of --data you began from: tell what changed since."
)
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    default=60,
    show_default=True,
    metavar="N",
    help="Longest time for the shapes of one file; then the report says that it is not whole.",
)
@click.option("--lang", "language", default="en", metavar="CODE", help="Language of the messages.")
@verbs.format_option(FORMATS, "text")
@verbs.DATA
def verb(
    files: tuple[Path, ...],
    everything: bool,
    profile: str,
    base: str | None,
    seconds: float,
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
    reports = [_whole(data, profile)] if everything else _each(files, data, profile, base, seconds)
    from ihubkg.rendering import render

    report = Report.joined(reports)
    verbs.write_bytes(render(report, form, [language]))
    if not report.readable:
        sys.exit(UNREADABLE)
    sys.exit(CONFORMS if report.conforms else FAILS)


def _whole(data: Path | None, profile: str) -> Report:
    from ihubkg.batch import validate_all
    from ihubkg.context import Context
    from ihubkg.model import Model

    with verbs.reading(data) as store, terminal.steps() as step:
        context = Context.published(store.raw)
        return validate_all(context, model=Model.load(), profile=profile, step=step)


def _each(
    files: tuple[Path, ...], data: Path | None, profile: str, base: str | None, seconds: float
) -> list[Report]:
    from ihubkg.context import Context
    from ihubkg.document import Inspector, Options
    from ihubkg.model import Model

    given = [(path, _format(path)) for path in files]
    for path, _ in given:
        _bytes(path, 1)  # a name typed wrong is said before the work begins
    with terminal.waiting("Reading the shapes"):
        model = Model.load()
        inspector = Inspector.of(model, profile=profile)

    moved = _moved(data, base)

    def reports(context: Context) -> Iterator[Report]:
        for path, fmt in given:
            options = Options(source=str(path), moved=moved, seconds=seconds)
            content = _bytes(path, options.limits.size + 1)
            yield inspector.inspect(content, fmt, context, options)

    if data is None:
        return [*reports(Context.packaged(model))]
    with verbs.reading(data) as store:
        return [*reports(Context.published(store.raw))]


def _moved(data: Path | None, base: str | None) -> dict[str, str]:
    """Return what changed in the data folder since the version `base`."""
    from ihubkg.changes import Journal

    if base is None:
        return {}
    if data is None:
        raise click.UsageError("--base needs --data: the packaged graph has one version.")
    journal = Journal(data)
    try:
        return journal.since(base, 10_000)
    finally:
        journal.close()


def _format(path: Path) -> Format:
    return CSV if path.suffix.lower() == f".{CSV.suffix}" else verbs.format_of(path)


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.") from error
    except OSError as error:
        raise ParseError(f"{path} cannot be read: {error.strerror}.") from error
