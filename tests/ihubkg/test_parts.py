"""The parts of a group: split where the author would, each with the author's words."""

from ihubkg.parts import enclose, parts
from ihubkg.question import Query

TEXT = """\
PREFIX ex: <urn:x:>
SELECT ?s WHERE {
  VALUES ?x { UNDEF }
  # a thing of the kind
  ?s a ex:T ; ex:p ?x , ?y ;
     ex:q ( ?a ?b ) .
  OPTIONAL { ?s ex:r ?r } # said of what comes next
  FILTER(?y > 3)
  FILTER NOT EXISTS {
    # inside another group
    ?s ex:gone true
  }
  FILTER CONTAINS(STR(?y), "}")
  { ?s ex:a ?z } UNION { ?s ex:b ?z } UNION { ?s ex:c ?z }
  BIND(STR(?z) AS ?w)
  GRAPH ?g { ?s ?p ?o }
  MINUS { ?s ex:d ?z }
  ex:k ex:l [ ex:m ?n ; ex:o ?q ]
}
ORDER BY ?s
"""


def test_a_group_falls_into_its_parts() -> None:
    found = parts(Query.read(TEXT))
    assert [(part.kind, " ".join(part.frame.fill({}).split())) for part in found] == [
        ("values", "VALUES ?x { UNDEF }"),
        ("pattern", "?s a ex:T"),
        ("pattern", "?s ex:p ?x , ?y"),
        ("pattern", "?s ex:q ( ?a ?b )"),
        ("optional", "OPTIONAL { ?s ex:r ?r }"),
        ("filter", "FILTER(?y > 3)"),
        ("filter", "FILTER NOT EXISTS { ?s ex:gone true }"),
        ("filter", 'FILTER CONTAINS(STR(?y), "}")'),
        ("group", "{ ?s ex:a ?z } UNION { ?s ex:b ?z } UNION { ?s ex:c ?z }"),
        ("bind", "BIND(STR(?z) AS ?w)"),
        ("graph", "GRAPH ?g { ?s ?p ?o }"),
        ("minus", "MINUS { ?s ex:d ?z }"),
        ("pattern", "ex:k ex:l [ ex:m ?n ; ex:o ?q ]"),
    ]


def test_the_words_are_the_last_comment_of_the_same_group() -> None:
    found = parts(Query.read(TEXT))
    assert [part.words for part in found[:4]] == [None, *["a thing of the kind"] * 3]
    assert {part.words for part in found[5:]} == {"said of what comes next"}


def test_a_group_is_enclosed_by_a_template() -> None:
    template = "# counts\nSELECT (COUNT(*) AS ?n) WHERE { { SELECT * WHERE { } LIMIT 5 } }\n"
    text = enclose(template, "PREFIX ex: <urn:x:>\n", "?s ?p ?o")
    assert " ".join(text.split()) == (
        "PREFIX ex: <urn:x:> SELECT (COUNT(*) AS ?n) "
        "WHERE { { SELECT * WHERE { ?s ?p ?o } LIMIT 5 } }"
    )
