"""The gate lets real queries through and stops what kills, hangs or phones home."""

import contextlib
import re
import statistics
import time

import pyoxigraph
import pytest

from ihubkg.errors import BadQuery, TooLarge
from ihubkg.gate import ANONYMOUS, Limits, cap, check

REAL = """PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?method ?label ?fit (COUNT(?e) AS ?n) WHERE {
  ?m a ihub:Method ; skos:prefLabel ?label ; ihub:hasSuitability ?s .
  ?s ihub:suitableFor ?phase ; ihub:fit ?fit .
  OPTIONAL { ?e ihub:supports ?s . FILTER(?e != ?x && LANG(?label) = "en") }
} GROUP BY ?method ?label ?fit ORDER BY DESC(?fit) LIMIT 20"""

HARMLESS = [
    REAL,
    "ASK {}",
    "ask{?s?p?o}",
    "SELECT ?service ?load { ?service <http://e/load> ?load }",
    "PREFIX ex: <http://e/> SELECT * { ?s ex:SERVICE ex:LOAD }",
    "SELECT * { ?s ?p 'SERVICE <http://e/> { }' } # SERVICE <http://e/> {}",
    "SELECT * { <http://e/SERVICE> ?p ?o }",
    'SELECT ("LOAD" AS ?x) { }',
    "BASE <http://e/> VERSION '1.2' SELECT * { VALUES (?a ?b) { (1 2) (UNDEF <x>) } }",
    "SELECT * { VALUES ?x { " + "<http://example.org/a-b-c> " * 2000 + "} }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o IN (1, 2, 3)) }",
    "SELECT * { ?s !(a|^a)/<p>* ( 1 2 ) }",
    "SELECT * { ?s ?p ?o . FILTER(?o<1||?s><b>) }",
]

OUTWARD = [
    "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://e/> { ?s ?p ?o } }",
    "SELECT * {SERVICE<http://e/>{?s?p?o}}",
    "SELECT * { SERVICESILENT<http://e/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE <http://e/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <http://e/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p 'x'SERVICE <http://e/>{ ?s ?p ?o } }",
    "SELECT * { ?e ?p ?o SERVICE ?e { ?s ?p ?o } }",
    "PREFIX e: <http://e/> SELECT * { SERVICE e:s { ?s ?p ?o } }",
    "SELECT * { SERVICE\n#\n<http://e/> { ?s ?p ?o } }",
    r"SELECT * { S\u0045RVICE <http://e/> { ?s ?p ?o } }",
    r"SELECT * { \U00000053ERVICE <http://e/> { ?s ?p ?o } }",
    "SELECT * { <http://e/#> ?p '#' . SERVICE <http://e/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '''a''b''' SERVICE <http://e/> { ?s ?p ?o } }",
    "SELECT * { FILTER EXISTS { SERVICE <http://e/> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { SERVICE <http://e/> { ?s ?p ?o } } } }",
    "SELECT * { VALUES ?x { 1 } SERVICE <http://e/> { ?s ?p ?o } }",
]


def rows(store: pyoxigraph.Store, query: str) -> pyoxigraph.QuerySolutions:
    """Return the solutions of a SELECT query."""
    found = store.query(query)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return found


def nested(opening: str, closing: str, depth: int) -> str:
    """Return a query with `depth` nested brackets of one kind."""
    return "SELECT * { " + opening * depth + " ?s ?p ?o " + closing * depth + " }"


@pytest.mark.parametrize("query", HARMLESS)
def test_harmless_queries_pass(query: str) -> None:
    assert check(query).form in ("SELECT", "ASK", "CONSTRUCT")


@pytest.mark.parametrize("query", OUTWARD)
def test_service_is_refused_in_every_spelling(query: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE is not available"):
        check(query)


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://e/>",
        "load silent <file:///etc/passwd>",
        r"\u004cOAD <http://e/>",
        "LOADSILENT<http://e/>",
        "CLEAR ALL;LOAD<http://e/>",
    ],
)
def test_load_is_refused_in_every_spelling(update: str) -> None:
    with pytest.raises(BadQuery, match="LOAD is not available"):
        check(update, kind="update")


