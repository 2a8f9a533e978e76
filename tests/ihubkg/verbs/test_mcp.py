"""`ihubkg mcp` as a program: the official client talks to it on its standard input and output."""

import sys

import anyio
from mcp import types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from ihubkg.model import Model
from ihubkg.question import Question
from tests.conftest import Gate

ABOUT_SOURCES = {
    "changed-since",
    "cited-dois",
    "graph-of-a-value",
    "terms-of-reuse",
    "what-a-source-says",
}
"""Questions with rows that rest on no passage: what they tell of is a source or the graph."""


def example(question: Question) -> dict[str, str | list[str]]:
    """Return the first example of a question as an agent gives it."""
    many = {item.name: item.many for item in question.parameters}
    given = question.examples[0]
    return {name: list(texts) if many[name] else texts[0] for name, texts in given.items()}


def test_the_official_client_lists_and_calls_every_tool(model: Model, gate: Gate) -> None:
    """Each row of each answer names the passages it rests on."""
    called: list[str] = []

    async def talk() -> None:
        program = StdioServerParameters(command=sys.executable, args=["-m", "ihubkg.cli", "mcp"])
        async with Client(stdio_client(program)) as client:
            for tool in (await client.list_tools()).tools:
                question = model.questions[tool.name]
                result = await client.call_tool(tool.name, example(question))
                assert isinstance(result, types.CallToolResult)
                assert not result.is_error, (tool.name, result.content)
                check(tool.name, result.structured_content)
                called.append(tool.name)

    anyio.run(talk)
    assert called == list(model.questions)
    gate("tools for agents", f"{len(called)} listed and called, with citations")


def check(name: str, found: dict[str, list[list[int]]] | None) -> None:
    """Fail unless every row rests on sources that the answer tells."""
    assert found is not None
    assert len(found["rests_on"]) == len(found["rows"]), name
    for numbers in found["rests_on"]:
        assert numbers or name in ABOUT_SOURCES, name
        assert all(1 <= number <= len(found["sources"]) for number in numbers), name
    assert found["cite"]
