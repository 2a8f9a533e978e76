"""What is asked elsewhere, and how its answer takes the place of the SERVICE."""

import json
from collections.abc import Mapping

import pyoxigraph as ox
import pytest

from ihubkg.errors import BadQuery, LimitExceeded, TooLarge, Unavailable
from ihubkg.federation import inline, services

ODD = 'a"\\u0022 } #\n'
FAR = "SERVICE <http://e/far> { ?s <http://e/p> ?o }"


def answer(names: list[str], *rows: Mapping[str, object]) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


def uri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"SELECT * {{ {FAR} }}", ["SELECT * WHERE { ?s <http://e/p> ?o }"]),
        (
            "PREFIX e: <http://e/>\nASK { service\nsilent <http://e/far> { ?s e:p '}' # }\n} }",
            ["PREFIX e: <http://e/>\nSELECT * WHERE { ?s e:p '}' # }\n}"],
        ),
        ("SELECT ?service { ?service ?p 'SERVICE <http://e/> { }' } # SERVICE", []),
        ("PREFIX SERVICE: <http://e/> SELECT * { SERVICE:x ?p ?o }", []),
        (
            f"SELECT * {{ {{ {FAR} }} UNION {{ {FAR} }} }}",
            ["SELECT * WHERE { ?s <http://e/p> ?o }"] * 2,
        ),
    ],
)
def test_each_part_becomes_a_query_of_its_own(text: str, asked: list[str]) -> None:
    assert [part.query for part in services(text)] == asked


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e/far> { SERVICE <http://e/far> { ?s ?p ?o } } }",
        "SELECT * { SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://e/far> ",
        "SELECT * { SERVICE",
    ],
)
def test_what_is_not_one_part_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        services(text)


def test_many_parts_are_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge) as error:
        services(f"SELECT * {{ {FAR * 5} }}")
    assert (error.value.limit, error.value.value) == (4, 5)


def test_rows_take_the_place_of_the_part_and_mean_what_they_meant() -> None:
    text = f"SELECT * {{\n  {FAR}\n  ?s ?q ?z }}"
    body = answer(
        ["s", "o", "evil } #"],
        {"s": uri("http://e/1"), "o": {"type": "literal", "value": ODD, "xml:lang": "et"}},
        {"s": uri("http://e/2"), "o": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
        {"o": {"type": "bnode", "value": "b"}},
        {"s": uri("http://e/3"), "o": {"type": "typed-literal", "value": "plain"}},
    )  # fmt: skip
    joined = inline(text, services(text), [body], 10)
    assert joined.count("\n") == text.count("\n")
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/1"), ox.NamedNode("http://e/q"), ox.Literal("z")))
    found = store.query(joined)
    assert isinstance(found, ox.QuerySolutions)
    rows = [(str(row["s"]), str(row["o"])) for row in found]
    expected = ox.Literal(ODD, language="et")
    assert ("<http://e/1>", str(expected)) in rows
    assert len(rows) == 2  # the row without ?s joins with all there is


def test_nothing_and_one_empty_row_are_not_the_same() -> None:
    text = "SELECT * { SERVICE <http://e/far> { <http://e/s> <http://e/p> 1 } BIND(1 AS ?x) }"
    for body, rows in ((answer([]), 0), (answer([], {}), 1)):
        found = ox.Store().query(inline(text, services(text), [body], 10))
        assert isinstance(found, ox.QuerySolutions)
        assert len(list(found)) == rows


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": 1}]}}',
        b'{"head": {"vars": ["s"]}, "results": {"bindings": [1]}}',
        answer(["s"], {"s": uri("no IRI")}),
        answer(["o"], {"o": {"type": "literal", "value": "x", "xml:lang": "not a tag!"}}),
        b"[" * 5000,
    ],
)
def test_an_answer_that_is_none_is_refused_unless_silent(body: bytes | None) -> None:
    text = f"SELECT * {{ {FAR} }}"
    with pytest.raises(Unavailable, match="http://e/far"):
        inline(text, services(text), [body], 10)
    quiet = text.replace("SERVICE", "SERVICE SILENT")
    found = ox.Store().query(inline(quiet, services(quiet), [body], 10))
    assert isinstance(found, ox.QuerySolutions)
    assert len(list(found)) == 1


def test_too_many_rows_are_refused_with_the_limit() -> None:
    text = f"SELECT * {{ {FAR} }}"
    body = answer(["s"], *({"s": uri(f"http://e/{number}")} for number in range(11)))
    with pytest.raises(LimitExceeded) as error:
        inline(text, services(text), [body], 10)
    assert error.value.limit == 10