def test_a_double_escape_does_not_smuggle_a_keyword() -> None:
    with pytest.raises(BadQuery):
        check(r"SELECT * { \u005Cu0053ERVICE <http://e/> { ?s ?p ?o } }")


@pytest.mark.parametrize("escape", [r"\uD800", r"\u0000", r"\U00110000"])
def test_an_escape_of_no_character_is_refused(escape: str) -> None:
    with pytest.raises(BadQuery, match="is no character"):
        check(f"SELECT {escape} {{}}")


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        (nested("{", "}", 200), ANONYMOUS.depth),
        (nested("FILTER(", ")", 200), ANONYMOUS.depth),
        (nested("OPTIONAL {", "}", 40), ANONYMOUS.depth),
        (nested("{ SELECT * {", "}}", 30), ANONYMOUS.depth),
        ("SELECT * { ?s :p " + "[ :p " * 200 + "1" + "]" * 200 + "}", ANONYMOUS.depth),
        ("SELECT * { ?s :p " + "( " * 200 + "1" + ")" * 200 + "}", ANONYMOUS.depth),
        ("SELECT * { ?s :p " + "<<( :a :b " * 200 + "1" + ")>>" * 200 + "}", ANONYMOUS.depth),
        ("SELECT (" + "STR(" * 100 + "1" + ")" * 100 + " AS ?x) {}", ANONYMOUS.depth),
        ("SELECT * { FILTER(" + "!" * 1000 + "1) }", ANONYMOUS.operators),
        ("SELECT * { FILTER(1" + "+1" * 1000 + ") }", ANONYMOUS.operators),
        ("SELECT * { FILTER(1" + "||1" * 1000 + ") }", ANONYMOUS.operators),
        ("SELECT * { ?s " + "/".join([":p"] * 200) + " ?o }", ANONYMOUS.patterns),
        ("SELECT * {" + "?s ?p ?o . " * 200 + "}", ANONYMOUS.patterns),
        ("SELECT * { ?s ?p " + ", ".join(["1"] * 200) + "}", ANONYMOUS.patterns),
        ("SELECT * {" + "OPTIONAL { ?s ?p ?o } " * 200 + "}", ANONYMOUS.patterns),
        ("SELECT * { ?s ?p (" + "1 " * 200 + ") }", ANONYMOUS.patterns),
        ("SELECT * { ?s ?p ?o } #" + "x" * 70_000, ANONYMOUS.text),
        ("SELECT * { ?s ?p '" + "é" * 40_000 + "' }", ANONYMOUS.text),
        # Brackets that hide in what looks like an IRI: the engine reads "less than".
        ("SELECT * { FILTER(?a" + "<((((((((((?b>1" * 60 + ") }", ANONYMOUS.patterns),
    ],
)
def test_too_much_of_anything_is_refused_with_limit_and_value(query: str, limit: int) -> None:
    with pytest.raises(TooLarge) as refusal:
        check(query)
    assert refusal.value.limit == limit
    assert refusal.value.value is not None
    assert refusal.value.value > limit
    assert f"{limit:,}" in refusal.value.message


def test_data_of_an_update_is_not_counted_as_patterns() -> None:
    rows = "".join(f"<http://e/{n}> <http://e/p> {n} . " for n in range(1500))
    assert check(f"INSERT DATA {{ {rows} }}", kind="update").patterns < 5


def test_nesting_in_data_is_still_refused() -> None:
    with pytest.raises(TooLarge):
        check("INSERT DATA { :a :b " + "[ :p " * 50 + "1" + "]" * 50 + "}", kind="update")


