"""Tokens: the terminals of SPARQL, their places, and terms written so that they stay terms."""

import contextlib
import time

import pyoxigraph as ox
import pytest

from ihubkg import tokens
from ihubkg.errors import BadQuery
from ihubkg.tokens import Kind


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokens.scan(text, comments=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ihub:Method", [(Kind.NAME, "ihub:Method")]),
        (":a.b.", [(Kind.NAME, ":a.b"), (Kind.PUNCTUATION, ".")]),
        ("?x.$y", [(Kind.VARIABLE, "?x"), (Kind.PUNCTUATION, "."), (Kind.VARIABLE, "$y")]),
        ("<a#b>#c", [(Kind.IRI, "<a#b>"), (Kind.COMMENT, "#c")]),
        ("'a\\'b' '' \"\"", [(Kind.STRING, "'a\\'b'"), (Kind.STRING, "''"), (Kind.STRING, '""')]),
        ("'''a'b''c'''", [(Kind.STRING, "'''a'b''c'''")]),
        ('"""a"\n}"""@en', [(Kind.STRING, '"""a"\n}"""'), (Kind.LANGUAGE, "@en")]),
        ("1 1.5 .5 2e3 1.", [(Kind.NUMBER, "1"), (Kind.NUMBER, "1.5"), (Kind.NUMBER, ".5"),
                             (Kind.NUMBER, "2e3"), (Kind.NUMBER, "1"), (Kind.PUNCTUATION, ".")]),
        ("_:b1.", [(Kind.BLANK, "_:b1"), (Kind.PUNCTUATION, ".")]),
        ("ihub:a/ihub:b+", [(Kind.NAME, "ihub:a"), (Kind.PUNCTUATION, "/"), (Kind.NAME, "ihub:b"),
                            (Kind.PUNCTUATION, "+")]),
        ("?a<3&&?b>=4", [(Kind.VARIABLE, "?a"), (Kind.PUNCTUATION, "<"), (Kind.NUMBER, "3"),
                         (Kind.PUNCTUATION, "&&"), (Kind.VARIABLE, "?b"),
                         (Kind.PUNCTUATION, ">="), (Kind.NUMBER, "4")]),
        ("'a'^^x:d", [(Kind.STRING, "'a'"), (Kind.PUNCTUATION, "^^"), (Kind.NAME, "x:d")]),
        ("ex:a\\/b ex:%41", [(Kind.NAME, "ex:a\\/b"), (Kind.NAME, "ex:%41")]),
    ],
)  # fmt: skip
def test_terminals(text: str, expected: list[tuple[Kind, str]]) -> None:
    assert kinds(text) == expected


def test_places_count_from_one_and_across_lines() -> None:
    found = tokens.scan('SELECT *\n  { ?s ?p """x\ny""" }')
    assert [(token.text, token.line, token.column) for token in found] == [
        ("SELECT", 1, 1),
        ("*", 1, 8),
        ("{", 2, 3),
        ("?s", 2, 5),
        ("?p", 2, 8),
        ('"""x\ny"""', 2, 11),
        ("}", 3, 6),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [('SELECT * {\n ?s ?p "x }', 2, 8, "not closed"), ("SELECT § {}", 1, 8, "'§'")],
)
def test_what_is_no_token_is_named_with_its_place(
    text: str, line: int, column: int, said: str
) -> None:
    with pytest.raises(BadQuery, match=said) as caught:
        tokens.scan(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("piece", ["a.", "<", "'", '"" "', "a:..", "_:a.", "a-"])
def test_time_grows_with_the_length_only(piece: str) -> None:
    """A run such as `a.a.a.…` must not be read to its end once for every letter."""

    def seconds(count: int) -> float:
        start = time.process_time()
        with contextlib.suppress(BadQuery):
            tokens.scan("'''" + piece * count if piece == "'" else piece * count)
        return time.process_time() - start

    assert seconds(8_000) < 20 * seconds(1_000) + 0.05


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (ox.NamedNode("http://example.org/a"), "<http://example.org/a>"),
        (ox.Literal("a"), '"a"'),
        (ox.Literal("a", language="en-GB"), '"a"@en-gb'),
        (ox.Literal(3), '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (ox.Literal('"\n\\'), '"\\"\\n\\\\"'),
        (ox.Literal("\\u0022"), '"\\\\\\U000000750022"'),
        (ox.Literal("\x00"), '"\\U00000000"'),
    ],
)
def test_terms_are_written_without_anything_to_misread(term: tokens.Term, text: str) -> None:
    assert tokens.write(term) == text
