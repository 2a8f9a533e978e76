"""The answer to a question: rows of typed cells with labels and links, or a graph, or a yes or no.

One call does all: what people typed is read as terms (`values`), bound (`question`), asked, and
what comes back is dressed with names (`names`). Nothing here looks anything up cell by cell.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import orjson
import pyoxigraph as ox

from ihubkg import empty, terms, values
from ihubkg.errors import IhubError
from ihubkg.header import Column, ValueType
from ihubkg.names import Graph, Names
from ihubkg.question import Form, Question
from ihubkg.values import Call, Given

if TYPE_CHECKING:
    import pandas as pd

Node = ox.NamedNode | ox.BlankNode | ox.Literal
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its text, type, label for readers, where it leads, and the term itself."""

    value: str
    type: str
    label: str | None
    href: str | None
    term: Node

    @property
    def language(self) -> str | None:
        """The language of a text, where it says so."""
        return self.term.language if isinstance(self.term, ox.Literal) else None

    @property
    def plain(self) -> str | int | float | bool:
        """The value as JSON and Python have it: numbers and truth as such, all else as text."""
        return _read(_PLAIN.get(self.type), self.value)

    def __str__(self) -> str:
        return self.label or self.value


Reading = Callable[[str], int | float | bool]


def _read(read: Reading | None, text: str) -> str | int | float | bool:
    """Return `text` read as its type; as text where it does not read."""
    try:
        return read(text) if read else text
    except ValueError:
        return text


_PLAIN: Mapping[str, Reading] = {
    "integer": int,
    "decimal": float,
    "boolean": lambda text: text in ("true", "1"),
}

Row = dict[str, Cell]


Binding = Mapping[str, Mapping[str, str]]
"""A solution as SPARQL JSON has it: https://www.w3.org/TR/sparql11-results-json/#select-encode-terms."""


@dataclass
class Answer:
    """What a question gave on one dataset version; `rows` for SELECT and ASK, `triples` else.

    The engine's own JSON is kept as it came: from it an answer is written in one step, and cells
    are only made for those who look at `rows`.
    """

    question: Question
    call: Call
    parameters: Mapping[str, tuple[Cell, ...]]
    version: str
    labels: Mapping[str, str]
    bindings: list[Binding] = field(default_factory=list)
    truncated: bool = False
    triples: list[ox.Triple] = field(default_factory=list)
    why_empty: Json | None = None

    @cached_property
    def rows(self) -> list[Row]:
        """The rows as cells by the name of their column; an unbound column is absent."""
        dressers = [
            (item.name, item.link, _dresser(item.type, self.labels)) for item in self.columns
        ]
        return [
            {
                name: dress(_term(binding[name]), _led(binding, link))
                for name, link, dress in dressers
                if name in binding
            }
            for binding in self.bindings
        ]

    @property
    def name(self) -> str:
        """The name of the question."""
        return self.question.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the rows; a yes or no has the one called `answer`."""
        return self.question.results if self.question.query.form is Form.ROWS else (TRUTH,)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the answer's terms, in their order: the same rows give the same digest."""
        is_graph = self.question.query.form is Form.GRAPH
        said = self._lines().encode() if is_graph else orjson.dumps(self._told())
        return f"sha256-{hashlib.sha256(said).hexdigest()}"

    def _told(self) -> list[Binding]:
        """Return the bindings of the columns, without what only cells lead to."""
        names = [column.name for column in self.columns]
        if not any(column.link for column in self.columns):
            return self.bindings
        return [{name: one[name] for name in names if name in one} for one in self.bindings]

    def _lines(self) -> str:
        return "\n".join(sorted(f"{triple} ." for triple in self.triples))

    def to_json(self, *, at: str = terms.BASE) -> bytes:
        """Return the answer in the contract's JSON; links begin with `at` instead of the base."""
        return orjson.dumps(self.as_dict(at=at))

    def as_dict(self, *, at: str = terms.BASE) -> dict[str, object]:
        """Return the answer in the contract's shape: an unbound column is absent from its row."""
        show = _shower(at)
        tellers = [(item.name, item.link, _teller(item, self.labels, at)) for item in self.columns]
        return {
            "name": self.name,
            "parameters": {
                name: [show(cell) for cell in cells] if self._many(name) else show(cells[0])
                for name, cells in self.parameters.items()
            },
            "rows": [
                {
                    name: tell(binding[name], _led(binding, link))
                    for name, link, tell in tellers
                    if name in binding
                }
                for binding in self.bindings
            ],
            "truncated": self.truncated,
            "why_empty": self.why_empty,
            "limit": self.call.limit,
            "offset": self.call.offset,
            "version": self.question.version,
            "dataset": self.version,
        }

    def _many(self, name: str) -> bool:
        parameter = self.question.parameter(name)
        return parameter is not None and parameter.many

    def to_sparql_json(self) -> bytes:
        """Return the rows in https://www.w3.org/TR/sparql11-results-json/."""
        if self.question.query.form is Form.TRUTH:
            truth = self.bindings[0]["answer"]["value"] == "true"
            return orjson.dumps({"head": {}, "boolean": truth})
        head = {"vars": [column.name for column in self.columns]}
        return orjson.dumps({"head": head, "results": {"bindings": self._told()}})

    def to_csv(self) -> str:
        """Return the rows as CSV; behind each concept or thing stands a column with its label."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([name for name, _ in self._flat()])
        for row in self.rows:
            writer.writerow([read(row) for _, read in self._flat()])
        return out.getvalue()

    def to_tsv(self) -> str:
        """Return the rows in https://www.w3.org/TR/sparql11-results-csv-tsv/#tsv."""
        names = [column.name for column in self.columns]
        lines = ["\t".join(f"?{name}" for name in names)]
        for row in self.rows:
            lines.append("\t".join(_tsv(row.get(name)) for name in names))
        return "\n".join(lines) + "\n"

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the rows as a pandas data frame, with a `…_label` column for what has labels."""
        try:
            import pandas as pd
        except ImportError:
            raise IhubError("Data frames need pandas: pip install 'ihubkg[frames]'.") from None
        flat = {name: [_frame(row, name) for row in self.rows] for name, _ in self._flat()}
        return pd.DataFrame(flat)

    def graph(self) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT."""
        if self.question.query.form is not Form.GRAPH:
            raise IhubError(f"{self.name} gives rows, no graph.")
        return self.triples

    def _flat(self) -> list[tuple[str, Callable[[Row], str]]]:
        found: list[tuple[str, Callable[[Row], str]]] = []
        for column in self.columns:
            found.append((column.name, _reader(column.name, label=False)))
            if has_label(column.type):
                found.append((f"{column.name}_label", _reader(column.name, label=True)))
        return found