def test_each_operation_has_its_way() -> None:
    with pytest.raises(BadQuery, match="begins an update"):
        check("DROP ALL")
    with pytest.raises(BadQuery, match="begins a query"):
        check("SELECT * {}", kind="update")
    with pytest.raises(BadQuery, match="not a query") as refusal:
        check("PREFIX e: <http://e/>\n SELCT * { ?s ?p ?o }")
    assert (refusal.value.line, refusal.value.column) == (2, 2)
    assert check("PREFIX e: <http://e/>", kind="update").form == "NOTHING"


def test_what_cannot_stand_in_sparql_is_refused_with_its_place() -> None:
    with pytest.raises(BadQuery, match="not closed") as refusal:
        check("SELECT * {\n  ?s ?p 'open }")
    assert (refusal.value.line, refusal.value.column) == (2, 9)
    with pytest.raises(BadQuery, match="NUL"):
        check("SELECT * { ?s ?p '\0' }")
    with pytest.raises(BadQuery, match="surrogate"):
        check("SELECT * { ?s ?p '\ud800' }")


def test_the_dataset_and_volatile_functions_are_seen() -> None:
    assert check("SELECT * FROM <http://e/> {}").dataset
    assert not check("SELECT ?from { ?from ?p ?o }").dataset
    assert check("WITH <http://e/> DELETE {} WHERE {}", kind="update").dataset
    assert check("SELECT (NOW() AS ?n) {}").volatile
    assert not check("SELECT ?now {}").volatile


def test_federation_can_be_allowed_to_named_endpoints_only() -> None:
    limits = Limits(federation=("http://e/sparql",))
    check("SELECT * { SERVICE SILENT <http://e/sparql> { ?s ?p ?o } }", limits=limits)
    for target in ("<http://e/other>", "?e", "e:sparql"):
        with pytest.raises(BadQuery, match="may name here"):
            check(f"SELECT * {{ SERVICE {target} {{ ?s ?p ?o }} }}", limits=limits)


def test_what_passes_is_what_the_engine_reads() -> None:
    store = pyoxigraph.Store()
    for query in HARMLESS:
        if not re.search(r"\bex?:|VERSION", query):
            store.query(check(query).text, base_iri="http://e/")
    row = next(rows(store, check(r"SEL\u0045CT ('\u0041' AS ?\u0062) {}").text))
    assert row["b"].value == "A"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {VALUES (?x ?y) {" + "(1 2)" * 12_000 + "}}",
        "SELECT * { ?s ?p (" + "1 " * 30_000 + ")}",
        r"\u0041" * 10_000,
        "a " * 32_000,
        "#\n" * 32_000,
        "<a>?b" * 13_000,
        "'" * 65_000,
    ],
)
def test_the_worst_text_costs_little(text: str) -> None:
    best = min(_cost(text[:65_536]) for _ in range(5))
    assert best < 0.05  # 15 ms is the aim; the machine of a test may be slower and busier


def test_a_real_query_costs_a_tenth_of_a_millisecond() -> None:
    assert statistics.median(_cost(REAL) for _ in range(300)) < 0.0005


def _cost(text: str) -> float:
    start = time.process_time()
    with contextlib.suppress(BadQuery, TooLarge):
        check(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 } } # LIMIT 1", 3),
        ("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 } } limit\n7 OFFSET 1", 3),
        ("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 } } LIMIT 2", 2),
        ("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 } } OFFSET 6 LIMIT 99999999999999", 2),
        ("SELECT * { } VALUES ?x { 1 2 3 4 5 6 7 8 }", 3),
        ("SELECT * { { SELECT ?x { VALUES ?x { 1 2 3 4 5 6 7 8 } } LIMIT 5 } }", 3),
        ("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 } } ORDER BY DESC(?x)", 3),
    ],
)
def test_a_cap_changes_the_number_of_rows_and_nothing_else(query: str, number: int) -> None:
    store = pyoxigraph.Store()
    capped = [str(row) for row in rows(store, cap(check(query), 3))]
    assert len(capped) == number
    assert capped == [str(row) for row in rows(store, query)][:number]
