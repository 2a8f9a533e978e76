"""Why a row is in an answer: the statements that support it, where they stand, who says so.

A statement is entered in a graph, with the passages that its record rests on, or it follows by a
rule from entered ones, which are then told. What a count or another computed cell adds up is
reached through the same statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ihubkg import files, infer, terms, tokens
from ihubkg.answer import Answer, Row
from ihubkg.infer import Reasons, Step
from ihubkg.names import Graph, Names, rows
from ihubkg.parts import enclose
from ihubkg.question import Form, Query
from ihubkg.statements import Pattern, spell_out
from ihubkg.tokens import Kind

Node = ox.NamedNode | ox.BlankNode | ox.Literal
Solution = Mapping[str, Node]


@dataclass(frozen=True)
class Passage:
    """A place in a source: what is cited, with the wording where we quote it."""

    citation: str
    source: str
    where: str
    wording: str | None
    address: str | None


@dataclass(frozen=True)
class Statement:
    """A triple that supports a row: entered in `graph`, or following by `rule` from `premises`."""

    triple: ox.Triple
    graph: str
    passages: tuple[Passage, ...] = ()
    rule: str | None = None
    because: tuple[str, ...] = ()
    premises: tuple["Statement", ...] = ()


@dataclass(frozen=True)
class Support:
    """What supports one row: statements, and the passages behind them, each once."""

    statements: tuple[Statement, ...]
    passages: tuple[Passage, ...]


def support(
    graph: Graph,
    answer: Answer,
    *,
    reasons: Reasons | None = None,
    languages: Sequence[str] = ("en",),
) -> list[Support]:
    """Return what supports each row of `answer`, in the order of its rows.

    With `reasons`, what is inferred comes with the rule and the entered facts under it, told with
    the names that readers of `languages` know.
    """
    if answer.question.query.form is not Form.ROWS or not answer.rows:
        return [Support((), ()) for _ in answer.rows]
    query, patterns = spell_out(answer.question.query)
    found = _solutions(graph, query, answer)
    instances = [
        dict.fromkeys(
            triple for solution in each for triple in _instances(query, patterns, solution)
        )
        for each in found
    ]
    everything = list(dict.fromkeys(triple for each in instances for triple in each))
    graphs = _graphs(graph, everything)
    steps = _steps(reasons, everything, graphs)
    known = Records.read(graph, (*everything, *_premises(steps.values())))
    labels = Names.of(graph).shown(languages)

    def label(node: object) -> str:
        value = str(getattr(node, "value", node))
        return labels.get(value) or terms.shorten(value)

    return [_support(each, graphs, steps, known, label) for each in instances]


def reasons_of(graph: Graph, store: ox.Store) -> Reasons:
    """Return why inferred facts follow, worked out once for each dataset version."""
    return graph.remember("reasons", lambda: infer.reasons(store))


def as_dict(found: Support, names: Names, languages: Sequence[str] = ("en",)) -> dict[str, object]:
    """Return the support of a row as JSON has it, with labels for readers of `languages`.

    Its sources are told in full; a statement names the citations that it rests on itself.
    """
    labels = names.shown(languages)

    def name(node: Node) -> dict[str, str]:
        shown = {"value": node.value}
        label = labels.get(node.value) or terms.shorten(node.value)
        return shown | ({"label": label} if label != node.value else {})

    def passage(one: Passage) -> dict[str, str]:
        told = {
            "citation": one.citation,
            "source": one.source,
            "label": labels.get(one.source, one.source),
            "where": one.where,
            "wording": one.wording,
            "address": one.address,
        }
        return {key: text for key, text in told.items() if text is not None}

    def statement(one: Statement) -> dict[str, object]:
        told: dict[str, object] = {
            "subject": name(_node(one.triple.subject)),
            "predicate": name(one.triple.predicate),
            "object": name(_node(one.triple.object)),
            "graph": one.graph,
            "sources": [each.citation for each in one.passages],
        }
        if one.rule is not None:
            told["rule"] = one.rule
            told["because"] = list(one.because)
            told["from"] = [statement(each) for each in one.premises]
        return told

    return {
        "statements": [statement(one) for one in found.statements],
        "sources": [passage(one) for one in found.passages],
    }


def _node(node: object) -> Node:
    if isinstance(node, ox.NamedNode | ox.BlankNode | ox.Literal):
        return node
    raise TypeError("a statement about a statement has no name")


def _template(name: str) -> str:
    return (files.root() / "queries" / "index" / f"{name}.rq").read_text(encoding="utf-8")


def _solutions(graph: Graph, query: Query, answer: Answer) -> list[list[Solution]]:
    """Return for each row the solutions of the group that it came from, with all variables."""
    opened, closed = query.body
    inside = query.frame(query.tokens[opened].end, query.tokens[closed].start)
    body = inside.fill(answer.call.values)
    found = rows(graph, enclose(_template("solutions"), query.prologue, body))
    names = [variable.value for variable in found.variables]
    keys = [
        column.name
        for column in answer.columns
        if column.name in names and column.name not in query.computed
    ]
    by_key: dict[tuple[Node | None, ...], list[Solution]] = defaultdict(list)
    for one in found:
        solution = {name: one[name] for name in names if one[name] is not None}
        by_key[tuple(solution.get(key) for key in keys)].append(solution)
    return [by_key[tuple(_term(row, key) for key in keys)] for row in answer.rows]


def _term(row: Row, name: str) -> Node | None:
    return row[name].term if name in row else None


def _instances(
    query: Query, patterns: Sequence[Pattern], solution: Solution
) -> Iterable[ox.Triple]:
    """Yield the triples that the patterns stand for in one solution, where nothing is open."""
    for pattern in patterns:
        subject = _value(query, pattern.subject, solution)
        value = _value(query, pattern.object, solution)
        if not isinstance(subject, ox.NamedNode) or value is None:
            continue
        for predicate in (_value(query, one, solution) for one in pattern.predicates):
            if isinstance(predicate, ox.NamedNode):
                yield ox.Triple(subject, predicate, value)


def _value(query: Query, text: str, solution: Solution) -> Node | None:
    token = tokens.scan(text)[0]
    match token.kind:
        case Kind.VARIABLE:
            return solution.get(text[1:])
        case Kind.IRI:
            return ox.NamedNode(text[1:-1])
        case Kind.NAME:
            return ox.NamedNode(query.expand(text))
    return ox.NamedNode(terms.PREFIXES["rdf"] + "type") if text == "a" else None


def _graphs(graph: Graph, triples: Sequence[ox.Triple]) -> Mapping[ox.Triple, str]:
    """Return the graph that each triple stands in: an entered one before the inferred."""
    if not triples:
        return {}
    values = "\n".join(
        f"({' '.join(tokens.write(_written(node)) for node in triple)})" for triple in triples
    )
    held: dict[ox.Triple, str] = {}
    for row in rows(graph, enclose(_template("stated"), "", values)):
        triple = ox.Triple(row["subject"], row["predicate"], row["object"])
        name = row["graph"].value
        if name in terms.PUBLIC_GRAPHS and held.get(triple, terms.INFERRED) == terms.INFERRED:
            held[triple] = name
    return held


def _written(node: object) -> tokens.Term:
    if isinstance(node, ox.NamedNode | ox.Literal):
        return node
    raise TypeError("a blank node has no name")


def _steps(
    reasons: Reasons | None, triples: Iterable[ox.Triple], graphs: Mapping[ox.Triple, str]
) -> Mapping[ox.Triple, Step]:
    if reasons is None:
        return {}
    inferred = (triple for triple in triples if graphs.get(triple) == terms.INFERRED)
    told = ((triple, reasons.why(triple)) for triple in inferred)
    return {triple: step for triple, step in told if step is not None}


def _premises(steps: Iterable[Step]) -> Iterable[ox.Triple]:
    return (one.triple for step in steps for one in step.asserted() if _can_be_shown(one.triple))


def _can_be_shown(triple: ox.Triple) -> bool:
    nodes = (triple.subject, triple.object)
    return not any(isinstance(node, ox.BlankNode | ox.Triple) for node in nodes)


@dataclass(frozen=True)
class Records:
    """The passages behind things; `own` holds the records, which rest on them word by word."""

    passages: Mapping[str, tuple[Passage, ...]]
    own: frozenset[str]

    @classmethod
    def read(cls, graph: Graph, triples: Iterable[ox.Triple]) -> "Records":
        """Return the passages behind the subjects and objects of `triples`."""
        nodes = {
            node
            for triple in triples
            for node in (triple.subject, triple.object)
            if isinstance(node, ox.NamedNode)
        }
        if not nodes:
            return cls({}, frozenset())
        ordered = sorted(nodes, key=lambda node: node.value)
        query = Query.read(_template("passages"))
        passages: dict[str, list[Passage]] = defaultdict(list)
        own = set()
        for row in rows(graph, query.bind({"node": ordered})):
            node, wording, address = row["node"].value, row["wording"], row["address"]
            passage = Passage(
                citation=row["citation"].value,
                source=row["source"].value,
                where=row["where"].value,
                wording=None if wording is None else wording.value,
                address=None if address is None else address.value,
            )
            passages[node].append(passage)
            if row["own"].value == "true":
                own.add(node)
        return cls({node: tuple(held) for node, held in passages.items()}, frozenset(own))

    def behind(self, triple: ox.Triple) -> tuple[Passage, ...]:
        """Return what a statement rests on: what its record does, or else the thing it is about."""
        nodes = [n.value for n in (triple.subject, triple.object) if isinstance(n, ox.NamedNode)]
        record = next((node for node in nodes if node in self.own), nodes[0] if nodes else "")
        return self.passages.get(record, ())


def _support(
    triples: Iterable[ox.Triple],
    graphs: Mapping[ox.Triple, str],
    steps: Mapping[ox.Triple, Step],
    known: Records,
    label: infer.Label,
) -> Support:
    statements = tuple(
        _statement(triple, graphs[triple], steps.get(triple), known, label)
        for triple in triples
        if triple in graphs
    )
    of_records = [
        passage
        for statement in _all(statements)
        if _is_of_record(statement.triple, known)
        for passage in statement.passages
    ]
    chosen = of_records or [one for statement in _all(statements) for one in statement.passages]
    return Support(statements, tuple(dict.fromkeys(chosen)))


def _all(statements: Iterable[Statement]) -> Iterable[Statement]:
    for statement in statements:
        yield statement
        yield from _all(statement.premises)


def _is_of_record(triple: ox.Triple, known: Records) -> bool:
    nodes = (triple.subject, triple.object)
    return any(isinstance(node, ox.NamedNode) and node.value in known.own for node in nodes)


def _statement(
    triple: ox.Triple, graph: str, step: Step | None, known: Records, label: infer.Label
) -> Statement:
    if step is None or step.rule is None:
        return Statement(triple, graph, known.behind(triple))
    premises = tuple(
        Statement(one.triple, one.graph or "", known.behind(one.triple))
        for one in step.asserted()
        if _can_be_shown(one.triple)
    )
    words = tuple(infer.in_words(step, label))
    return Statement(triple, graph, (), step.rule.name, words, premises)
