import hashlib
import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from ihubkg import files, turtle
from ihubkg.errors import IhubError, ParseError
from ihubkg.graphs import to_rdflib
from ihubkg.terms import PREFIXES

IHUB = PREFIXES["ihub"]
E = "http://e/"


def read(text: str) -> list[ox.Quad]:
    return [*ox.parse(text, format=ox.RdfFormat.TURTLE)]


def test_a_document_looks_like_this() -> None:
    text = """# What this file is for.
#   On two lines.
@prefix s: <http://www.w3.org/2004/02/skos/core#> . @prefix o: <http://www.w3.org/2002/07/owl#> .
@prefix i: <https://w3id.org/ihub4schools/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
i:Method s:example "x" ; s:prefLabel "meetod"@et , "method"@en ; a o:Class ;
  <http://www.w3.org/2000/01/rdf-schema#subClassOf> i:Design ,
    [ a o:Restriction ; o:onProperty i:p ] ;
  i:weight 3 , 1.0 , true , 1e3 , "03"^^<http://www.w3.org/2001/XMLSchema#integer> ,
    "3"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<https://w3id.org/ihub4schools/id/method/til> i:note \"\"\"a "b"
c\"\"\" ; i:list ( i:a "b" ) , () ; i:nothing [] .
<http://z/o> a o:Ontology .
i:p a o:ObjectProperty ; o:propertyChainAxiom ( i:a i:b ) ;
  sh:or ( [ sh:class i:A ] [ sh:class i:B ] ) .
"""
    assert turtle.reformat(text) == (
        '''# What this file is for.
#   On two lines.

@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<http://z/o>
    a owl:Ontology ;
.

<https://w3id.org/ihub4schools/id/method/til>
    ihub:list
        () ,
        ( ihub:a "b" ) ;
    ihub:note """a "b"
c""" ;
    ihub:nothing [] ;
.

ihub:Method
    a owl:Class ;
    rdfs:subClassOf
        ihub:Design ,
        [
            a owl:Restriction ;
            owl:onProperty ihub:p ;
        ] ;
    skos:prefLabel
        "method"@en ,
        "meetod"@et ;
    skos:example "x" ;
    ihub:weight
        03 ,
        1.0 ,
        1e3 ,
        "3"^^xsd:decimal ,
        3 ,
        true ;
.

ihub:p
    a owl:ObjectProperty ;
    owl:propertyChainAxiom ( ihub:a ihub:b ) ;
    sh:or (
        [
            sh:class ihub:A ;
        ]
        [
            sh:class ihub:B ;
        ]
    ) ;
.
'''
    )


def test_reformatting_twice_changes_nothing_more(root: Path) -> None:
    for path in files.walk(root):
        if path.suffix == ".ttl":
            text = path.read_text(encoding="utf-8")
            assert turtle.reformat(text) == text, path


@pytest.mark.parametrize(
    "text",
    [
        "_:a <http://p> _:a .",
        "_:a <http://p> _:b . _:b <http://p> _:a .",
        "_:a <http://p> _:x . _:b <http://p> _:x . _:x <http://q> 1 .",
        "<http://s> <http://p> _:x . <http://t> <http://p> _:x .",
        "[] <http://p> [ <http://q> [ <http://r> 1 ] ] .",
        # lists that are none: no end, two firsts, a typed link, a shared tail, a cycle
        "<http://s> <http://p> _:l . _:l <{rdf}first> 1 .",
        "<http://s> <http://p> _:l . _:l <{rdf}first> 1 , 2 ; <{rdf}rest> <{rdf}nil> .",
        "<http://s> <http://p> _:l . _:l a <{rdf}List> ; <{rdf}first> 1 ; <{rdf}rest> <{rdf}nil> .",
        "<http://s> <http://p> _:l . _:l <{rdf}first> 1 ; <{rdf}rest> _:t . _:t <{rdf}first> 2 ;"
        " <{rdf}rest> <{rdf}nil> . <http://s> <http://q> _:t .",
        "<http://s> <http://p> _:l . _:l <{rdf}first> 1 ; <{rdf}rest> _:l .",
        "<http://s> <http://p> ( ( 1 2 ) ( ) [ <http://q> ( 3 ) ] ) .",
        "<http://s> <http://p> ( " + " ".join(f'"{i:030}"' for i in range(9)) + " ) .",
        "<http://s> <http://p> " + "[ <http://p> " * 40 + "1" + " ]" * 40 + " .",
        "<http://s> <http://p> " + "( 0 " * 40 + " )" * 40 + " .",
        "<http://s> <http://p> ( " + " ".join(map(str, range(5000))) + " ) .",
        # texts
        '<http://s> <http://p> "\\\\", "\\"", "\\"\\"\\"", "a\\n\\"", "a\\n\\"\\"\\"b" .',
        '<http://s> <http://p> "\\t\\r\\u0001\\b\\f" .',
        '<http://s> <http://p> "\\u00A0\\u202E\\uFEFF\\U000E0001\\U0001F600 é ქ" .',
        '<http://s> <http://p> "a\\r\\nb" .',
        '<http://s> <http://p> \'x\'@en-GB , "+1"^^<{xsd}integer> , "1."^^<{xsd}decimal> ,'
        ' "INF"^^<{xsd}double> , "1e0"^^<{xsd}decimal> , .5e3 , "TRUE"^^<{xsd}boolean> , -0.0 .',
        # names
        "<http://www.w3.org/2004/02/skos/core#> <{xsd}a.b> <{xsd}a.> , <{xsd}-a> , <{xsd}9a> .",
        "",
    ],
    ids=itertools.count(),
)
def test_awkward_data_survives(text: str) -> None:
    before = read(text.replace("{rdf}", PREFIXES["rdf"]).replace("{xsd}", PREFIXES["xsd"]))
    written = turtle.canonical(before)
    assert turtle.digest(read(written)) == turtle.digest(before)
    assert turtle.reformat(written) == written


