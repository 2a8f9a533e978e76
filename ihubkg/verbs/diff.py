"""`ihubkg diff`: what changed between two versions of a graph."""

from pathlib import Path

import click
import pyoxigraph as ox

from ihubkg import build, difference, folder, parse, terms, verbs
from ihubkg.errors import NotFound, ParseError
from ihubkg.verbs.load import GENEROUS


@click.command("diff")
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.pass_context
def verb(context: click.Context, before: Path, after: Path) -> None:
    """List what changed from A to B: exit 0 where nothing did, else 1.

    A and B are files, releases (folders made by ihubkg build) or data folders. The last lines say
    what the change means for the version and why: major, minor or patch.

    \b
    Examples:
      ihubkg diff dist-0.1.0 dist
      ihubkg diff dist-0.1.0/ontology/ihub.ttl dist/ontology/ihub.ttl
      ihubkg diff backups/2026-11-22 .data
    """
    found = difference.compare(_statements(before), _statements(after))
    for change in found.changes:
        click.echo(str(change))
    for reason in found.reasons:
        click.echo(f"{found.level}: {reason}")
    if found.advice:
        click.echo(found.advice)
    if found.changes:
        click.echo(
            f"{len(found.changes)} changes, {len(found.added)} new and {len(found.removed)} "
            f"removed terms: {found.level}"
        )
    context.exit(int(bool(found.changes)))


def _statements(path: Path) -> list[ox.Triple]:
    """Return what a file or a release says, or what a data folder holds beside its inferences."""
    if path.is_dir() and build.is_release(path):
        return [one for file in build.model_files(path) for one in _statements(file)]
    if path.is_dir():
        if not folder.is_filled(path):
            raise NotFound(
                f"{path} is no data folder and no release: name a file, a folder that ihubkg build "
                "made, or a data folder."
            )
        inferred = ox.NamedNode(terms.INFERRED)
        with verbs.reading(path) as store:
            return [quad.triple for quad in store.raw if quad.graph_name != inferred]
    fmt = verbs.format_of(path)
    content = path.read_bytes()
    try:
        found = parse.read(content, fmt, base=terms.BASE, limits=GENEROUS, named_graphs=True)
    except ParseError as error:
        raise verbs.located(path, error) from error
    return [quad.triple for quad in found.quads]