TRUTH = Column("answer", ValueType("boolean"), {"en": "answer"})


def has_label(kind: ValueType) -> bool:
    """Tell whether values of this type are shown by a label."""
    return kind.name in ("concept", "thing")


def ask(
    graph: Graph,
    question: Question,
    given: Given,
    *,
    languages: Sequence[str] = ("en",),
) -> Answer:
    """Put `question` to `graph` with what people typed for its parameters.

    `limit` and `offset` may be among `given`.

    Raises:
        BadParameter: some of `given` does not do; says what would.
    """
    names = Names.of(graph)
    call = values.read(question, given, names)
    return answer(graph, question, call, names=names, languages=languages)


def answer(
    graph: Graph,
    question: Question,
    call: Call,
    *,
    names: Names,
    languages: Sequence[str] = ("en",),
) -> Answer:
    """Put `question` to `graph` with a call that has been read."""
    text = question.bind(call.values, limit=call.limit + 1, offset=call.offset)
    labels = names.shown(languages)
    results = graph.query(text)
    found = Answer(question, call, _echo(question, call, labels), graph.version, labels)
    if isinstance(results, ox.QueryTriples):
        found.triples = list(results)
    elif isinstance(results, ox.QueryBoolean):
        found.bindings = [{"answer": _truth(bool(results))}]
    elif isinstance(results, ox.QuerySolutions):
        said = results.serialize(format=ox.QueryResultsFormat.JSON) or b""
        found.bindings = orjson.loads(said)["results"]["bindings"]
        found.truncated = len(found.bindings) > call.limit
        del found.bindings[call.limit :]
    if not (found.bindings or found.triples) and call.limit:
        found.why_empty = empty.why(graph, question, call, names, languages).as_dict()
    return found


