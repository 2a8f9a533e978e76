"""The questions as tools for agents: a server of the Model Context Protocol.

https://modelcontextprotocol.io. Every question is one tool, made from its header: what it takes,
what it gives, and that it only reads. An answer comes as data and as text, both with the passages
that each row rests on, so that an agent can cite and need not guess. The only home of the SDK.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from ihubkg import answer, cite, schema, support, terms
from ihubkg.answer import Answer, Cell
from ihubkg.errors import BadParameter, IhubError
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.question import Form, Question
from ihubkg.store import Store
from ihubkg.support import Passage

INSTRUCTIONS = (
    "Answers about the iHub4Schools mentoring framework for digital innovation in schools: phases, "
    "methods, regional hubs, schools, evidence. Each tool is one question; call it with names as "
    "people use them. Every row names the sources it rests on: cite them. `stated` is what a "
    "source says, `inferred` is read into the sources by the editors of the graph: say which. What "
    "no source says is absent; do not fill it in. Start with method-finder or methods-for-phase."
)

MOST_ROWS = 200
"""Rows of an answer unless an agent asks for more: a context has an end."""

Reading = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


@dataclass(frozen=True)
class Desk:
    """Where agents ask: the questions put to one store."""

    store: Store
    questions: Mapping[str, Question]

    @classmethod
    def of(cls, store: Store, model: Model) -> "Desk":
        """Return the desk for the questions that have rows."""
        asked = {
            name: question
            for name, question in model.questions.items()
            if question.query.form is not Form.GRAPH and question.status != "deprecated"
        }
        return cls(store, asked)

    def tools(self) -> list[types.Tool]:
        """Return the tools, the questions in the order of their names."""
        names = Names.of(self.store)
        return [_tool(question, names) for question in self.questions.values()]

    def call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """Return the answer to a tool's call, or why there is none, for the agent to mend."""
        question = self.questions.get(name)
        if question is None:
            return _failed(f"There is no question {name}.")
        try:
            given = {"limit": str(min(MOST_ROWS, question.page.maximum)), **_texts(arguments)}
            found = answer.ask(self.store, question, given)
            return self._told(found)
        except BadParameter as error:
            return _failed("\n".join(str(problem) for problem in error.errors))
        except IhubError as error:
            return _failed(error.message)

    def _told(self, found: Answer) -> types.CallToolResult:
        names = Names.of(self.store)
        behind = [each.passages for each in support.support(self.store, found)]
        sources = list(dict.fromkeys(passage for each in behind for passage in each))
        numbers = [[sources.index(passage) + 1 for passage in each] for each in behind]
        data = {
            **found.as_dict(),
            "sources": [_source(passage, names) for passage in sources],
            "rests_on": numbers,
            "cite": cite.cite(found, names).as_dict()["permalink"],
        }
        text = types.TextContent(type="text", text=_text(found, sources, numbers, names))
        return types.CallToolResult(content=[text], structured_content=data)


def serve(store: Store, model: Model) -> None:
    """Serve the questions on standard input and output until the client leaves."""
    anyio.run(_serve, Desk.of(store, model))


def server(desk: Desk) -> Server[Any]:
    """Return the server that answers for `desk`."""

    async def list_tools(
        _context: ServerRequestContext[Any], _page: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=await anyio.to_thread.run_sync(desk.tools))

    async def call_tool(
        _context: ServerRequestContext[Any], call: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await anyio.to_thread.run_sync(desk.call, call.name, call.arguments or {})

    return Server(
        "ihubkg",
        title="iHub4Schools knowledge graph",
        version=desk.store.version,
        instructions=INSTRUCTIONS,
        website_url=terms.BASE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _serve(desk: Desk) -> None:
    made = server(desk)
    async with stdio_server() as (incoming, outgoing):
        await made.run(incoming, outgoing, made.create_initialization_options())


def _tool(question: Question, names: Names) -> types.Tool:
    return types.Tool(
        name=question.name,
        title=question.summary["en"],
        description=f"{question.summary['en']} {question.description['en']}",
        input_schema=_takes(question, names),
        output_schema=_gives(question),
        annotations=Reading,
    )


def _takes(question: Question, names: Names) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for item in question.parameters:
        one = dict(schema.parameter(item, names))
        wanted = {"type": "array", "items": one} if item.many else one
        properties[item.name] = {**wanted, "description": item.description["en"]}
    most = question.page.maximum
    properties["limit"] = {"type": "integer", "minimum": 0, "maximum": most}
    properties["offset"] = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "properties": properties,
        "required": [item.name for item in question.parameters if item.required],
        "additionalProperties": False,
    }


def _gives(question: Question) -> dict[str, Any]:
    made = dict(schema.answer(question))
    text = {"type": "string"}
    source = {
        "type": "object",
        "properties": dict.fromkeys(("source", "label", "where", "wording", "address"), text),
        "required": ["source", "label", "where"],
        "additionalProperties": False,
    }
    numbers = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    added = {
        "sources": {"type": "array", "items": source},
        "rests_on": {
            "type": "array",
            "items": numbers,
            "description": "For each row the sources it rests on, counted from 1.",
        },
        "cite": {"type": "string", "description": "The permalink of this answer."},
    }
    made["properties"] = {**made["properties"], **added}
    made["required"] = [*made["required"], *added]
    return made


def _texts(arguments: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Return what an agent gives as the texts that people would type."""
    return {
        name: [_said(item) for item in value] if isinstance(value, list) else _said(value)
        for name, value in arguments.items()
        if value is not None
    }


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _source(passage: Passage, names: Names) -> dict[str, str]:
    told = {
        "source": passage.source,
        "label": names.label(passage.source) or passage.source,
        "where": passage.where,
        "wording": passage.wording,
        "address": passage.address,
    }
    return {key: text for key, text in told.items() if text is not None}


def _text(
    found: Answer, sources: Sequence[Passage], numbers: Iterable[Sequence[int]], names: Names
) -> str:
    lines = [found.question.summary["en"], ""]
    for row, rests_on in zip(found.rows, numbers, strict=True):
        cells = "; ".join(_cell(found, name, cell) for name, cell in row.items())
        marks = "".join(f"[{number}]" for number in rests_on)
        lines.append(f"- {cells} {marks}".rstrip())
    if found.why_empty is not None:
        lines.append(str(found.why_empty["message"]))
    if found.truncated:
        lines.append("There are more rows: ask with limit and offset.")
    if sources:
        lines += ["", "Sources:"]
    for number, passage in enumerate(sources, start=1):
        label = names.label(passage.source) or passage.source
        address = f" <{passage.address}>" if passage.address else ""
        lines.append(f"[{number}] {label}, {passage.where}{address}")
    return "\n".join(lines)


def _cell(found: Answer, name: str, cell: Cell) -> str:
    labels = {column.name: column.label["en"] for column in found.columns}
    return f"{labels[name]}: {cell}"


def _failed(reason: str) -> types.CallToolResult:
    said = types.TextContent(type="text", text=reason)
    return types.CallToolResult(content=[said], is_error=True)
