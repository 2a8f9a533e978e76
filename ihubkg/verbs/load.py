"""`ihubkg load`: files into a data folder."""

import gc
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click
import pyoxigraph as ox

from ihubkg import parse, terminal, terms, verbs
from ihubkg.change import Change, quad_lines
from ihubkg.errors import ParseError
from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.store import DEFAULT, Store
from ihubkg.writer import Writer

ACTOR = "command line"
"""How the ledger names whoever owns the data folder."""

GENEROUS = parse.Limits(size=1 << 31, triples=50_000_000)
"""Limits for the files of whoever owns the data folder."""


@click.command("load")
@click.argument("paths", nargs=-1, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Graph to add to; else those that the files name.")
@click.option("--packaged", is_flag=True, help="Replace the packaged graphs by the installed ones.")
@verbs.OWN_DATA
def verb(paths: Sequence[Path], graph: str | None, packaged: bool, data: Path) -> None:
    """Add files to a data folder: all of them, or nothing where one cannot be read.

    Statements outside any graph go to the store's own default graph.

    \b
    Examples:
      ihubkg load --data .data my-school.ttl
      ihubkg load --data .data --graph https://example.org/graph/mine export.nq
      ihubkg load --data .data --packaged
    """
    if bool(paths) == packaged:
        raise click.UsageError("Name the files to load, or say --packaged.")
    gc.disable()  # millions of statements are held, and none of them in a circle
    quads = [] if packaged else _statements(paths, graph)
    with verbs.writing(data) as store, closing(Ledger(data)) as ledger:
        with terminal.waiting("Writing"):
            writer = Writer(store, ledger)
            writer.recover()
            if packaged:
                _take_over(store, writer)
            else:
                writer.commit(Change(added=quad_lines(quads)), actor=ACTOR, operation="load")
        held = "the installed graph" if packaged else f"the {len(quads):,} statements read"
        click.echo(f"{data} holds {held}: {store.version}")


def _take_over(store: Store, writer: Writer) -> None:
    """Bring the packaged graphs up to date; what else there is stays."""
    model = Model.load()
    gone, come = store.lag(model)
    change = Change(quad_lines(gone), quad_lines(come))
    writer.commit(change, actor=ACTOR, operation="load --packaged")
    store.mark_packaged(model)


def _statements(paths: Sequence[Path], graph: str | None) -> list[ox.Quad]:
    """Return the statements of all files, each in its graph."""
    target = ox.DefaultGraph() if graph in (None, DEFAULT) else _iri(graph)
    quads: list[ox.Quad] = []
    with terminal.progress(len(paths)) as step:
        for path in paths:
            step(path.name)
            found = _read(path, named_graphs=graph is None)
            quads += (
                quad
                if isinstance(quad.graph_name, ox.NamedNode) or quad.graph_name == target
                else ox.Quad(quad.subject, quad.predicate, quad.object, target)
                for quad in found.quads
            )
            for remark in found.remarks:
                place = f"{path}:{remark.line or 1}:{remark.column or 1}"
                click.echo(f"{place}: {remark.message}", err=True)
    return quads


def _iri(graph: str | None) -> ox.NamedNode:
    try:
        return ox.NamedNode(terms.expand(graph or ""))
    except ValueError as error:
        raise click.UsageError(f"{graph} is not an IRI: write one like {terms.CURATED}.") from error


def _read(path: Path, *, named_graphs: bool) -> parse.Parsed:
    fmt = verbs.format_of(path)
    content = path.read_bytes()
    try:
        return parse.read(content, fmt, base=terms.BASE, limits=GENEROUS, named_graphs=named_graphs)
    except ParseError as error:
        raise verbs.located(path, error) from error
