"""What there is, told to machines: the catalogue (DCAT 3, DCAT-AP) and the dataset (VoID).

Both are computed from the store by the views in `queries/views/`; `address` is where the instance
answers, so that download links work wherever it runs.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from ihubkg.describe import Views
from ihubkg.dumps import COMPRESSIONS, Dump
from ihubkg.store import Store
from ihubkg.terms import BASE, PREFIXES

_MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
_VOID = ("void-statistics", "void-classes", "void-properties", "void-linksets")


def catalogue(
    store: Store, views: Views, *, address: str, dumps: Iterable[Dump]
) -> list[ox.Triple]:
    """Return the description of the catalogue, its dataset, the dumps and the services.

    `address` ends with a slash. https://www.w3.org/TR/vocab-dcat-3/
    """
    home = ox.NamedNode(address)
    version = ox.Literal(store.version)
    triples = views.triples(store, "catalogue", address=home, version=version)
    for dump in dumps:
        triples += views.triples(store, "distribution", address=home, **_slots(dump))
        triples.append(_size(dump))
    return list(dict.fromkeys(triples))


def dataset(store: Store, views: Views) -> list[ox.Triple]:
    """Return the VoID description of the public dataset: sizes, partitions, linksets.

    https://www.w3.org/TR/void/
    """
    found = (triple for name in _VOID for triple in views.triples(store, name))
    return list(dict.fromkeys(found))


def _slots(dump: Dump) -> dict[str, ox.NamedNode | ox.Literal]:
    whole = "The public dataset, merged" if dump.format == "turtle" else "All graphs"
    what = whole if dump.graph is None else f"The graph {dump.graph}"
    return {
        "file": ox.Literal(dump.name),
        "title": ox.Literal(f"{what}, as {dump.format} ({dump.compression})", language="en"),
        "description": ox.Literal(f"{what}: {dump.statements:,} statements.", language="en"),
        "mediaType": ox.NamedNode(_MEDIA_TYPES + dump.media_type),
        "compression": ox.NamedNode(_MEDIA_TYPES + COMPRESSIONS[dump.compression]),
        "sha256": ox.Literal(dump.sha256, datatype=ox.NamedNode(PREFIXES["xsd"] + "hexBinary")),
    }


def _size(dump: Dump) -> ox.Triple:
    """Return the size, which no view can give: the engine makes it a plain integer."""
    size = ox.Literal(str(dump.size), datatype=ox.NamedNode(PREFIXES["xsd"] + "nonNegativeInteger"))
    subject = ox.NamedNode(f"{BASE}dumps/{dump.name}")
    return ox.Triple(subject, ox.NamedNode(PREFIXES["dcat"] + "byteSize"), size)
