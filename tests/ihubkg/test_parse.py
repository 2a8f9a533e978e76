from typing import Any

import pyoxigraph as ox
import pytest

from ihubkg.errors import IhubError, ParseError, TooLarge
from ihubkg.formats import CSV, JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from ihubkg.parse import Limits, parse, read

BASE = "https://w3id.org/ihub4schools/"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'


def rdf(body: str, head: str = "") -> str:
    return f"{head}<rdf:RDF {RDF}>{body}</rdf:RDF>"


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        (TURTLE, "<a> <http://e/p> 'x'@en ."),
        (TRIG, "<a> <http://e/p> 'x'@en ."),
        (NTRIPLES, f'<{BASE}a> <http://e/p> "x"@en .'),
        (NQUADS, f'<{BASE}a> <http://e/p> "x"@en .'),
        (JSONLD, '{"@id": "a", "http://e/p": {"@value": "x", "@language": "en"}}'),
        (
            RDFXML,
            rdf('<rdf:Description rdf:about="a"><e:p xml:lang="en">x</e:p></rdf:Description>'),
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Format) else "",
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
def test_the_same_statement_comes_out_of_every_format(fmt: Format, text: str, mark: str) -> None:
    expected = ox.Triple(
        ox.NamedNode(f"{BASE}a"), ox.NamedNode("http://e/p"), ox.Literal("x", language="en")
    )
    assert [quad.triple for quad in parse((mark + text).encode(), fmt, base=BASE)] == [expected]


def test_blank_nodes_of_two_files_stay_apart() -> None:
    one, two = (parse(b"_:a <http://e/p> 1 .", TURTLE, base=BASE) for _ in range(2))
    assert one[0].subject != two[0].subject


def test_lexical_forms_stay() -> None:
    (quad,) = parse(b"<a> <http://e/p> 007 .", TURTLE, base=BASE)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == "007"


