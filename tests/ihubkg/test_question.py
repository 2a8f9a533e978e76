"""Binding: a value is a term in its slots, in every scope, and can never become syntax."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyparsing import ParseResults
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from ihubkg import question
from ihubkg.errors import BadParameter, BadQuery
from ihubkg.header import HeaderError
from ihubkg.question import Form, Question
from ihubkg.tokens import Term

HEAD = """\
#+ summary: Is it so?
#+ description: A question for tests.
#+ persona: [developer]
#+ answers: ["-"]
#+ version: 1.0.0
#+ status: draft
#+ parameters:
#+   x: {type: text, example: a, description: Any value.}
"""
TYPED = """\
#+ results:
#+   s: thing
#+ order: [s]
"""
PREFIX = "PREFIX : <urn:x:>\n"

SLOT = "VALUES ?x { UNDEF }"
SCOPES = {
    "pattern": "?s :p ?x",
    "sub-select": f"{{ SELECT ?s WHERE {{ {SLOT} ?s :p ?x }} }}",
    "optional": f"?s a :T OPTIONAL {{ {SLOT} ?s :p ?x BIND(1 AS ?b) }} FILTER(BOUND(?b))",
    "minus": f"?s a :T MINUS {{ ?s a :T MINUS {{ {SLOT} ?s :p ?x }} }}",
    "exists": f"?s a :T FILTER EXISTS {{ {SLOT} ?s :p ?x }}",
    "not exists": f"?s a :T FILTER NOT EXISTS {{ {SLOT} ?s :p ?y FILTER(!SAMETERM(?y, ?x)) }}",
    "union": f"{{ {SLOT} ?s :q ?x }} UNION {{ {SLOT} ?s :p ?x }}",
    "filter": "?s :p ?y FILTER(SAMETERM(?y, ?x))",
    "aggregate": f"{{ SELECT ?s {{ {SLOT} ?s :p ?x }} GROUP BY ?s HAVING (COUNT(?x) > 0) }}",
    "bind": "BIND(?x AS ?y) ?s :p ?y",
    "graph": f"GRAPH ?g {{ {SLOT} ?s :p ?x }}",
}  # fmt: skip


def asked(body: str) -> Question:
    """Return a question whose outermost group holds a slot and `body`."""
    text = f"{HEAD}{TYPED}{PREFIX}SELECT ?s WHERE {{ {SLOT} {body} }} ORDER BY ?s"
    return question.parse(text, name="test", source="test.rq")


ONE_SCOPE = {name: asked(body) for name, body in SCOPES.items()}
MARK = ox.NamedNode("urn:x:the-mark")

strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
injections = st.sampled_from(
    [
        'x" } UNION { ?s <secret> ?v } #',
        "x> } ; DROP ALL #",
        "\\u0022 } #",
        "\\U00000022 } #",
        "\\\\u0022 } #",
        "\\",
        '\\"',
        "a\nb\r\n\tc",
        "{ } ( ) [ ] # ?x $x UNDEF",
        "'''\"\"\"",
        "\x00\x7f\u2028\ufeff",
        "%s %(x)s {x} ${x}",
        "*/ -- ; SELECT",
    ]
)
tags = st.from_regex(r"\A[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}\Z").filter(
    lambda tag: _accepted(lambda: ox.Literal("", language=tag))
)
iris = st.builds(
    lambda rest: "urn:x:" + rest,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
).filter(lambda iri: _accepted(lambda: ox.NamedNode(iri)))
texts = st.one_of(strings, injections)
values = st.one_of(
    st.builds(ox.Literal, texts),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), texts, tags),
    st.builds(ox.NamedNode, iris),
)


scopes = st.sampled_from(sorted(SCOPES))


def _accepted(make: Callable[[], object]) -> bool:
    try:
        make()
    except ValueError:
        return False
    return True


def as_rdflib(term: Term) -> rdflib.term.Identifier:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    return rdflib.Literal(term.value, lang=term.language)


def steps(node: object) -> Iterator[object]:
    """Yield an algebra's nodes and terms in one order, so that two can be laid side by side."""
    if isinstance(node, CompValue):
        yield node.name
        for key in sorted(node):
            if key != "_vars":
                yield key
                yield from steps(node[key])
    elif isinstance(node, dict):
        for key in sorted(node, key=str):
            yield key
            yield from steps(node[key])
    elif isinstance(node, list | tuple | ParseResults):
        yield len(node)
        for item in node:
            yield from steps(item)
    elif isinstance(node, set | frozenset):
        yield from sorted(map(str, node))
    else:
        yield node


def algebra(text: str) -> list[object]:
    return list(steps(translateQuery(parseQuery(text)).algebra))


PLAIN = {name: algebra(asking.bind({"x": MARK})) for name, asking in ONE_SCOPE.items()}


def check_algebra(term: Term, scope: str) -> None:
    """Fail unless the parsed algebra differs from that of a plain IRI in the term alone."""
    asking, wanted, mark = ONE_SCOPE[scope], as_rdflib(term), rdflib.URIRef(MARK.value)
    assert PLAIN[scope].count(mark) == len(asking.query.slots)
    expected = [wanted if step == mark else step for step in PLAIN[scope]]
    assert algebra(asking.bind({"x": term})) == expected


def check_rows(term: Term) -> None:
    """Fail unless pyoxigraph finds, in every scope, just the subject that has the term."""
    store = ox.Store()
    kind, p = (
        ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ox.NamedNode("urn:x:p"),
    )
    other = ox.NamedNode("urn:x:yet-another")
    for name, value in (("right", term), ("wrong", other)):
        subject = ox.NamedNode(f"urn:x:{name}")
        for graph in (ox.DefaultGraph(), ox.NamedNode("urn:x:g")):
            store.add(ox.Quad(subject, kind, ox.NamedNode("urn:x:T"), graph))
            store.add(ox.Quad(subject, p, value, graph))
    for name, asking in ONE_SCOPE.items():
        rows = store.query(asking.bind({"x": term}))
        assert isinstance(rows, ox.QuerySolutions)
        assert {row["s"].value for row in rows} == {"urn:x:right"}, name


