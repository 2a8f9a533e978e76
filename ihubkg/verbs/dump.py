"""`ihubkg dump`: the graph as a file."""

from pathlib import Path

import click

from ihubkg import formats, verbs


@click.command("dump")
@verbs.format_option([fmt.name for fmt in formats.GRAPH_FORMATS], "nquads")
@click.option("--graph", metavar="IRI", help="Only this graph.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write to.")
@verbs.DATA
def verb(form: str, graph: str | None, output: Path | None, data: Path | None) -> None:
    """Write the graph out: all graphs as nquads, trig or jsonld, else the public ones as one.

    \b
    Examples:
      ihubkg dump > graph.nq
      ihubkg dump --format turtle --graph https://w3id.org/ihub4schools/graph/vocab
    """
    fmt = next(item for item in formats.GRAPH_FORMATS if item.name == form)
    with verbs.reading(data) as store, verbs.output(output) as out:
        store.dump(fmt, out, graph)
