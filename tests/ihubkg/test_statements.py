"""The statements that a query looks for: read from its patterns, with paths spelt out."""

import pytest

from ihubkg import values
from ihubkg.model import Model
from ihubkg.names import Names, rows
from ihubkg.question import Query
from ihubkg.statements import Pattern, spell_out
from ihubkg.store import Store

P = ("?p",)
FIRST = ("?s", ("ex:p",), "?o")
TWO = (("?s", ("ex:p",), "?x"), ("?s", ("ex:p",), "?y"))
HEAD = "PREFIX ex: <urn:x:> SELECT * WHERE "


def patterns(body: str) -> list[tuple[str, tuple[str, ...], str]]:
    _, found = spell_out(Query.read(f"{HEAD}{{ {body} }}"))
    return [(one.subject, one.predicates, one.object) for one in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("?s ex:p ?o", [("?s", ("ex:p",), "?o")]),
        ("?s a ex:T ; ex:p ?x , ?y .", [("?s", ("a",), "ex:T"), *TWO]),
        ("?s ex:p/ex:q ?o", [("?s", ("ex:p",), "?via_1"), ("?via_1", ("ex:q",), "?o")]),
        ("?s ex:p/^ex:q ?o", [("?s", ("ex:p",), "?via_1"), ("?o", ("ex:q",), "?via_1")]),
        ("?s ^ex:p ?o", [("?o", ("ex:p",), "?s")]),
        ("?s ex:p|ex:q ?o", [("?s", ("ex:p", "ex:q"), "?o")]),
        ("?s ex:p+ ?o", [("?s", (), "?o")]),
        ("?s (ex:p/ex:q)* ?o", [("?s", (), "?o")]),
        ("?s ?p 'x'@en , 3", [("?s", P, "'x'@en"), ("?s", P, "3")]),
        ("?s ?p '1'^^ex:d", [("?s", P, "'1'^^ex:d")]),
        ("OPTIONAL { ?s ex:p ?o OPTIONAL { ?o ex:q ?r } }", [FIRST, ("?o", ("ex:q",), "?r")]),
        ("{ ?s ex:p ?o } UNION { ?o ex:q ?s }", [("?s", ("ex:p",), "?o"), ("?o", ("ex:q",), "?s")]),
        ("GRAPH ?g { ?s ex:p ?o }", [("?s", ("ex:p",), "?o")]),
        ("MINUS { ?s ex:p ?o }", []),
        ("FILTER NOT EXISTS { ?s ex:p ?o }", []),
        ("{ SELECT ?s { ?s ex:p ?o } }", []),
        ("?s ex:p [ ex:q ?o ]", []),
        ("?s ex:p ( ?o )", []),
    ],
)  # fmt: skip
def test_patterns(body: str, expected: list[tuple[str, tuple[str, ...], str]]) -> None:
    assert patterns(body) == expected


def test_what_is_spelt_out_asks_the_same(store: Store, model: Model) -> None:
    for asked in model.questions.values():
        spelt, found = spell_out(asked.query)
        assert all(isinstance(one, Pattern) for one in found)
        call = values.read(asked, asked.examples[0], Names.of(store)).values
        mine = {str(row) for row in rows(store, asked.query.bind(call))}
        assert {str(row) for row in rows(store, spelt.bind(call))} == mine, asked.name
