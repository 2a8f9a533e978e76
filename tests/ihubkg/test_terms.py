import pytest

from ihubkg import terms


def test_names_are_made_from_the_one_base() -> None:
    assert terms.term("Method") == "https://w3id.org/ihub4schools/ontology#Method"
    assert terms.shape("Method-typicalDuration").endswith("/shapes#Method-typicalDuration")
    assert terms.concept("phase", "mapping-needs").endswith("/voc/phase/mapping-needs")
    assert terms.scheme("phase").endswith("/voc/phase")
    assert terms.thing("method", "til").endswith("/id/method/til")
    assert terms.graph("curated") == terms.CURATED
    assert terms.question("methods-within").endswith("/questions/methods-within")


@pytest.mark.parametrize(
    ("iri", "document"),
    [
        (terms.thing("method", "til"), terms.BASE + "doc/method/til"),
        (terms.concept("phase", "anchoring"), terms.BASE + "doc/voc/phase/anchoring"),
        (terms.term("Method"), terms.BASE + "ontology"),
        (terms.scheme("phase"), terms.scheme("phase")),
        (terms.CURATED, terms.CURATED),
    ],
)
def test_every_iri_has_the_document_that_describes_it(iri: str, document: str) -> None:
    assert terms.document(iri) == document


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (terms.term("Method"), "ihub:Method"),
        ("http://purl.obolibrary.org/obo/SEPIO_0000174", "sepio:0000174"),
        (terms.thing("method", "til"), terms.thing("method", "til")),
        (terms.concept("phase", "anchoring"), terms.concept("phase", "anchoring")),
        ("http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2004/02/skos/core#"),
        ("http://purl.org/dc/terms/a.b", "dcterms:a.b"),
        ("http://purl.org/dc/terms/a.", "http://purl.org/dc/terms/a."),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_iris_are_shortened_where_the_local_name_needs_no_escape(iri: str, short: str) -> None:
    assert terms.shorten(iri) == short
    assert terms.expand(short) == iri


def test_an_unknown_prefix_stays_as_it_is() -> None:
    assert terms.expand("nope:x") == "nope:x"


def test_no_namespace_has_two_prefixes() -> None:
    assert len(set(terms.PREFIXES.values())) == len(terms.PREFIXES)


def test_what_is_staged_or_disputed_is_not_public() -> None:
    assert terms.PROV not in terms.PUBLIC_GRAPHS
    assert not any(name.startswith(terms.STAGED) for name in terms.PUBLIC_GRAPHS)
    assert not any("/graph/source/" in name for name in terms.PUBLIC_GRAPHS)
