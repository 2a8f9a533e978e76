"""The feed of changes as linked data: a stream of members on pages that relate to each other.

LDES 1.0 (https://w3id.org/ldes/specification) on TREE (https://w3id.org/tree/specification). A
member's statements stand in a named graph called like the member; beside it stands which record it
is a version of, in which graph the statements hold, and what they are about.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

import pyoxigraph as ox

from ihubkg.changes import DELETE, PAGE, Member, Record, Span
from ihubkg.store import DEFAULT
from ihubkg.terms import BASE, expand

STREAM = ox.NamedNode(BASE + "changes")
SHAPE = ox.NamedNode(BASE + "changes#member")
ACTIVITIES = "https://www.w3.org/ns/activitystreams#"

_TYPE = ox.NamedNode(expand("rdf:type"))
_CREATED = ox.NamedNode(expand("dcterms:created"))
_VERSION_OF = ox.NamedNode(expand("dcterms:isVersionOf"))
_GRAPH = ox.NamedNode(expand("dcterms:isPartOf"))
_ABOUT = ox.NamedNode(expand("foaf:primaryTopic"))
_MEMBER = ox.NamedNode(expand("tree:member"))
_DATE_TIME = ox.NamedNode(expand("xsd:dateTime"))
_INTEGER = ox.NamedNode(expand("xsd:integer"))

Node = ox.NamedNode | ox.BlankNode


def stream(spans: Sequence[Span], address: str) -> list[ox.Quad]:
    """Return the description of the stream and its first node, which leads to every page.

    `address` is where the instance answers, with a slash at the end.
    """
    root = ox.NamedNode(f"{address}changes")
    said = [
        *_header(root),
        *_shape(),
        (root, _TYPE, _named("tree:Node")),
        (root, _TYPE, _named("ldes:EventSource")),
    ]
    for span in spans:
        said += _relations(root, span, address)
    return [ox.Quad(*triple) for triple in said]


def page(number: int, members: Iterable[Member], address: str) -> list[ox.Quad]:
    """Return a page: its members in their order, each with its statements."""
    node = ox.NamedNode(f"{address}changes/{number}")
    quads = [
        ox.Quad(STREAM, _TYPE, _named("ldes:EventStream")),
        ox.Quad(STREAM, _named("tree:view"), ox.NamedNode(f"{address}changes")),
        ox.Quad(node, _TYPE, _named("tree:Node")),
    ]
    for member in members:
        quads += _member(member)
    return quads


def member_iri(number: int) -> str:
    """Return the IRI of a member, which stands on its page."""
    return f"{BASE}changes/{(number - 1) // PAGE + 1}#m{number}"


def record_iri(record: Record) -> str:
    """Return the IRI of what a graph says of a thing: what members are versions of."""
    graph, about = quote(record.graph, safe=""), quote(record.about, safe="")
    return f"{BASE}changes/record?graph={graph}&about={about}"


def _header(root: ox.NamedNode) -> list[tuple[Node, ox.NamedNode, Node | ox.Literal]]:
    paths = {
        "ldes:timestampPath": _CREATED,
        "ldes:versionOfPath": _VERSION_OF,
        "ldes:versionTimestampPath": _CREATED,
        "ldes:versionCreatePath": _TYPE,
        "ldes:versionCreateObject": ox.NamedNode(ACTIVITIES + "Create"),
        "ldes:versionUpdatePath": _TYPE,
        "ldes:versionUpdateObject": ox.NamedNode(ACTIVITIES + "Update"),
        "ldes:versionDeletePath": _TYPE,
        "ldes:versionDeleteObject": ox.NamedNode(ACTIVITIES + DELETE),
        "tree:shape": SHAPE,
        "tree:view": root,
        "dcterms:conformsTo": ox.NamedNode(BASE + "shapes"),
        "dcterms:license": ox.NamedNode("https://creativecommons.org/licenses/by/4.0/"),
        "dcterms:source": ox.NamedNode(BASE + "dataset"),
    }
    title = "Changes of the iHub4Schools knowledge graph"
    described = (
        "What each graph says of each thing, anew whenever a publication changes it; the newest "
        "member of every record, together, is the dataset."
    )
    return [
        (STREAM, _TYPE, _named("ldes:EventStream")),
        (STREAM, _named("dcterms:title"), ox.Literal(title, language="en")),
        (STREAM, _named("dcterms:description"), ox.Literal(described, language="en")),
        *((STREAM, _named(name), value) for name, value in paths.items()),
    ]


def _shape() -> Iterator[tuple[Node, ox.NamedNode, Node | ox.Literal]]:
    """Yield the shape of a member; what its statements are held to is the shapes at `/shapes`."""
    one = ox.Literal("1", datatype=_INTEGER)
    yield SHAPE, _TYPE, _named("sh:NodeShape")
    yield SHAPE, _named("rdfs:label"), ox.Literal("member of the feed of changes", language="en")
    yield SHAPE, _named("rdfs:seeAlso"), ox.NamedNode(BASE + "shapes")
    for path in (_VERSION_OF, _ABOUT, _CREATED, _TYPE):
        field = ox.BlankNode(f"shape-{path.value.rpartition('/')[2].rpartition('#')[2]}")
        yield SHAPE, _named("sh:property"), field
        yield field, _named("sh:path"), path
        yield field, _named("sh:minCount"), one
        yield field, _named("sh:maxCount"), one
        if path == _CREATED:
            yield field, _named("sh:datatype"), _DATE_TIME
        else:
            yield field, _named("sh:nodeKind"), _named("sh:IRI")
    field = ox.BlankNode("shape-isPartOf")
    yield SHAPE, _named("sh:property"), field
    yield field, _named("sh:path"), _GRAPH
    yield field, _named("sh:maxCount"), one
    yield field, _named("sh:nodeKind"), _named("sh:IRI")


def _relations(
    root: ox.NamedNode, span: Span, address: str
) -> Iterator[tuple[Node, ox.NamedNode, Node | ox.Literal]]:
    bounds = {"GreaterThanOrEqualToRelation": span.first}
    if span.full:
        bounds["LessThanOrEqualToRelation"] = span.last
    for kind, value in bounds.items():
        relation = ox.BlankNode(f"page-{span.number}-{kind[:4].lower()}")
        yield root, _named("tree:relation"), relation
        yield relation, _TYPE, _named(f"tree:{kind}")
        yield relation, _named("tree:node"), ox.NamedNode(f"{address}changes/{span.number}")
        yield relation, _named("tree:path"), _CREATED
        yield relation, _named("tree:value"), ox.Literal(value, datatype=_DATE_TIME)


def _member(member: Member) -> Iterator[ox.Quad]:
    this = ox.NamedNode(member_iri(member.number))
    yield ox.Quad(STREAM, _MEMBER, this)
    yield ox.Quad(this, _TYPE, ox.NamedNode(ACTIVITIES + member.activity))
    yield ox.Quad(this, _CREATED, ox.Literal(member.time, datatype=_DATE_TIME))
    yield ox.Quad(this, _VERSION_OF, ox.NamedNode(record_iri(member.record)))
    if member.record.graph != DEFAULT:
        yield ox.Quad(this, _GRAPH, ox.NamedNode(member.record.graph))
    yield ox.Quad(this, _ABOUT, ox.NamedNode(member.record.about))
    for quad in ox.parse(member.content, format=ox.RdfFormat.N_TRIPLES):
        # Names of blank nodes hold within one member; on a page they must not meet.
        subject, value = _own(quad.subject, member.number), _own(quad.object, member.number)
        yield ox.Quad(subject, quad.predicate, value, this)  # type: ignore[arg-type]


def _own(node: object, number: int) -> object:
    return ox.BlankNode(f"m{number}-{node.value}") if isinstance(node, ox.BlankNode) else node


def _named(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))
