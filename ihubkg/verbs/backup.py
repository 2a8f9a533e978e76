"""`ihubkg backup`: a data folder copied whole."""

from pathlib import Path

import click

from ihubkg import backup, terminal, verbs


@click.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@verbs.OWN_DATA
def verb(target: Path, data: Path) -> None:
    """Copy a data folder to DIR, also while the service uses it.

    \b
    Examples:
      ihubkg backup --data .data backups/2026-11-22
    """
    with verbs.reading(data) as store:
        with terminal.waiting("Copying"):
            backup.backup(store, target)
        click.echo(f"{target} holds {data} at {store.version}")
