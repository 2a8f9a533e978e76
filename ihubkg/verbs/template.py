"""`ihubkg template`: an empty table to fill in, with what each column takes."""

import json
from pathlib import Path

import click

from ihubkg import terminal, verbs


@click.command("template")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--metadata", is_flag=True, help="Print the mapping to RDF (CSV on the Web) instead.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to stdout."
)
def verb(name: str | None, metadata: bool, out: Path | None) -> None:
    """Print the template of a table: titles, and for each column what it takes.

    Without a name, list the tables. Rows that begin with # are for readers alone: they may stay.
    Fill in a row for each thing and check it with: ihubkg validate FILE.

    \b
    Examples:
      ihubkg template schools --out schools.csv
      ihubkg template schools --metadata --out schools.csv-metadata.json
    """
    from ihubkg.model import Model
    from ihubkg.templates import TABLES, Templates

    if name is None:
        for table in TABLES:
            verbs.write_text(f"{table.name:12} {table.summary}")
        return
    with terminal.waiting("Reading the shapes"):
        templates = Templates(Model.load())
        content = (
            json.dumps(templates.metadata(name), indent=2, ensure_ascii=False) + "\n"
            if metadata
            else ("\ufeff" if out else "") + templates.csv(name)  # a mark for spreadsheets
        )
    with verbs.output(out) as file:
        file.write(content.encode())
