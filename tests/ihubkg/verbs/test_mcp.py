"""`ihubkg mcp` as a program: the official client talks to it on its standard input and output."""

import sys

import anyio
from mcp import types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


def test_the_verb_speaks_the_protocol_on_stdio() -> None:
    async def talk() -> None:
        program = StdioServerParameters(command=sys.executable, args=["-m", "ihubkg.cli", "mcp"])
        async with Client(stdio_client(program)) as client:
            tools = (await client.list_tools()).tools
            assert "method-finder" in {tool.name for tool in tools}
            result = await client.call_tool("phases-without-method", {})
            assert isinstance(result, types.CallToolResult)
            assert {row["phase"]["label"] for row in result.structured_content["rows"]} == {
                "Initiative",
                "Anchoring",
            }

    anyio.run(talk)
