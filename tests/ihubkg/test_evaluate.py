"""Answers are right, and well formed wherever they are cut."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest

from ihubkg import evaluate, gate
from ihubkg.errors import BadQuery, LimitExceeded
from ihubkg.evaluate import Outcome, Question
from ihubkg.reader import Reader
from ihubkg.terms import CURATED, PREFIXES, PUBLIC_GRAPHS

NASTY = [
    "plain",
    'quote " and \\',
    "a,b\r\nc",
    '}},{"x":{"type":"uri"',
    "</result>",
    "\t|\n",
    "é😀",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Thirty things with literals that look like the syntax around them."""
    copy = Reader(frozenset(PUBLIC_GRAPHS))
    copy.load(
        ox.Quad(
            ox.NamedNode(f"http://e/{number}"),
            ox.NamedNode("http://e/says"),
            ox.Literal(f"{NASTY[number % len(NASTY)]} {number}"),
            ox.NamedNode(CURATED),
        )
        for number in range(30)
    )
    return copy


def run(reader: Reader, text: str, fmt: str = "json", **how: object) -> Outcome:
    passed = gate.check(text)
    rows = how.get("rows")
    capped = (
        gate.cap(passed, rows + 1) if isinstance(rows, int) and passed.form == "SELECT" else None
    )
    question = Question(passed.text, capped, fmt, passed.form, **how)  # type: ignore[arg-type]
    return evaluate.run(reader, question, lambda _: None)


def count(body: bytes, fmt: str) -> int:
    """Number of rows, as an independent parser of the format sees them."""
    if fmt == "json":
        return len(json.loads(body)["results"]["bindings"])
    if fmt == "xml":
        return len(ET.fromstring(body)[1])
    text = body.decode()
    if fmt == "csv":
        return len(list(csv.reader(io.StringIO(text, newline=""), strict=True))) - 1
    return text.count("\n") - 1


ALL = "SELECT ?s ?o { ?s ?p ?o }"
ROW_FORMATS = ["json", "xml", "csv", "tsv"]


@pytest.mark.parametrize("fmt", ROW_FORMATS)
def test_a_whole_answer_is_not_flagged(reader: Reader, fmt: str) -> None:
    outcome = run(reader, ALL, fmt, rows=30, size=10**6)
    assert (outcome.cut, count(outcome.body, fmt)) == ("", 30)


@pytest.mark.parametrize("fmt", ROW_FORMATS)
@pytest.mark.parametrize("rows", [1, 7, 29])
def test_rows_over_the_limit_are_cut_and_flagged(reader: Reader, fmt: str, rows: int) -> None:
    outcome = run(reader, ALL, fmt, rows=rows, size=10**6)
    assert (outcome.cut, count(outcome.body, fmt)) == ("rows", rows)


@pytest.mark.parametrize("fmt", ROW_FORMATS)
def test_an_answer_cut_at_any_byte_is_well_formed(reader: Reader, fmt: str) -> None:
    whole = run(reader, ALL, fmt).body
    least = whole.index({"json": b"[{", "xml": b"<result>", "csv": b"\n", "tsv": b"\n"}[fmt]) + 2
    seen = set()
    for size in range(least, len(whole)):
        outcome = run(reader, ALL, fmt, size=size)
        assert outcome.cut == "bytes"
        seen.add(count(outcome.body, fmt))
    assert seen - {30} == set(range(30))  # 30: only what closes the document was cut


def test_a_cut_answer_says_so_itself(reader: Reader) -> None:
    cut = run(reader, ALL, "json", rows=3).body
    assert json.loads(cut)["head"]["link"] == [evaluate.CUT]
    assert evaluate.CUT.encode() in run(reader, ALL, "xml", rows=3).body
    assert evaluate.CUT.encode() not in run(reader, ALL, "xml", rows=30).body
    graph = run(reader, "CONSTRUCT WHERE { ?s ?p ?o }", "turtle", size=900).body
    assert graph.startswith(f"# {evaluate.CUT}".encode())


def test_a_row_limit_leaves_the_querys_own_limit_alone(reader: Reader) -> None:
    assert run(reader, f"{ALL} LIMIT 3", rows=5).cut == ""
    assert run(reader, f"{ALL} LIMIT 9", rows=5).cut == "rows"


def test_rows_without_bindings_count(reader: Reader) -> None:
    outcome = run(reader, "SELECT ?nothing { ?s ?p ?o }", rows=10)
    assert (outcome.cut, count(outcome.body, "json")) == ("rows", 10)


@pytest.mark.parametrize("fmt", ["turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld"])
def test_a_graph_cut_at_its_size_can_be_read(reader: Reader, fmt: str) -> None:
    query = "CONSTRUCT { ?s <http://e/says> ?o } { ?s ?p ?o }"
    parser = evaluate.GRAPHS[fmt]
    whole = run(reader, query, fmt, size=10**6)
    assert whole.cut == ""
    assert len(list(ox.parse(whole.body, format=parser))) == 30
    short = run(reader, query, fmt, size=900)
    assert short.cut == "bytes"
    assert len(short.body) <= 900
    assert 0 < len(list(ox.parse(short.body, format=parser))) < 30


def test_a_document_has_the_prefixes_it_uses_and_no_others(reader: Reader) -> None:
    query = f"CONSTRUCT {{ ?s a <{PREFIXES['skos']}Concept> }} {{ ?s ?p ?o }}"
    text = run(reader, query, "turtle").body.decode()
    assert text.count("@prefix") == 1
    assert "a skos:Concept" in text
    xml = run(reader, query, "rdfxml").body.decode()
    assert xml.count("xmlns:") == 2


