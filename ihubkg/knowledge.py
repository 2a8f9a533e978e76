"""The door for Python: one object that answers questions and queries, here or elsewhere.

>>> graph = KnowledgeGraph()
>>> answer = graph.ask("methods-for-phase", phase="mapping-needs")
>>> sorted({str(row["method"]) for row in answer.rows})[0]
'Digipeda workshop'
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import orjson
import pyoxigraph as ox
import rdflib
from rapidfuzz import process

from ihubkg import answer, gate
from ihubkg.answer import Cell
from ihubkg.errors import IhubError, NotFound
from ihubkg.folder import is_filled
from ihubkg.formats import NTRIPLES
from ihubkg.graphs import to_rdflib
from ihubkg.model import Model
from ihubkg.question import Form, Question
from ihubkg.remote import Remote
from ihubkg.store import Store
from ihubkg.terms import PREFIXES, shorten

if TYPE_CHECKING:
    import pandas as pd

Value = str | int | float | bool | datetime.date | datetime.datetime
Node = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True)
class Result:
    """What a question or a query gave.

    `rows` are cells by column, an unbound one absent; a yes or no is one row with the column
    `answer`. `truncated` tells that there are more rows than these.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Cell], ...] = ()
    triples: tuple[ox.Triple, ...] = ()
    truncated: bool = False
    version: str = ""
    is_graph: bool = field(default=False, repr=False)

    def __bool__(self) -> bool:
        """Tell whether the answer is yes; for rows and graphs, whether there are any."""
        if self.columns == ("answer",) and len(self.rows) == 1:
            cell = self.rows[0].get("answer")
            if cell is not None and cell.type == "boolean":
                return bool(cell.plain)
        return bool(self.rows or self.triples)

    def values(self, column: str) -> list[Value | None]:
        """Return the values of one column, as Python has them."""
        return [_python(row[column]) if column in row else None for row in self.rows]

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the rows as a pandas data frame; behind what has labels stands `…_label`.

        Raises:
            IhubError: pandas is not installed, or this is a graph.
        """
        try:
            import pandas as pd
        except ImportError:
            raise IhubError("Data frames need pandas: pip install 'ihubkg[frames]'.") from None
        if self.is_graph:
            raise IhubError("This is a graph, not rows: use .graph().")
        content: dict[str, list[Value | None]] = {}
        for name in self.columns:
            content[name] = self.values(name)
            labels = [row[name].label if name in row else None for row in self.rows]
            if any(label is not None for label in labels):
                content[f"{name}_label"] = [*labels]
        return pd.DataFrame(content)

    def graph(self) -> rdflib.Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE as an rdflib graph.

        Raises:
            IhubError: these are rows.
        """
        if not self.is_graph:
            raise IhubError("These are rows, not a graph: use .rows or .to_dataframe().")
        return to_rdflib(self.triples)