@pytest.mark.parametrize(
    ("depth", "labels"), [(turtle.MAX_NESTING, 0), (turtle.MAX_NESTING + 1, 2)]
)
def test_what_nests_too_deeply_gets_a_block_of_its_own(depth: int, labels: int) -> None:
    text = f"<{E}s> <{E}p> " + f"[ <{E}p> " * depth + "1" + " ]" * depth + " ."
    assert turtle.canonical(read(text)).count("_:") == labels


NODES = st.one_of(
    st.sampled_from([f"<{E}{name}>" for name in "abc"]),
    st.sampled_from([f"_:{name}" for name in "xyzuvw"]),
)
VALUES = st.one_of(
    NODES,
    st.text(max_size=8).map(lambda text: str(ox.Literal(text))),
    st.sampled_from(['"a"@en', '"a"@et', f'"1"^^<{PREFIXES["xsd"]}integer>']),
)
PREDICATES = st.sampled_from(
    [f"<{E}p>", *(f"<{PREFIXES['rdf']}{name}>" for name in ("first", "rest", "type"))]
)


@given(st.lists(st.tuples(NODES, PREDICATES, VALUES), max_size=14), st.randoms())
def test_any_graph_is_written_the_same_way_whatever_its_order_and_labels(
    triples: list[tuple[str, str, str]], chance: random.Random
) -> None:
    text = "\n".join(f"{s} {p} {o} ." for s, p, o in triples)
    written = turtle.canonical(read(text))
    chance.shuffle(triples)
    other = "\n".join(f"{s} {p} {o} ." for s, p, o in triples).replace("_:", "_:other")
    assert turtle.canonical(read(other)) == written
    assert turtle.reformat(written) == written


def test_the_bytes_do_not_depend_on_the_hash_seed(root: Path) -> None:
    code = "import sys; from ihubkg import turtle; print(turtle.reformat(sys.stdin.read()))"
    text = (root / "ontology" / "ihub-defined.ttl").read_text(encoding="utf-8")
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1


def test_an_rdflib_graph_is_written_as_well() -> None:
    graph = to_rdflib(read(f"<{E}s> <{IHUB}p> [ <{IHUB}q> 01 ] ."))
    assert turtle.canonical(graph, header="# Note.").startswith("# Note.\n\n@prefix ihub:")
    assert "ihub:q 01 ;" in turtle.canonical(graph)


def test_a_text_that_says_something_else_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turtle, "_quoted", lambda text: '"other"')
    with pytest.raises(IhubError, match="would change the data"):
        turtle.canonical(read(f'<{E}s> <{E}p> "x" .'))


def test_what_is_not_turtle_is_located() -> None:
    with pytest.raises(ParseError, match="not Turtle") as caught:
        turtle.reformat("<http://s> <http://p> 1 .\n  nope:x a 1 .")
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert "line" not in str(caught.value)


def test_triple_terms_have_no_canonical_form() -> None:
    with pytest.raises(ParseError, match=r"RDF 1\.2"):
        turtle.reformat("<http://s> <http://p> <<( <http://a> <http://b> <http://c> )>> .")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("# a\n\n# b  \n<http://s#x> <http://p> '# c' .", "# a\n# b"),
        ('<http://s> <http://p> "\\"# x" , """a # b" \\""" # c""" , \'# d\' .', ""),
        ("@prefix e: <http://e/> . e:a\\#b e:p 1 .", ""),
    ],
)
def test_the_comment_block_on_top_is_kept(text: str, header: str) -> None:
    assert turtle.header_of(text) == header


def test_a_comment_further_down_is_refused_where_it_stands() -> None:
    with pytest.raises(ParseError, match="top of the file") as caught:
        turtle.reformat("# ok\n<http://s> <http://p> 1 . # why\n")
    assert (caught.value.line, caught.value.column) == (2, 27)


def test_the_digest_ignores_order_and_labels_and_nothing_else() -> None:
    one = turtle.digest(read("_:a <http://p> 1 . _:b <http://p> 2 ."))
    assert turtle.digest(read("_:y <http://p> 2 . _:x <http://p> 1 .")) == one
    assert turtle.digest(read("_:a <http://p> 1 , 2 .")) != one


def test_the_digest_is_that_of_canonical_n_quads() -> None:
    quads = read('<http://s> <http://p> "b" , "a\\u007F\\t\\u0007"@EN .')
    text = '<http://s> <http://p> "a\\u007F\\t\\u0007"@en .\n<http://s> <http://p> "b" .\n'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert turtle.digest(quads) == expected
    assert turtle.digest(quad.triple for quad in quads) == expected
    lines = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert lines is not None
    assert turtle.digest_lines(lines) == expected


def test_the_digest_of_lines_canonicalises_blank_nodes() -> None:
    text = b'_:z <http://p> "1" .\n<http://a> <http://p> _:z .\n'
    assert turtle.digest_lines(text) == turtle.digest(read(text.decode()))


def test_rdflib_reads_what_we_write() -> None:
    text = turtle.canonical(read(f'<{E}s> <{IHUB}p> ( 1 """a\nb""" [ <{IHUB}q> true ] ) .'))
    assert len(rdflib.Graph().parse(data=text, format="turtle")) == 8
