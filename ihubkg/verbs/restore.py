"""`ihubkg restore`: a backup put back."""

from pathlib import Path

import click

from ihubkg import backup, terminal, verbs


@click.command("restore")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@verbs.OWN_DATA
def verb(source: Path, data: Path) -> None:
    """Make a new data folder of the backup DIR, checked against its own digests.

    \b
    Examples:
      ihubkg restore --data .data backups/2026-11-22
    """
    with terminal.waiting("Copying and checking"):
        version = backup.restore(source, data)
    click.echo(f"{data} holds {source} at {version}")