LOCATED = [
    ("latin", TURTLE, b"<a> <http://e/p>\n 'caf\xe9' .", "UTF-8", (2, 6)),
    ("utf-16", RDFXML, rdf("").encode("utf-16"), "UTF-8", (1, 1)),
    ("raw NUL", TURTLE, b"<a> <http://e/p> 'x\0' .", "NUL", (1, 20)),
    ("escaped NUL", JSONLD, b'{"http://e/p": "x\\u0000"}', "NUL", (None, None)),
    ("syntax", TURTLE, b"<a> <http://e/p>\n  1", "not Turtle", (2, 4)),
    ("prefix", TURTLE, b"<a>\n skos:note 1 .", "add @prefix skos: <http://www.w3.org", (2, 2)),
    ("own prefix", TURTLE, b"<a> my:note 1 .", "add @prefix my: <…>", (1, 5)),
    ("whole IRI", NTRIPLES, b"<a> <http://e/p> <a> .", "needs a scheme", (1, 1)),
    ("graph", TRIG, b"<g> { <a> <http://e/p> 1 }", "without graph names", (None, None)),
    ("triple term", TURTLE, b"<a> <http://e/p>\n <<( <a> <a> <a> )>> .", "RDF 1.2", (2, 2)),
    ("annotation", TURTLE, b"<a> <http://e/p> 1 {| <http://e/q> 2 |} .", "RDF 1.2", (1, 20)),
    ("direction", TURTLE, b"<a> <http://e/p> 'x'@en--ltr .", "RDF 1.2", (1, 19)),
    (
        "language",
        TURTLE,
        f"<a> <http://e/p> 'x'@en{'-abcdefgh' * 4} .".encode(),
        "language",
        (1, 19),
    ),
    ("decimal", TURTLE, b"<a> <http://e/p> '1E1000000000'^^<%sdecimal> .", "plain number", (1, 19)),
    ("digits", TURTLE, b"<a> <http://e/p> " + b"1" * 101 + b" .", "plain number", (1, 18)),
    ("iri", TURTLE, b"<a> <http://e/" + b"p" * 2050 + b"> 1 .", "IRI has 2,059", (1, 6)),
    ("json", JSONLD, b'{"a":\n [}', "not JSON", (2, 3)),
    ("context", JSONLD, b'{"@context":\n "http://e/c"}', "Contexts are not fetched", (2, 2)),
    ("contexts", JSONLD, b'{"@context": [{}, "file:///c"]}', "not fetched", (1, 19)),
    ("import", JSONLD, b'{"@context": {"@import": "c"}}', "not fetched", (1, 26)),
    (
        "@language",
        JSONLD,
        b'{"http://e/p":\n {"@value": "x", "@language": "e n"}}',
        "language",
        (2, 31),
    ),
    ("@id", JSONLD, b'{"@id": "http://e/a b", "http://e/p": 1}', "not an IRI", (1, 9)),
    (
        "json graph",
        JSONLD,
        b'{"@id": "a", "@graph": {"http://e/p": 1}}',
        "graph names",
        (None, None),
    ),
    ("xml", RDFXML, b"<a>\n<b></a>", "not XML", (2, 6)),
    ("xml IRI", RDFXML, rdf('\n<e:C rdf:about="http://e/ a"/>').encode(), "Invalid IRI", (2, 17)),
    (
        "encoding",
        RDFXML,
        rdf("", '<?xml version="1.0" encoding="utf-7"?>').encode(),
        "UTF-8",
        (1, 1),
    ),
    (
        "system",
        RDFXML,
        rdf("", "<!DOCTYPE a SYSTEM 'http://e/d'>").encode(),
        "not fetched",
        (1, 32),
    ),
    (
        "entity",
        RDFXML,
        rdf("", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>").encode(),
        "would be fetched",
        (1, 52),
    ),
    (
        "parameter entity",
        RDFXML,
        rdf("", "<!DOCTYPE a [<!ENTITY % x 'y'>]>").encode(),
        "would be fetched",
        (1, 27),
    ),
    (
        "nested entity",
        RDFXML,
        rdf("", "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;'>]>").encode(),
        "made of other entities",
        (1, 40),
    ),
    (
        "attribute default",
        RDFXML,
        rdf("", "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]>").encode(),
        "Defaults for b of a",
        (1, 34),
    ),
]


@pytest.mark.parametrize(
    ("fmt", "data", "message", "place"),
    [case[1:] for case in LOCATED],
    ids=[case[0] for case in LOCATED],
)
def test_what_cannot_be_taken_is_named_and_located(
    fmt: Format, data: bytes, message: str, place: tuple[int | None, int | None]
) -> None:
    with pytest.raises(ParseError, match=message.replace("(", r"\(")) as caught:
        parse(data.replace(b"%s", b"http://www.w3.org/2001/XMLSchema#"), fmt, base=BASE)
    error = caught.value
    assert (error.line, error.column) == place


ENTITIES = "<!DOCTYPE a [{}]>"


@pytest.mark.parametrize(
    ("fmt", "text", "limits"),
    [
        (TURTLE, "<a> <http://e/p> 1 .", {"size": 19}),
        (TURTLE, "<a> <http://e/p> 1 , 2 .", {"triples": 1}),
        (JSONLD, "[[[[1]]]]", {"depth": 4}),
        (JSONLD, "[" * 2000 + "]" * 2000, {}),
        (JSONLD, '{"@context": {"a": "b:c", "d": {"@id": "b:d"}}}', {"context_terms": 2}),
        (RDFXML, rdf("<e:a><e:b><e:C/></e:b></e:a>"), {"elements": 3}),
        (RDFXML, rdf('<e:a e:a="" e:b=""/>'), {"attributes": 1}),
        (RDFXML, rdf(""), {"namespaces": 1}),
        (RDFXML, rdf("", ENTITIES.format("<!ENTITY a 'xx'>")), {"entity": 1}),
        (RDFXML, rdf("", ENTITIES.format("<!ENTITY a 'x'><!ENTITY b 'y'>")), {"entities": 1}),
        (RDFXML, rdf("&a;" * 1100, ENTITIES.format(f"<!ENTITY a '{'x' * 1000}'>")), {}),
    ],
    ids=[
        "bytes", "statements", "nesting", "deep nesting", "terms of contexts", "nested elements",
        "attributes", "namespaces", "entity", "entities", "expansion",
    ],
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused(fmt: Format, text: str, limits: dict[str, Any]) -> None:
    with pytest.raises(TooLarge, match="taken"):
        parse(text.encode(), fmt, base=BASE, limits=Limits(**limits))


@pytest.mark.parametrize("datatype", ["", "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>"])
def test_a_long_text_is_refused_markup_sooner(datatype: str) -> None:
    limits = Limits(literal=20, markup=10)
    fits, too_long = (20, 21) if not datatype else (10, 11)
    text = f"<a> <http://e/p> '{{}}'{datatype} ."
    assert len(parse(text.format("x" * fits).encode(), TURTLE, base=BASE, limits=limits)) == 1
    with pytest.raises(ParseError, match=f"{too_long} characters"):
        parse(text.format("x" * too_long).encode(), TURTLE, base=BASE, limits=limits)


def test_flat_entities_and_our_own_namespaces_are_taken() -> None:
    head = '<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>'
    (quad,) = parse(rdf('<e:C rdf:about="&e;x"/>', head).encode(), RDFXML, base=BASE)
    assert quad.subject == ox.NamedNode("http://e/x")


def test_angles_inside_texts_and_iris_are_no_triple_terms() -> None:
    text = r"""<http://e/a#b> <http://e/p> "<< {|" , '<<' , '''a ' << ''' , "\"<<" . # << {|"""
    assert len(parse(text.encode(), TURTLE, base=BASE)) == 4


def test_graph_names_are_kept_where_they_are_asked_for() -> None:
    text = b"<http://e/g> { <a> <http://e/p> 1 }"
    (quad,) = read(text, TRIG, base=BASE, named_graphs=True).quads
    assert quad.graph_name == ox.NamedNode("http://e/g")


def test_a_key_that_no_context_defines_is_remarked_on() -> None:
    text = '{"@context": {"a": "http://e/a"}, "@id": "x", "a": 1,\n "b": 2, "http://e/c": 3}'
    parsed = read(text.encode(), JSONLD, base=BASE)
    assert len(parsed.quads) == 2
    (remark,) = parsed.remarks
    assert '"b"' in remark.message
    assert (remark.line, remark.column) == (2, 2)
    with_vocabulary = text.replace('{"a"', '{"@vocab": "http://e/", "a"')
    assert read(with_vocabulary.encode(), JSONLD, base=BASE).remarks == ()


def test_an_invisible_sign_is_remarked_on() -> None:
    (remark,) = read("<a> <http://e/p>\n'x\u202ey' .".encode(), TURTLE, base=BASE).remarks
    assert "U+202E" in remark.message
    assert (remark.line, remark.column) == (2, 3)


def test_a_format_of_rows_is_not_read() -> None:
    with pytest.raises(IhubError, match="not a format of graphs"):
        parse(b"a,b", CSV, base=BASE)
