"""`ihubkg build`: what a release publishes."""

from pathlib import Path

import click

from ihubkg import build, terminal
from ihubkg.model import Model


@click.command("build")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, metavar="DIR"
)
def verb(out: Path) -> None:
    """Write the release: ontology, modules, schemes, shapes, context, dumps, checksums.

    \b
    Examples:
      ihubkg build
      ihubkg build --out /tmp/release
    """
    with terminal.steps() as done:
        count = build.build(Model.load(), out, done=done)
    click.echo(f"{count} files are in {out}")