def test_booleans_come_in_every_form(reader: Reader) -> None:
    assert json.loads(run(reader, "ASK { ?s ?p ?o }").body)["boolean"] is True
    assert b"<boolean>false</boolean>" in run(reader, "ASK { ?s ?s ?s }", "xml").body


def test_a_description_holds_what_points_to_the_thing_and_labels() -> None:
    copy = Reader(frozenset(PUBLIC_GRAPHS))
    text = f"""
        <http://e/a> <http://e/p> <http://e/b> <{CURATED}> .
        <http://e/c> <http://e/q> <http://e/a> <{CURATED}> .
        <http://e/b> <{PREFIXES["skos"]}prefLabel> "B"@en <{CURATED}> .
        <http://e/b> <http://e/p> "far" <{CURATED}> ."""
    copy.load(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    found = set(run(copy, "DESCRIBE <http://e/a>", "ntriples").body.decode().splitlines())
    assert len(found) == 3
    assert not any("far" in line for line in found)


def test_the_dataset_of_the_protocol_is_merged_and_exclusive() -> None:
    copy = Reader(frozenset())
    names = ("http://e/g1", "http://e/g2")
    copy.load(
        ox.Quad(
            ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal(1), ox.NamedNode(g)
        )
        for g in names
    )
    number = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    for default, expected in ((names, "1"), (names[:1], "1"), ((), "0")):
        body = run(copy, number, default=default, named=()).body
        assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == expected
    graphs = "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert count(run(copy, graphs, default=(), named=names[1:]).body, "json") == 1
    assert count(run(copy, graphs, default=names, named=names).body, "json") == 2
    assert count(run(copy, graphs).body, "json") == 2


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * FROM <http://e/g1> FROM <http://e/g2> { ?s ?p ?o }", 1),
        ("PREFIX e: <http://e/> SELECT * FROM e:g1 FROM e:g2 { ?s ?p ?o }", 1),
        ("BASE <http://e/> SELECT * FROM <g1> FROM <g2> { ?s ?p ?o }", 1),
        ("SELECT * from <g1>\n from <g2> WHERE { ?s ?p ?o }", 1),
        ("SELECT * FROM <http://e/g1> FROM NAMED <http://e/g2> { GRAPH ?g { ?s ?p ?o } }", 1),
        ("SELECT * FROM <http://e/g1> FROM <http://e/g2> { GRAPH ?g { ?s ?p ?o } }", 0),
        ("SELECT * FROM <http://e/g1> FROM <http://e/g1> { ?s ?p ?o }", 1),
        ('SELECT * { ?s ?p ?o FILTER(STR(?o) != "FROM <http://e/g1> FROM <http://e/g2>") }', 0),
        ("CONSTRUCT { ?s ?p ?o } FROM <http://e/g1> FROM <http://e/g2> WHERE { ?s ?p ?o }", 1),
    ],
)
def test_a_triple_in_two_graphs_of_from_comes_once(query: str, rows: int) -> None:
    copy = Reader(frozenset())
    subject, predicate = ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p")
    copy.load(
        ox.Quad(subject, predicate, ox.Literal(1), ox.NamedNode(f"http://e/g{number}"))
        for number in (1, 2)
    )
    is_graph = query.startswith("CONSTRUCT")
    body = run(copy, query, "ntriples" if is_graph else "json", base="http://e/").body
    assert (body.count(b"\n") if is_graph else count(body, "json")) == rows


def test_the_dataset_of_the_protocol_decides_over_from() -> None:
    copy = Reader(frozenset())
    for number in (1, 2, 3):
        graph = ox.NamedNode(f"http://e/g{number}")
        copy.load([ox.Quad(graph, ox.NamedNode("http://e/p"), ox.Literal(1), graph)])
    query = "SELECT ?s FROM <http://e/g1> FROM <http://e/g2> { ?s ?p ?o }"
    body = run(copy, query, default=("http://e/g3", "http://e/g1"), named=()).body
    found = {row["s"]["value"] for row in json.loads(body)["results"]["bindings"]}
    assert found == {"http://e/g1", "http://e/g3"}


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("SELECT * {\n  ?s ?p ?o\n} ODER BY ?s", 3, 3, "did you mean ORDER"),
        ("SELECT * { ?s skos:prefLabel ?o }", None, None, "PREFIX skos: <http://www.w3.org/2004"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", None, None, "unbound"),
        ("ASK {", None, None, "before it is complete"),
    ],
)
def test_syntax_errors_say_where_and_what_is_near(
    reader: Reader, query: str, line: int | None, column: int | None, said: str
) -> None:
    with pytest.raises(BadQuery, match=r".") as error:
        run(reader, query, rows=10)
    assert said in error.value.message
    if line is not None:
        assert (error.value.line, error.value.column) == (line, column)


def test_a_long_answer_is_sent_as_it_comes(reader: Reader) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    parts: list[bytes] = []
    question = Question(query, None, "tsv", size=10**8, stream=True)
    last = evaluate.run(reader, question, parts.append)
    assert max(map(len, parts)) < 2 * evaluate.STREAM_AFTER
    body = b"".join([*parts, last.body])
    assert count(body, "tsv") == 30**3
    with pytest.raises(LimitExceeded):
        short = Question(query, None, "tsv", size=2 * evaluate.STREAM_AFTER, stream=True)
        evaluate.run(reader, short, parts.append)
