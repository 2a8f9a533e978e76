"""Negotiation as a table of cases; the names of the first ones are those of oxigraph's tests."""

from collections.abc import Mapping

import pytest
from starlette.requests import Request

from ihubkg.errors import BadParameter
from service.negotiate import (
    CSV,
    DOCUMENT,
    HTML,
    JSONLD,
    NTRIPLES,
    RDFXML,
    SPARQL_JSON,
    TSV,
    TURTLE,
    NotAcceptable,
    Offer,
    choose,
    languages,
    negotiate,
    prefers_page,
)

ROWS = (SPARQL_JSON, CSV, TSV)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)


def request(path: str = "/", **headers: str) -> Request:
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    return Request({**scope, "headers": raw})


@pytest.mark.parametrize(
    ("accept", "offers", "expected"),
    [
        pytest.param("*/*", ROWS, SPARQL_JSON, id="accept_star"),
        pytest.param("text/*", ROWS, CSV, id="accept_substar"),
        pytest.param("text/csv;q=0, */*", ROWS, SPARQL_JSON, id="accept_specific_exclusion"),
        pytest.param("text/*, text/csv;q=0", ROWS, TSV, id="accept_wildcard_exclusion"),
        pytest.param(
            "text/csv;charset=utf-8;q=0, text/csv;q=1, text/tab-separated-values;q=0.5",
            ROWS,
            TSV,
            id="accept_parameter_specificity",
        ),
        pytest.param(
            "text/csv;header=absent, text/tab-separated-values;q=0.5",
            ROWS,
            TSV,
            id="accept_non_matching_parameter",
        ),
        pytest.param(
            "text/csv;charset=iso-8859-1;q=0, text/csv;q=1, application/json;q=0.5",
            ROWS,
            CSV,
            id="accept_incompatible_charset",
        ),
        pytest.param(
            'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
            DOCUMENT,
            JSONLD,
            id="accept_json_ld_profile",
        ),
        pytest.param("application/rdf+xml", DOCUMENT, RDFXML, id="accept_good"),
        pytest.param(
            "text/html;q=0.1, application/n-triples;q=0.9",
            DOCUMENT,
            NTRIPLES,
            id="accept_explicit_priority",
        ),
        pytest.param(
            "application/ld+json, text/turtle;q=0.9",
            DOCUMENT,
            JSONLD,
            id="accept_implicit_priority",
        ),
        pytest.param("", DOCUMENT, TURTLE, id="an empty header is none"),
        pytest.param(None, DOCUMENT, TURTLE, id="no header gives the first"),
        pytest.param("nonsense", DOCUMENT, TURTLE, id="a header without a range is none"),
        pytest.param(FIREFOX, DOCUMENT, HTML, id="Firefox gets the page"),
        pytest.param(CHROME, DOCUMENT, HTML, id="Chrome gets the page"),
        pytest.param("application/xhtml+xml", DOCUMENT, HTML, id="XHTML means the page"),
        pytest.param("application/json", DOCUMENT, JSONLD, id="JSON means JSON-LD"),
        pytest.param("text/*;q=0, */*", DOCUMENT, JSONLD, id="a wildcard excludes what it names"),
        pytest.param(
            "application/ld+json, */*", DOCUMENT, JSONLD, id="among equals the one named exactly"
        ),
        pytest.param("TEXT/TURTLE;Q=0.5", DOCUMENT, TURTLE, id="case does not matter"),
        pytest.param("text/turtle;q=2", DOCUMENT, TURTLE, id="a quality above 1 counts as 1"),
        pytest.param(
            "text/turtle;q=oops, text/html;q=0.1", DOCUMENT, HTML, id="a quality unread is 0"
        ),
    ],
)
def test_negotiation(accept: str | None, offers: tuple[Offer, ...], expected: Offer) -> None:
    assert negotiate(accept, offers) is expected


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/turtle;q=0, text/*;q=0"])
def test_nothing_acceptable_lists_the_offers(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, (TURTLE, HTML))
    assert [offer.media_type for offer in caught.value.offers] == ["text/turtle", "text/html"]


@pytest.mark.parametrize(
    ("path", "suffix", "expected"),
    [
        ("/doc/x?_mediatype=text/html", "ttl", HTML),
        ("/doc/x?_mediatype=application/ld+json", "ttl", JSONLD),
        ("/doc/x?_mediatype=nt", "ttl", NTRIPLES),
        ("/doc/x", "jsonld", JSONLD),
        ("/doc/x", None, RDFXML),
    ],
)
def test_the_argument_wins_over_the_suffix_over_the_header(
    path: str, suffix: str | None, expected: Offer
) -> None:
    asked = request(path, accept="application/rdf+xml, */*;q=0.1")
    assert choose(asked, DOCUMENT, suffix=suffix) is expected


@pytest.mark.parametrize("accept", ["application/rdf+xml", "text/turtle;q=0, application/ld+json"])
def test_a_suffix_and_a_header_that_contradict_each_other_are_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="asks for text/turtle, and Accept takes other") as told:
        choose(request("/doc/x", accept=accept), DOCUMENT, suffix="ttl")
    assert told.value.offers == DOCUMENT


@pytest.mark.parametrize("accept", [FIREFOX, "text/html", "*/*", "text/turtle", "image/png", ""])
def test_a_suffix_wins_over_what_does_not_contradict_it(accept: str) -> None:
    assert choose(request("/doc/x", accept=accept), DOCUMENT, suffix="ttl") is TURTLE


def test_an_unknown_language_names_those_that_there_are() -> None:
    there = lambda: ("en", "et")  # noqa: E731
    assert languages(request("/doc/x?lang=et"), there) == ("et", "en")
    assert languages(request("/doc/x", accept_language="tlh"), there) == ("tlh", "en")
    with pytest.raises(BadParameter) as told:
        languages(request("/doc/x?lang=tlh"), there)
    assert told.value.errors[0].nearest == ("en", "et")


def test_a_form_that_is_not_there_is_named() -> None:
    with pytest.raises(NotAcceptable, match="no form “pdf”"):
        choose(request("/doc/x?_mediatype=pdf"), DOCUMENT)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"accept": FIREFOX}, True),
        ({"accept": "*/*"}, False),
        ({"accept": "application/json, text/html;q=0.5"}, False),
        ({"accept": "text/html;q=0"}, False),
        ({}, False),
    ],
)
def test_who_gets_a_page(headers: Mapping[str, str], expected: bool) -> None:
    assert prefers_page(request(**headers)) is expected


@pytest.mark.parametrize(
    ("path", "header", "expected"),
    [
        ("/", "", ("en",)),
        ("/", "et-EE,et;q=0.9,en;q=0.5", ("et", "en")),
        ("/", "en-GB, fi;q=0.7", ("en", "fi")),
        ("/", "no, nn;q=0.3", ("nb", "nn", "en")),
        ("/", "fi;q=0, *;q=0.1", ("en",)),
        ("/?lang=ka", "et", ("ka", "en")),
        ("/", "<script>, x-1", ("en",)),
    ],
)
def test_languages(path: str, header: str, expected: tuple[str, ...]) -> None:
    assert languages(request(path, accept_language=header)) == expected
