import pyoxigraph as ox
import pytest

from ihubkg import formats
from ihubkg.formats import CSV, HTML, JSON, JSONLD, RDFXML, TURTLE, XML, Format


def test_names_are_unique() -> None:
    names = [fmt.name for fmt in formats.FORMATS]
    assert len(set(names)) == len(names)
    assert all(
        formats.by_name(name) is fmt for name, fmt in zip(names, formats.FORMATS, strict=True)
    )
    assert formats.by_name("docx") is None


@pytest.mark.parametrize("fmt", formats.GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_pyoxigraph_knows_every_graph_format(fmt: Format) -> None:
    known = ox.RdfFormat.from_media_type(fmt.media_type)
    assert known is not None
    assert known.media_type == fmt.media_type
    assert known.supports_datasets == (fmt in formats.DATASET_FORMATS)


@pytest.mark.parametrize("fmt", formats.ROW_FORMATS, ids=lambda fmt: fmt.name)
def test_pyoxigraph_knows_every_row_format(fmt: Format) -> None:
    known = ox.QueryResultsFormat.from_media_type(fmt.media_type)
    assert known is not None
    assert known.file_extension in (fmt.suffix, f"sr{fmt.suffix[0]}", f"sr{fmt.suffix}")


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [("ttl", TURTLE), (".TTL", TURTLE), ("jsonld", JSONLD), ("html", HTML), ("docx", None)],
)
def test_a_suffix_means_one_format(suffix: str, expected: Format | None) -> None:
    assert formats.by_suffix(suffix) == expected


@pytest.mark.parametrize(
    ("media_type", "kind", "expected"),
    [
        ("text/turtle", None, TURTLE),
        ("Text/Turtle; charset=UTF-8", None, TURTLE),
        ("application/json", None, JSONLD),
        ("application/json", "rows", JSON),
        ("application/xml", "rows", XML),
        ("text/xml", "graph", RDFXML),
        ("text/csv", "graph", None),
        ("text/csv", "rows", CSV),
        ("application/xhtml+xml", None, HTML),
        ("image/png", None, None),
    ],
)
def test_a_media_type_means_one_format_of_a_kind(
    media_type: str, kind: formats.Kind | None, expected: Format | None
) -> None:
    assert formats.by_media_type(media_type, kind=kind) == expected