class KnowledgeGraph:
    """The packaged graph in memory, a data folder, a running service, or a SPARQL endpoint.

    `source` is nothing, the folder's path, or a URL; a URL that ends in `/sparql`
    or `/query` is an endpoint of any kind. Use it as a context manager, or `close` it.

    Raises:
        NotFound: the folder is no data folder.
    """

    def __init__(self, source: str | Path | None = None) -> None:
        self._model = Model.load()
        self._graph: Store | Remote
        if source is None:
            self._graph = Store.memory(self._model)
        elif isinstance(source, str) and source.startswith(("http://", "https://")):
            self._graph = Remote(source)
        elif is_filled(Path(source)):
            self._graph = Store.open(Path(source), model=self._model, read_only=True)
        else:
            raise NotFound(
                f"There is no data folder {source}: ihubkg serve --data {source} makes one."
            )

    def __enter__(self) -> "KnowledgeGraph":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the folder or the connection go."""
        self._graph.close()

    @property
    def version(self) -> str:
        """The dataset version of a graph that is here; where it is, for one elsewhere."""
        return self._graph.version

    @property
    def questions(self) -> Mapping[str, Question]:
        """The named questions."""
        return self._model.questions

    def ask(
        self,
        name: str,
        *,
        languages: Sequence[str] = ("en",),
        **parameters: str | Sequence[str] | float,
    ) -> Result:
        """Answer the named question; a value is a label, a short name or an IRI.

        Raises:
            NotFound: there is no such question.
            BadParameter: a value does not do; says what would.
        """
        question = self._model.questions.get(name)
        if question is None:
            near = [match for match, *_ in process.extract(name, self.questions.keys(), limit=3)]
            raise NotFound(f"There is no question {name}. Nearest: {', '.join(near)}.", near)
        given = {key: _given(value) for key, value in parameters.items()}
        if isinstance(self._graph, Remote) and self._graph.is_service:
            return _ask_service(self._graph, question, given, languages)
        return _answered(answer.ask(self._graph, question, given, languages=languages))

    def query(self, text: str) -> Result:
        """Run a SPARQL query; it sees the public graphs unless it names others.

        Raises:
            BadQuery: it is not a query that can be run; says where.
        """
        passed = gate.check(text, limits=gate.TRUSTED)
        truncated = False
        if isinstance(self._graph, Remote):
            results, truncated = self._graph.select(passed.text)
        else:
            results = self._graph.query(passed.text)  # type: ignore[assignment]
        match results:
            case ox.QuerySolutions():
                columns = tuple(variable.value for variable in results.variables)
                rows = tuple(_row(solution, columns) for solution in results)
                return Result(columns, rows, truncated=truncated, version=self.version)
            case ox.QueryBoolean():
                cell = _cell(ox.Literal(bool(results)))
                return Result(("answer",), ({"answer": cell},), version=self.version)
        triples = tuple(results)
        return Result(triples=triples, truncated=truncated, version=self.version, is_graph=True)


def _given(value: str | Sequence[str] | float) -> str | list[str]:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    return [str(item) for item in value]


def _answered(found: answer.Answer) -> Result:
    return Result(
        tuple(column.name for column in found.columns),
        tuple(found.rows),
        tuple(found.triples),
        found.truncated,
        found.version,
        found.question.query.form is Form.GRAPH,
    )


def _ask_service(
    remote: Remote,
    question: Question,
    given: Mapping[str, str | list[str]],
    languages: Sequence[str],
) -> Result:
    """Ask a running service by its REST address; its questions may be newer than ours."""
    path = f"/questions/{question.name}"
    if question.query.form is Form.GRAPH:
        reply = remote.get(path, accept=NTRIPLES.media_type, parameters=given)
        triples = [quad.triple for quad in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)]
        return Result(triples=tuple(triples), truncated=reply.truncated, is_graph=True)
    parameters = {**given, "lang": ",".join(languages)} if tuple(languages) != ("en",) else given
    reply = remote.get(f"{path}.json", accept="application/json", parameters=parameters)
    said = orjson.loads(reply.body)
    rows = tuple(
        {name: _received(cell) for name, cell in row.items()} for row in said.get("rows", ())
    )
    named = tuple(column.name for column in question.results) or ("answer",)
    return Result(named, rows, truncated=bool(said.get("truncated")), version=said["dataset"])


def _received(cell: Mapping[str, Any]) -> Cell:
    """Return a cell of the contract's JSON as the one that was sent."""
    kind, value = str(cell["type"]), cell["value"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    term: Node = ox.Literal(text)
    if kind in ("concept", "thing", "iri"):
        term = ox.NamedNode(text)
    elif "lang" in cell:
        term = ox.Literal(text, language=cell["lang"])
    elif kind in _DATATYPES:
        term = ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))
    return Cell(text, kind, cell.get("label"), cell.get("href"), term)


def _row(solution: ox.QuerySolution, columns: Sequence[str]) -> dict[str, Cell]:
    found = ((name, solution[name]) for name in columns)
    return {name: _cell(term) for name, term in found if not isinstance(term, ox.Triple | None)}


_DATATYPES = frozenset({"boolean", "integer", "decimal", "double", "date", "dateTime", "duration"})


def _cell(term: Node) -> Cell:
    """Return a term as a cell: an IRI leads to itself, a literal is of its datatype."""
    if isinstance(term, ox.NamedNode):
        label = shorten(term.value)
        return Cell(term.value, "iri", label if label != term.value else None, term.value, term)
    if isinstance(term, ox.BlankNode):
        return Cell(f"_:{term.value}", "blank", None, None, term)
    prefix, colon, name = shorten(term.datatype.value).partition(":")
    kind = name if colon and prefix == "xsd" and name in _DATATYPES else "text"
    return Cell(term.value, kind, None, None, term)


def _python(cell: Cell) -> Value:
    """Return the value of a cell as Python has it; what does not read as its type stays text."""
    try:
        match cell.type:
            case "double":
                return float(cell.value)
            case "date":
                return datetime.date.fromisoformat(cell.value)
            case "dateTime":
                return datetime.datetime.fromisoformat(cell.value)
    except ValueError:
        return cell.value
    return cell.plain
