"""The formats we read and write: one table of names, media types and suffixes.

Media types of graphs: https://www.w3.org/TR/rdf11-concepts/#rdf-documents; of results:
https://www.w3.org/TR/sparql11-protocol/#query-success.

>>> by_suffix("ttl").media_type
'text/turtle'
>>> by_media_type("application/json; charset=utf-8", kind="rows").name
'json'
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["graph", "rows", "page"]


@dataclass(frozen=True)
class Format:
    """A format: its `name` on the command line, media type, suffix, what it can hold, its title."""

    name: str
    media_type: str
    suffix: str
    kind: Kind
    title: str = ""


TURTLE = Format("turtle", "text/turtle", "ttl", "graph", "Turtle")
JSONLD = Format("jsonld", "application/ld+json", "jsonld", "graph", "JSON-LD")
NTRIPLES = Format("ntriples", "application/n-triples", "nt", "graph", "N-Triples")
NQUADS = Format("nquads", "application/n-quads", "nq", "graph", "N-Quads")
TRIG = Format("trig", "application/trig", "trig", "graph", "TriG")
RDFXML = Format("rdfxml", "application/rdf+xml", "rdf", "graph", "RDF/XML")

JSON = Format("json", "application/sparql-results+json", "json", "rows")
XML = Format("xml", "application/sparql-results+xml", "xml", "rows")
CSV = Format("csv", "text/csv", "csv", "rows")
TSV = Format("tsv", "text/tab-separated-values", "tsv", "rows")

HTML = Format("html", "text/html", "html", "page")

GRAPH_FORMATS: tuple[Format, ...] = (TURTLE, JSONLD, NTRIPLES, NQUADS, TRIG, RDFXML)
ROW_FORMATS: tuple[Format, ...] = (JSON, XML, CSV, TSV)
FORMATS: tuple[Format, ...] = (*GRAPH_FORMATS, *ROW_FORMATS, HTML)
CHECKED_FORMATS: tuple[Format, ...] = (*GRAPH_FORMATS, CSV)
"""What is checked against the shapes: graphs, and tables filled in from our templates."""
DATASET_FORMATS: tuple[Format, ...] = (NQUADS, TRIG, JSONLD)
"""The graph formats that can say in which graph a triple is."""

_ALIASES: tuple[tuple[str, Format], ...] = (
    ("application/x-turtle", TURTLE),
    ("application/json", JSONLD),
    ("application/json", JSON),
    ("application/xml", RDFXML),
    ("application/xml", XML),
    ("text/xml", RDFXML),
    ("text/xml", XML),
    ("application/xhtml+xml", HTML),
)


def by_name(name: str) -> Format | None:
    """Return the format called `name`, or None."""
    return next((fmt for fmt in FORMATS if fmt.name == name), None)


def by_suffix(suffix: str, *, kind: Kind | None = None) -> Format | None:
    """Return the format of a suffix, with or without its dot, or None."""
    wanted = suffix.lower().removeprefix(".")
    return next(
        (fmt for fmt in FORMATS if fmt.suffix == wanted and kind in (None, fmt.kind)),
        None,
    )


def by_media_type(media_type: str, *, kind: Kind | None = None) -> Format | None:
    """Return the format of a media type, whose parameters are ignored, or None.

    `application/json` is JSON-LD among graphs and SPARQL JSON among rows; without `kind` the
    graph format wins. The same goes for XML.
    """
    wanted = media_type.partition(";")[0].strip().lower()
    table = (*((fmt.media_type, fmt) for fmt in FORMATS), *_ALIASES)
    return next(
        (fmt for name, fmt in table if name == wanted and kind in (None, fmt.kind)),
        None,
    )
