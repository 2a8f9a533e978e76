"""Axioms as people read them, in Manchester syntax: `hasUse some (MethodUse and …)`.

https://www.w3.org/TR/owl2-manchester-syntax/. Terms of our own namespace stand without prefix,
concepts by their path below the base. What is unnamed in RDF is told by the axiom that it is in.

>>> expression(index([]), ox.NamedNode(expand("ihub:Method")))
'Method'
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from ihubkg.terms import BASE, expand, shorten

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Facts = Mapping[object, Mapping[str, Sequence[Node]]]
"""Values by node and property, and under `^` and the property the way back."""

_QUANTIFIERS = {
    "owl:someValuesFrom": "some",
    "owl:allValuesFrom": "only",
    "owl:hasValue": "value",
    "owl:minCardinality": "min",
    "owl:maxCardinality": "max",
    "owl:cardinality": "exactly",
    "owl:minQualifiedCardinality": "min",
    "owl:maxQualifiedCardinality": "max",
    "owl:qualifiedCardinality": "exactly",
}
_KEYWORDS = {
    "rdfs:subClassOf": "SubClassOf",
    "owl:equivalentClass": "EquivalentTo",
    "owl:disjointWith": "DisjointWith",
    "owl:disjointUnionOf": "DisjointUnionOf",
    "rdfs:subPropertyOf": "SubPropertyOf",
    "rdfs:domain": "Domain",
    "rdfs:range": "Range",
    "owl:inverseOf": "InverseOf",
    "owl:propertyChainAxiom": "SubPropertyChain",
    "owl:propertyDisjointWith": "DisjointWith",
    "owl:hasKey": "HasKey",
}
_GROUPS = {
    "owl:AllDisjointClasses": "DisjointClasses",
    "owl:AllDisjointProperties": "DisjointProperties",
}
_TRAITS = ("Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive", "Functional")
_JOINTS = {"owl:intersectionOf": " and ", "owl:unionOf": " or "}


def index(triples: Iterable[ox.Triple]) -> Facts:
    """Return `triples` to be looked up from either end, in one order whatever theirs was."""
    facts: dict[object, dict[str, list[Node]]] = {}
    for triple in sorted(triples, key=str):
        name = triple.predicate.value
        facts.setdefault(triple.subject, {}).setdefault(name, []).append(triple.object)
        facts.setdefault(triple.object, {}).setdefault(f"^{name}", []).append(triple.subject)
    return facts


def values(facts: Facts, node: object, curie: str) -> Sequence[Node]:
    """Return the values of a property; with `^` before its name, what has `node` as value."""
    way = "^" if curie.startswith("^") else ""
    return facts.get(node, {}).get(way + expand(curie.removeprefix("^")), ())


def members(facts: Facts, head: Node) -> Iterator[Node]:
    """Yield the members of the RDF list that begins with `head`."""
    while items := values(facts, head, "rdf:first"):
        yield items[0]
        head = values(facts, head, "rdf:rest")[0]


def expression(facts: Facts, node: Node) -> str:
    """Return a term, a value or a class expression in Manchester syntax."""
    if isinstance(node, ox.NamedNode):
        return _short(node)
    if isinstance(node, ox.Literal):
        return f'"{node.value}"'
    for curie, joint in _JOINTS.items():
        for head in values(facts, node, curie):
            return joint.join(_inner(facts, one) for one in members(facts, head))
    for one in values(facts, node, "owl:complementOf"):
        return f"not {_inner(facts, one)}"
    for head in values(facts, node, "owl:oneOf"):
        return "{" + ", ".join(expression(facts, one) for one in members(facts, head)) + "}"
    for one in values(facts, node, "owl:inverseOf"):
        return f"inverse {_inner(facts, one)}"
    for prop in values(facts, node, "owl:onProperty"):
        return f"{_inner(facts, prop)} {_restriction(facts, node)}"
    if values(facts, node, "rdf:first"):
        return " o ".join(expression(facts, one) for one in members(facts, node))
    return "an unnamed thing"


def about(facts: Facts, node: ox.NamedNode) -> Iterator[str]:
    """Yield the axioms on a named term that are more than a link to one other named term."""
    for curie, keyword in _KEYWORDS.items():
        for value in values(facts, node, curie):
            if isinstance(value, ox.BlankNode):
                yield f"{keyword}: {expression(facts, value)}"
    for lower in values(facts, node, "^rdfs:subClassOf"):
        if isinstance(lower, ox.BlankNode):
            yield f"{expression(facts, lower)} SubClassOf {_short(node)}"
    kinds = {k.value for k in values(facts, node, "rdf:type") if isinstance(k, ox.NamedNode)}
    traits = [trait for trait in _TRAITS if expand(f"owl:{trait}Property") in kinds]
    if traits:
        yield f"Characteristics: {', '.join(traits)}"


def axiom(facts: Facts, triple: ox.Triple) -> str:
    """Return the axiom that `triple` is or is part of, on one line."""
    name = shorten(triple.predicate.value)
    if isinstance(triple.subject, ox.NamedNode):
        return f"{_short(triple.subject)} {_keyword(name)} {expression(facts, triple.object)}"
    return around(facts, triple.subject)


def around(facts: Facts, node: Node) -> str:
    """Return the axiom in which the unnamed `node` stands, on one line."""
    inner, owner, name = climb(facts, node)
    if owner is not None:
        return f"{_short(owner)} {_keyword(shorten(name))} {expression(facts, inner)}"
    for curie, keyword in _GROUPS.items():
        if ox.NamedNode(expand(curie)) in values(facts, inner, "rdf:type"):
            listed = [_short(one) for one in members(facts, values(facts, inner, "owl:members")[0])]
            return f"{keyword}: {', '.join(listed)}"
    for curie in ("rdfs:subClassOf", "owl:equivalentClass"):
        for value in values(facts, inner, curie):
            return (
                f"{expression(facts, inner)} {_KEYWORDS[curie]} {_inner(facts, value).strip('()')}"
            )
    return expression(facts, inner)


def climb(facts: Facts, node: Node) -> tuple[Node, ox.NamedNode | None, str]:
    """Return the outermost unnamed node around `node`, what named term holds it, and by what."""
    seen: set[Node] = set()
    while node not in seen:
        seen.add(node)
        held = [
            (subject, name.removeprefix("^"))
            for name, subjects in facts.get(node, {}).items()
            if name.startswith("^")
            for subject in subjects
        ]
        for subject, name in held:
            if isinstance(subject, ox.NamedNode):
                return node, subject, name
        node = held[0][0] if held else node
    return node, None, ""


def _restriction(facts: Facts, node: Node) -> str:
    """Return what a restriction says of its property."""
    kinds = [*values(facts, node, "owl:onClass"), *values(facts, node, "owl:onDataRange")]
    for curie, word in _QUANTIFIERS.items():
        for value in values(facts, node, curie):
            told = value.value if isinstance(value, ox.Literal) else _inner(facts, value)
            return " ".join([word, told, *(_inner(facts, kind) for kind in kinds)])
    return "Self" if values(facts, node, "owl:hasSelf") else "in an unknown way"


def _inner(facts: Facts, node: Node) -> str:
    """Return an expression as a part of another: in brackets where it has several words."""
    text = expression(facts, node)
    return f"({text})" if isinstance(node, ox.BlankNode) and " " in text else text


def _keyword(name: str) -> str:
    return _KEYWORDS.get(name, "Type" if name == "rdf:type" else name)


def _short(node: Node) -> str:
    if not isinstance(node, ox.NamedNode):
        return str(node)
    if node.value.startswith(BASE + "voc/"):
        return f"<{node.value.removeprefix(BASE)}>"
    return shorten(node.value).removeprefix("ihub:")
