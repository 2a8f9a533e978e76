"""What follows: the ontology's axioms, applied to the facts by the rules of OWL 2 RL, to fixpoint.

Rules are files (`queries/rules/`), axioms are read from `graph/ontology`, facts from the curated,
interpreted, vocabulary and ontology graphs; the result goes to `graph/inferred` and holds nothing
that is asserted. Each round joins what the last one added with everything known (semi-naive
evaluation), on a copy in memory. Left out is what tells no reader anything: memberships in unnamed
classes, and in classes of other vocabularies that stand above one of our upper classes (every
sourced statement is a prov:Entity); ADR 8 says why.

`reasons` remembers for every consequence by which rule and from what it first followed, so that
`Reasons.why` can tell it down to asserted facts, in words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg import rule as rules_
from ihubkg.rule import DELTA, Pattern, PropertyPath, Rule
from ihubkg.terms import CURATED, INFERRED, INTERPRETED, ONTOLOGY, PREFIXES, VOCAB, shorten, term

PREMISES: tuple[str, ...] = (CURATED, INTERPRETED, VOCAB, ONTOLOGY)
"""The graphs that are reasoned over. Sources that contradict each other are never joined here."""

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Label = Callable[[Node], str]

_HERE = ox.DefaultGraph()
_DELTA = ox.NamedNode(DELTA)
_ONTOLOGY = ox.NamedNode(ONTOLOGY)
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_CLASS = ox.NamedNode(PREFIXES["owl"] + "Class")
_NOTHING = ox.NamedNode(PREFIXES["owl"] + "Nothing")
_SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
_IMAGINED = "urn:ihubkg:imagined:"


def materialise(
    store: ox.Store, *, into: str = INFERRED, rules: Sequence[Rule] | None = None
) -> int:
    """Make the graph `into` of `store` hold just what follows from the asserted graphs.

    Returns how many triples it holds then.
    """
    known = _copy(store)
    given = set(_triples(known))
    left_out = _upper_abroad(known)
    for _ in _rounds(known, rules_.load() if rules is None else rules):
        pass
    target = ox.NamedNode(into)
    kept = {
        _quad(triple, target)
        for triple in _triples(known)
        if triple not in given
        and not isinstance(triple.object, ox.BlankNode)
        and not (triple.predicate == _TYPE and triple.object in left_out)
    }
    before = set(store.quads_for_pattern(None, None, None, target))
    for quad in before - kept:
        store.remove(quad)
    store.extend(kept - before)
    return len(kept)


@dataclass(frozen=True)
class Step:
    """How one triple is known: by `rule` from `premises`, or asserted in `graph`."""

    triple: ox.Triple
    rule: Rule | None = None
    bindings: Mapping[str, Node] | None = None
    premises: tuple["Step", ...] = ()
    graph: str | None = None

    def walk(self) -> Iterator["Step"]:
        """Yield this step and all under it, each triple once, what comes first before the rest."""
        seen: set[ox.Triple] = set()
        stack = [self]
        while stack:
            step = stack.pop()
            if step.triple not in seen:
                seen.add(step.triple)
                yield step
                stack.extend(reversed(step.premises))

    def visible(self) -> tuple["Step", ...]:
        """Return the premises that can be told in words: memberships in unnamed classes are not."""
        return tuple(
            shown
            for premise in self.premises
            for shown in (premise.visible() if _is_unnamed(premise.triple) else (premise,))
        )

    def axioms(self) -> tuple[ox.Triple, ...]:
        """Return the axioms by which this follows from its premises; none where it is asserted.

        Of an axiom that a rule reads along a path, such as a group of classes, stands the first
        property of the path.
        """
        if self.rule is None or self.bindings is None:
            return ()
        return tuple(_fill(_plain(axiom), self.bindings) for axiom in self.rule.axioms)

    def asserted(self) -> tuple["Step", ...]:
        """Return the asserted facts on which this rests."""
        return tuple(step for step in self.walk() if step.rule is None)


@dataclass(frozen=True)
class Reasons:
    """Of each consequence, the rule and the premises from which it first followed."""

    _derived: Mapping[ox.Triple, tuple[Rule, Mapping[str, Node]]]
    _graphs: Mapping[ox.Triple, str]

    def of_class(self, name: ox.NamedNode) -> Iterator[ox.Triple]:
        """Yield the memberships in the class `name` that follow."""
        return (one for one in self._derived if one.predicate == _TYPE and one.object == name)

    def why(self, triple: ox.Triple) -> Step | None:
        """Return how `triple` is known, down to asserted facts; None where it is not."""
        if triple in self._graphs:
            return Step(triple, graph=self._graphs[triple])
        if triple not in self._derived:
            return None
        rule, bindings = self._derived[triple]
        needed = (_fill(pattern, bindings) for pattern in rule.premises)
        premises = tuple(step for step in map(self.why, needed) if step is not None)
        return Step(triple, rule, bindings, premises)


def reasons(store: ox.Store, *, rules: Sequence[Rule] | None = None) -> Reasons:
    """Reason once more over the asserted graphs of `store`, remembering why each fact follows."""
    known = _copy(store)
    graphs = {
        quad.triple: name
        for name in reversed(PREMISES)
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))
    }
    derived: dict[ox.Triple, tuple[Rule, Mapping[str, Node]]] = {}
    for found in _rounds(known, rules_.load() if rules is None else rules, tell=True):
        derived |= found
    return Reasons(derived, graphs)


def explain(store: ox.Store, triple: ox.Triple) -> Step | None:
    """Return how `triple` is known in `store`, down to asserted facts; None where it is not.

    To explain several, keep what `reasons` returns.
    """
    return reasons(store).why(triple)


def clashes(store: ox.Store) -> tuple[Step, ...]:
    """Return what the facts and the axioms make impossible: each thing found to be owl:Nothing.

    Finds what rules can find; only a reasoner finds all (`ihubkg.reason`).
    """
    why = reasons(store, rules=(*rules_.load(), *rules_.contradictions()))
    found = (step for step in map(why.why, why.of_class(_NOTHING)) if step is not None)
    return tuple(sorted(found, key=lambda step: str(step.triple)))


def barren(store: ox.Store) -> Mapping[ox.NamedNode, Step]:
    """Return the classes of the ontology in `store` that can have no member, and why not.

    One member of each class is imagined, and the rules say whether it can be. They find what rules
    can find; a reasoner finds all.
    """
    alone = ox.Store()
    alone.extend(store.quads_for_pattern(None, None, None, _ONTOLOGY))
    imagined: dict[Node, ox.NamedNode] = {}
    for quad in list(alone.quads_for_pattern(None, _TYPE, _CLASS, _ONTOLOGY)):
        if isinstance(quad.subject, ox.NamedNode):
            member = ox.NamedNode(f"{_IMAGINED}{len(imagined)}")
            imagined[member] = quad.subject
            alone.add(ox.Quad(member, _TYPE, quad.subject, ox.NamedNode(CURATED)))
    found: dict[ox.NamedNode, Step] = {}
    for step in clashes(alone):
        if step.triple.subject in imagined:
            found.setdefault(imagined[step.triple.subject], step)
    return found


def is_imagined(node: Node) -> bool:
    """Tell whether `node` was only made up to try an axiom on it."""
    return isinstance(node, ox.NamedNode) and node.value.startswith(_IMAGINED)


def class_named(name: str) -> ox.NamedNode:
    """Return the node of the class `name` of the ontology."""
    return ox.NamedNode(term(name))


def in_words(step: Step, label: Label | None = None) -> list[str]:
    """Return an explanation as lines of plain text, what follows above what it follows from.

    `label` names a term; without it terms are named by their short form.
    """
    name = label or _short
    lines: list[str] = []
    told: set[ox.Triple] = set()

    def tell(one: Step, depth: int) -> None:
        indent = "  " * depth
        fact = sentence(one.triple, name)
        if one.rule is None:
            graph = (one.graph or "").rpartition("/")[2]
            lines.append(f"{indent}{fact} (asserted, graph {graph})")
        elif one.triple in told:
            lines.append(f"{indent}{fact} (see above)")
        else:
            told.add(one.triple)
            lines.append(f"{indent}{fact}, because {because(one, name)} ({one.rule.name}):")
            for premise in one.visible():
                tell(premise, depth + 1)

    tell(step, 0)
    return lines


def sentence(triple: ox.Triple, label: Label) -> str:
    """Return a triple in words, such as “Digipeda is a method”."""
    if triple.object == _NOTHING:
        return f"{label(triple.subject)} cannot be as it is described"
    subject, value = label(triple.subject), label(triple.object)
    if triple.predicate == _TYPE:
        return f"{subject} is a member of the class {value}"
    return f"{subject} – {label(triple.predicate)} – {value}"


def because(step: Step, label: Label) -> str:
    """Return the rule's reason in words; a step through unnamed classes takes the innermost's."""
    rule, bindings = step.rule, step.bindings
    if rule is None or bindings is None:
        return "it is asserted"
    named = {name: node for name, node in bindings.items() if f"{{{name}}}" in rule.because}
    if any(isinstance(node, ox.BlankNode) for node in named.values()):
        return f"it meets the condition for {label(step.triple.object)}"
    return rule.because.format_map({name: label(node) for name, node in named.items()})


def _short(node: Node) -> str:
    if isinstance(node, ox.NamedNode):
        return shorten(node.value)
    return node.value if isinstance(node, ox.Literal) else str(node)


def _is_unnamed(triple: ox.Triple) -> bool:
    return triple.predicate == _TYPE and isinstance(triple.object, ox.BlankNode)


def _upper_abroad(known: ox.Store) -> set[Node]:
    """Return the classes of other vocabularies that stand above one of our topmost classes."""
    pairs = {
        (quad.subject, quad.object)
        for quad in known.quads_for_pattern(None, _SUBCLASS, None, _ONTOLOGY)
        if _is_ours(quad.subject)
    }
    below = {lower for lower, upper in pairs if _is_ours(upper)}
    return {upper for lower, upper in pairs if lower not in below and not _is_ours(upper)}


def _is_ours(node: Node) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith(PREFIXES["ihub"])


def _copy(store: ox.Store) -> ox.Store:
    """Return a store in memory: all premises in its default graph, the axioms by name as well."""
    known = ox.Store()
    for name in PREMISES:
        quads = store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        known.extend(_within(_HERE, (quad.triple for quad in quads)))
    axioms = store.quads_for_pattern(None, None, None, _ONTOLOGY)
    known.extend(axioms)
    return known


def _rounds(
    known: ox.Store, rules: Sequence[Rule], *, tell: bool = False
) -> Iterator[Mapping[ox.Triple, tuple[Rule, Mapping[str, Node]]]]:
    """Add to `known` what follows, round by round; yield what each round added.

    With `tell` each new triple comes with its rule and the rule's bindings, else with nothing to
    be relied on.
    """
    new: Mapping[ox.Triple, tuple[Rule, Mapping[str, Node]]] = {}
    first = True
    while first or new:
        if first:
            known.extend(_within(_DELTA, list(_triples(known))))
        else:
            known.clear_graph(_DELTA)
            known.extend(_within(_DELTA, new))
        found: dict[ox.Triple, tuple[Rule, Mapping[str, Node]]] = {}
        for rule in rules:
            for triple, bindings in _apply(known, rule, tell=tell, first=first):
                if triple not in found and _quad(triple, _HERE) not in known:
                    found[triple] = (rule, bindings)
        known.extend(_within(_HERE, found))
        new, first = found, False
        yield found
    known.clear_graph(_DELTA)


def _apply(
    known: ox.Store, rule: Rule, *, tell: bool, first: bool
) -> Iterator[tuple[ox.Triple, Mapping[str, Node]]]:
    """Yield what follows by `rule` from what is new, all of it in the first round."""
    if not tell:
        for query in (rule.query,) if first else rule.steps:
            yield from ((triple, {}) for triple in _construct(known, query))
        return
    for query in rule.reasons[:1] if first else rule.reasons:
        solutions = known.query(query)
        assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - the rule makes a SELECT
        for solution in solutions:
            bindings = {name: solution[name] for name in rule.variables}
            triple = _fill(rule.head, bindings)
            yield triple, bindings


def _construct(known: ox.Store, query: str) -> list[ox.Triple]:
    triples = known.query(query)
    assert isinstance(triples, ox.QueryTriples)  # noqa: S101 - the rule makes a CONSTRUCT
    return list(triples)


def _fill(pattern: Pattern, bindings: Mapping[str, Node]) -> ox.Triple:
    s, p, o = (bindings[slot] if isinstance(slot, str) else slot for slot in pattern)
    return ox.Triple(s, p, o)  # type: ignore[arg-type]  # rules give no literal subject


def _plain(axiom: Pattern) -> Pattern:
    subject, path, value = axiom
    if isinstance(path, PropertyPath):
        path = ox.NamedNode(path.text[1 : path.text.index(">")])
    return subject, path, value


def _triples(known: ox.Store) -> Iterator[ox.Triple]:
    return (quad.triple for quad in known.quads_for_pattern(None, None, None, _HERE))


def _within(
    graph: ox.NamedNode | ox.DefaultGraph, triples: Iterable[ox.Triple]
) -> Iterator[ox.Quad]:
    return (_quad(triple, graph) for triple in triples)


def _quad(triple: ox.Triple, graph: ox.NamedNode | ox.DefaultGraph) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)
