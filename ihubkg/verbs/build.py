"""`ihubkg build`: what a release publishes."""

from pathlib import Path

import click

from ihubkg import build, terminal
from ihubkg.model import Model


@click.command("build")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, metavar="DIR"
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="An earlier release: changes.md says what changed, and whether it is major, minor, patch.",
)
def verb(out: Path, since: Path | None) -> None:
    """Write the release: ontology, modules, schemes, shapes, context, dumps, checksums.

    \b
    Examples:
      ihubkg build
      ihubkg build --out /tmp/release
      ihubkg build --out dist-0.2.0 --since dist-0.1.0
    """
    with terminal.steps() as done:
        count = build.build(Model.load(), out, since=since, done=done)
    click.echo(f"{count} files are in {out}")
