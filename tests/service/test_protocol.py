"""Requests are read as the SPARQL 1.1 Protocol says."""

import pytest

from ihubkg.errors import BadParameter, BadQuery, IhubError
from service.negotiate import NotAcceptable
from service.problems import UnsupportedMedia
from service.protocol import FORM, QUERY, UPDATE, Fields, client, graph_iri, offer, read

DIRECT = Fields(content_type=QUERY)
IN_FORM = Fields(content_type=FORM)


def test_a_query_comes_in_four_ways() -> None:
    asked = [
        read("GET", b"query=ASK+%7B%7D", Fields(), b""),
        read("POST", b"", DIRECT, b"ASK {}"),
        read("POST", b"", IN_FORM, b"query=ASK%20%7B%7D"),
        read("QUERY", b"", Fields(content_type=f"{QUERY}; charset=utf-8"), b"ASK {}"),
    ]
    assert [(one.kind, one.text) for one in asked if one] == [("query", "ASK {}")] * 4


def test_an_update_comes_by_post_only() -> None:
    for head, body in ((Fields(content_type=UPDATE), b"DROP ALL"), (IN_FORM, b"update=DROP+ALL")):
        found = read("POST", b"", head, body)
        assert found is not None
        assert (found.kind, found.text) == ("update", "DROP ALL")
    with pytest.raises(BadQuery, match="by POST"):
        read("GET", b"update=DROP+ALL", Fields(), b"")
    with pytest.raises(IhubError):
        read("QUERY", b"", Fields(content_type=UPDATE), b"DROP ALL")
    with pytest.raises(IhubError):
        read("QUERY", b"", IN_FORM, b"update=DROP+ALL")


def test_the_dataset_comes_from_the_address_or_the_form() -> None:
    found = read("POST", b"default-graph-uri=http%3A%2F%2Fe%2Fa", DIRECT, b"ASK {}")
    assert found is not None
    assert (found.default, found.named) == (("http://e/a",), ())
    body = b"query=ASK{}&named-graph-uri=http://e/a&named-graph-uri=http://e/b"
    found = read("POST", b"", IN_FORM, body)
    assert found is not None
    assert (found.default, found.named) == ((), ("http://e/a", "http://e/b"))
    found = read("POST", b"using-graph-uri=http://e/a", Fields(content_type=UPDATE), b"DROP ALL")
    assert found is not None
    assert found.default == ("http://e/a",)
    found = read("GET", b"query=ASK{}", Fields(), b"")
    assert found is not None
    assert found.default is None


def test_no_query_is_no_operation() -> None:
    assert read("GET", b"", Fields(), b"") is None
    assert read("GET", b"timeout=3", Fields(), b"") is None


@pytest.mark.parametrize(
    ("method", "address", "head", "body", "error"),
    [
        ("GET", b"query=ASK{}&query=ASK{}", Fields(), b"", BadQuery),
        ("POST", b"", IN_FORM, b"query=ASK{}&update=DROP+ALL", BadQuery),
        ("POST", b"query=ASK{}", DIRECT, b"ASK {}", BadQuery),
        ("POST", b"", Fields(), b"ASK {}", UnsupportedMedia),
        ("POST", b"", Fields(content_type="text/plain"), b"ASK {}", UnsupportedMedia),
        ("POST", b"", Fields(content_type=f"{QUERY}; charset=utf-16"), b"", UnsupportedMedia),
        ("POST", b"", DIRECT, b"ASK { ?s ?p '\xff' }", BadQuery),
        ("GET", b"query=%FF", Fields(), b"", BadQuery),
        ("GET", b"query=ASK{}" + b"&x=1" * 500, Fields(), b"", BadQuery),
        ("GET", b"query=ASK{}&default-graph-uri=relative", Fields(), b"", BadParameter),
        ("GET", b"query=ASK{}&named-graph-uri=http://e/%3Ex", Fields(), b"", BadParameter),
        ("GET", b"query=ASK{}&timeout=soon", Fields(), b"", BadParameter),
        ("GET", b"query=ASK{}&timeout=-1", Fields(), b"", BadParameter),
        ("GET", b"query=ASK{}&timeout=nan", Fields(), b"", BadParameter),
    ],
)
def test_what_is_not_the_protocol_is_refused(
    method: str, address: bytes, head: Fields, body: bytes, error: type[IhubError]
) -> None:
    with pytest.raises(error):
        read(method, address, head, body)


def test_how_long_a_client_waits() -> None:
    for address, prefer, seconds in (
        (b"query=ASK{}&timeout=2.5", "", 2.5),
        (b"query=ASK{}", "respond-async, wait=7", 7.0),
        (b"query=ASK{}&timeout=1", "wait=7", 1.0),
        (b"query=ASK{}", "", None),
    ):
        found = read("GET", address, Fields(prefer=prefer), b"")
        assert found is not None
        assert found.seconds == seconds


@pytest.mark.parametrize(
    ("accept", "form", "graph", "media_type"),
    [
        ("", None, False, "application/sparql-results+json"),
        ("*/*", None, False, "application/sparql-results+json"),
        ("application/json", None, False, "application/json"),
        ("application/sparql-results+xml", None, False, "application/sparql-results+xml"),
        ("text/csv;q=0.5, text/html;q=0.6", None, False, "text/html; charset=utf-8"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", None, False, "text/html; charset=utf-8"),
        ("text/html", "csv", False, "text/csv; charset=utf-8"),
        ("", None, True, "text/turtle; charset=utf-8"),
        ("application/rdf+xml", None, True, "application/rdf+xml"),
        ("application/ld+json, text/turtle;q=0.5", None, True, "application/ld+json"),
        ("application/n-quads", None, True, "application/n-quads"),
        ("", "application/n-triples", True, "application/n-triples"),
    ],
)
def test_the_form_of_the_answer(
    accept: str, form: str | None, graph: bool, media_type: str
) -> None:
    assert offer(accept, form, graph=graph)[1] == media_type


@pytest.mark.parametrize(
    ("accept", "form"), [("text/turtle", None), ("image/png", None), ("", "x")]
)
def test_a_form_there_is_not(accept: str, form: str | None) -> None:
    with pytest.raises(NotAcceptable):
        offer(accept, form, graph=False)


@pytest.mark.parametrize(
    ("peer", "forwarded", "key", "free"),
    [
        ("127.0.0.1", "", "127.0.0.1", True),
        ("::1", "", "::1", True),
        ("192.0.2.7", "", "192.0.2.7", False),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7", False),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1", False),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.1", False),
        ("10.0.0.1", "", "10.0.0.1", False),
        ("2001:db8:1:2:3:4:5:6", "", "2001:0db8:0001:0002", False),
    ],
)
def test_whom_a_request_is_accounted_to(peer: str, forwarded: str, key: str, free: bool) -> None:
    found = client({"client": (peer, 1)}, Fields(forwarded=forwarded), ("10.0.0.1",))
    assert (found.key, found.free) == (key, free)


def test_a_graph_is_named_with_percent_encoding_undone_once() -> None:
    assert graph_iri(b"graph=http%3A%2F%2Fe%2F%2531") == ("http://e/%31", False)
    assert graph_iri(b"graph=http://e/%31") == ("http://e/1", False)
    assert graph_iri(b"default") == (None, True)
    assert graph_iri(b"default=") == (None, True)
    assert graph_iri(b"") == (None, False)
    for wrong in (b"graph=", b"graph=relative", b"graph=http://e/%FF%20"):
        with pytest.raises(BadParameter):
            graph_iri(wrong)
