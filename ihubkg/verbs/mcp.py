"""`ihubkg mcp`: the questions as tools for agents, on standard input and output."""

from pathlib import Path

import click

from ihubkg import verbs
from ihubkg.errors import IhubError


@click.command("mcp")
@verbs.DATA
def verb(data: Path | None) -> None:
    """Serve the questions as tools of the Model Context Protocol (stdio).

    \b
    Examples:
      ihubkg mcp
      ihubkg mcp --data .data
    """
    try:
        from ihubkg import agent
    except ImportError:
        raise IhubError("The agent server needs the SDK: pip install 'ihubkg[mcp]'.") from None
    from ihubkg.model import Model

    with verbs.reading(data) as store:
        agent.serve(store, Model.load())