def _echo(
    question: Question, call: Call, labels: Mapping[str, str]
) -> Mapping[str, tuple[Cell, ...]]:
    """Return the bound parameters as cells, for readers of the answer."""
    echo = {}
    for parameter in question.parameters:
        if bound := call.values.get(parameter.name):
            dress = _dresser(parameter.type, labels)
            echo[parameter.name] = tuple(dress(term, None) for term in bound)
    return echo


def _truth(value: bool) -> Mapping[str, str]:
    return {"type": "literal", "value": str(value).lower(), "datatype": _XSD + "boolean"}


def _term(said: Mapping[str, str]) -> Node:
    """Return the term that SPARQL JSON tells of."""
    match said["type"]:
        case "uri":
            return ox.NamedNode(said["value"])
        case "bnode":
            return ox.BlankNode(said["value"])
    if "xml:lang" in said:
        return ox.Literal(said["value"], language=said["xml:lang"])
    if "datatype" in said:
        return ox.Literal(said["value"], datatype=ox.NamedNode(said["datatype"]))
    return ox.Literal(said["value"])


def _led(binding: Binding, link: str | None) -> str | None:
    """Return where a cell leads by the variable `link` of its column."""
    return _leads(binding[link]["value"]) if link and link in binding else None


Teller = Callable[[Mapping[str, str], str | None], Json]


def _teller(column: Column, labels: Mapping[str, str], at: str) -> Teller:
    """Return what writes the terms of a column as JSON; what names a thing is written once."""
    kind, read = column.type.name, _PLAIN.get(column.type.name)
    dress, show = _dresser(column.type, labels), _shower(at)
    told: dict[str, Json] = {}

    def tell(said: Mapping[str, str], link: str | None) -> Json:
        value = said["value"]
        if said["type"] == "uri":
            if link is not None:
                return show(dress(_term(said), link))
            if value not in told:
                told[value] = show(dress(_term(said), None))
            return told[value]
        shown: dict[str, object] = {"value": _read(read, value), "type": kind}
        if link is not None:
            shown["href"] = _at(link, at)
        if "xml:lang" in said:
            shown["lang"] = said["xml:lang"]
        return shown

    return tell


Dresser = Callable[[Node, str | None], Cell]


def _dresser(kind: ValueType, labels: Mapping[str, str]) -> Dresser:
    """Return what makes cells of terms of one type."""
    name = kind.name

    def named(term: Node, link: str | None) -> Cell:
        iri = term.value
        return Cell(iri, name, labels.get(iri) or _curie(iri), link or _leads(iri), term)

    def valued(term: Node, link: str | None) -> Cell:
        if isinstance(term, ox.NamedNode):
            return Cell(term.value, name, labels.get(term.value), link or _leads(term.value), term)
        return Cell(term.value, name, None, link, term)

    return named if has_label(kind) else valued


def _curie(iri: str) -> str | None:
    """Return what to show for an IRI that the graph does not name."""
    short = terms.shorten(iri)
    return None if short == iri else short


def _leads(iri: str) -> str | None:
    """Return where a cell of `iri` leads: our document, or the address itself."""
    if iri.startswith(terms.BASE):
        return terms.document(iri)
    return iri if iri.startswith(("https://", "http://")) else None


def _shower(at: str) -> Callable[[Cell], dict[str, object]]:
    def show(cell: Cell) -> dict[str, object]:
        shown: dict[str, object] = {"value": cell.plain, "type": cell.type}
        if cell.label is not None:
            shown["label"] = cell.label
        if cell.href is not None:
            shown["href"] = _at(cell.href, at)
        if cell.language:
            shown["lang"] = cell.language
        return shown

    return show


def _at(address: str, at: str) -> str:
    """Return an address of ours below `at`, any other as it is."""
    return at + address[len(terms.BASE) :] if address.startswith(terms.BASE) else address


_XSD = terms.PREFIXES["xsd"]


def _reader(name: str, *, label: bool) -> Callable[[Row], str]:
    def read(row: Row) -> str:
        cell = row.get(name)
        if cell is None:
            return ""
        return (cell.label or "") if label else cell.value

    return read


def _frame(row: Row, name: str) -> object:
    if name in row:
        return row[name].plain
    cell = row.get(name.removesuffix("_label"))
    return cell.label if cell is not None and name.endswith("_label") else None


def _tsv(cell: Cell | None) -> str:
    return "" if cell is None else str(cell.term)