@settings(max_examples=300, deadline=None)
@given(values, scopes)
def test_a_value_changes_nothing_but_the_term(term: Term, scope: str) -> None:
    check_algebra(term, scope)
    check_rows(term)


@pytest.mark.parametrize(
    "text",
    ['x" } UNION { ?s <secret> ?v } #', "x> } ; DROP ALL #", "\\u0022 } #", "a\nb", "} {", "# ?x"],
)
def test_injections_stay_strings(text: str) -> None:
    for term in (ox.Literal(text), ox.Literal(text, language="en")):
        for scope in SCOPES:
            check_algebra(term, scope)
        check_rows(term)


def test_an_unbound_parameter_stays_open_and_a_list_gives_each_value() -> None:
    asking = ONE_SCOPE["pattern"]
    assert asking.bind({}).count("UNDEF") == 1
    bound = asking.bind({"x": [ox.Literal("a"), ox.Literal("b", language="et")]})
    assert 'VALUES ?x { "a" "b"@et }' in bound


def test_limit_and_offset_are_whole_numbers() -> None:
    asking = ONE_SCOPE["pattern"]
    assert asking.bind({}, limit=5, offset=10).endswith("\nLIMIT 5 OFFSET 10\n")
    assert asking.bind({}, limit=0).endswith("\nLIMIT 0\n")
    for wrong in (-1, True, "1; DROP ALL", 1.5, None):
        with pytest.raises(BadParameter, match="offset"):
            asking.bind({}, offset=wrong)  # type: ignore[arg-type]
    with pytest.raises(BadParameter, match="limit"):
        asking.bind({}, limit="5")  # type: ignore[arg-type]


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(BadParameter, match=r"y: this question has no such parameter\. Nearest: x"):
        ONE_SCOPE["pattern"].bind({"y": MARK})


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("ASK { VALUES ?x { UNDEF } ?s ?p ?x }", Form.TRUTH),
        ("CONSTRUCT { ?s ?p ?x } WHERE { VALUES ?x { UNDEF } ?s ?p ?x }", Form.GRAPH),
        ("CONSTRUCT { ?s ?p ?x } { VALUES ?x { UNDEF } ?s ?p ?x }", Form.GRAPH),
    ],
)
def test_other_forms(query: str, form: Form) -> None:
    asking = question.parse(HEAD + query, name="test", source="test.rq")
    assert asking.query.form is form
    opened, closed = asking.query.body
    assert asking.query.tokens[opened + 1].says("VALUES")
    assert closed == len(asking.query.tokens) - 1
    assert "LIMIT" not in asking.bind({}, limit=3)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (TYPED + "SELECT ?s { ?s ?p ?x } ORDER BY ?s", HeaderError, "has no slot VALUES ?x"),
        (TYPED + "SELECT ?s { VALUES ?y { UNDEF } VALUES ?x { UNDEF } } ORDER BY ?s", HeaderError,
         "parameters.y: no parameter of this name"),
        (TYPED + "SELECT ?s ?p { VALUES ?x { UNDEF } ?s ?p ?x } ORDER BY ?s", HeaderError,
         "results.p: the query gives"),
        (TYPED + "SELECT ?p { VALUES ?x { UNDEF } ?s ?p ?x } ORDER BY ?p", HeaderError,
         "results.p: the query gives"),
        (TYPED + "SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?x }", HeaderError, "ORDER BY"),
        (TYPED + "SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?x } ORDER BY ?s LIMIT 1", HeaderError,
         "LIMIT may not end"),
        (TYPED + "SELECT ?s { VALUES (?x ?y) { (UNDEF 1) } ?s ?p ?x } ORDER BY ?s", BadQuery,
         "only in a slot"),
        (TYPED + "SELECT ?s { VALUES ?x { UNDEF } ORDER BY ?s", BadQuery, "not closed"),
        (TYPED + "DESCRIBE ?s { VALUES ?x { UNDEF } }", BadQuery, "a SELECT, an ASK or"),
        (TYPED + "ASK { VALUES ?x { UNDEF } }", HeaderError, "only a SELECT has columns"),
    ],
)  # fmt: skip
def test_header_and_query_agree(text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said.replace("?", "\\?")):
        question.parse(HEAD + text, name="test", source="test.rq")


def test_a_file_is_named_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "who-knows.rq"
    path.write_text(ONE_SCOPE["pattern"].text, encoding="utf-8")
    found = question.read(path)
    assert found.name == "who-knows"
    assert found.iri == "https://w3id.org/ihub4schools/questions/who-knows"
    assert not any(line.startswith("#+") for line in found.body.splitlines())


def test_what_the_engine_cannot_read_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.rq"
    path.write_text(
        f"{HEAD}{TYPED}{PREFIX}SELECT ?s\nWHERE {{ {SLOT} ?s :p , ?x }}\nORDER BY ?s",
        encoding="utf-8",
    )
    with pytest.raises(BadQuery, match=r"^queries/questions/broken\.rq:14: Syntax error"):
        question.read(path, "queries/questions/broken.rq")


def test_what_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.rq"
    path.write_bytes(HEAD.encode() + b"# caf\xe9\n")
    with pytest.raises(HeaderError, match=r"broken\.rq:9: text: the file is not UTF-8"):
        question.read(path)
