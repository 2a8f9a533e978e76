"""`ihubkg query`: SPARQL from a file or from standard input."""

import signal
import sys
from pathlib import Path
from typing import TextIO

import click
import pyoxigraph as ox

from ihubkg import formats, gate, terminal, terms, turtle, verbs
from ihubkg.errors import ParseError
from ihubkg.formats import Format
from ihubkg.store import Results


@click.command("query")
@click.argument("source", metavar="FILE|-", type=click.File("r", encoding="utf-8"))
@verbs.format_option(
    ["table", *(fmt.name for fmt in (*formats.ROW_FORMATS, *formats.GRAPH_FORMATS))], "table"
)
@verbs.DATA
def verb(source: TextIO, form: str, data: Path | None) -> None:
    """Run a SPARQL query from a file, or from standard input.

    It sees the public graphs, unless it names others with FROM or GRAPH. Ctrl+C ends it.

    \b
    Examples:
      ihubkg query hubs.rq
      echo 'SELECT * { ?s a ?class } LIMIT 5' | ihubkg query - --format csv
    """
    try:
        text = source.read()
    except UnicodeDecodeError as error:
        raise ParseError(f"{source.name} is not UTF-8 text: save it as UTF-8.") from error
    passed = gate.check(text, limits=gate.TRUSTED)
    with verbs.reading(data) as store:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine would not let Ctrl+C through
        _write(store.query(passed.text), form)


def _write(results: Results, form: str) -> None:
    is_graph = isinstance(results, ox.QueryTriples)
    fmt = formats.by_name("turtle" if is_graph and form == "table" else form)
    if fmt is None:
        verbs.write_text(_table(results))
        return
    if is_graph != (fmt.kind == "graph"):
        fitting = formats.GRAPH_FORMATS if is_graph else formats.ROW_FORMATS
        names = ", ".join(item.name for item in fitting)
        raise click.UsageError(
            f"This query gives {'a graph' if is_graph else 'rows'}: choose --format {names}."
        )
    verbs.write_bytes(_serialised(results, fmt))
    if fmt.kind == "rows" and sys.stdout.isatty():
        click.echo()


def _table(results: Results) -> str:
    match results:
        case ox.QuerySolutions():
            names = [variable.value for variable in results.variables]
            return terminal.table(names, [[_shown(row[name]) for name in names] for row in results])
        case ox.QueryBoolean():
            return "yes" if results else "no"
    raise TypeError(type(results).__name__)


def _shown(term: object) -> str:
    """Return a term as people read it: the text of a literal, the CURIE of an IRI."""
    match term:
        case None:
            return ""
        case ox.NamedNode():
            return terms.shorten(term.value)
        case ox.Literal():
            return term.value
    return str(term)


def _serialised(results: Results, fmt: Format) -> bytes:
    if not isinstance(results, ox.QueryTriples):
        kind = ox.QueryResultsFormat.from_media_type(fmt.media_type)
        return results.serialize(format=kind) or b""
    if fmt == formats.TURTLE:
        return turtle.canonical(results).encode()
    syntax = ox.RdfFormat.from_media_type(fmt.media_type)
    return ox.serialize(results, format=syntax, prefixes=dict(terms.PREFIXES)) or b""
