"""The questions as tools: the official client lists, calls and checks every one of them."""

from collections.abc import Mapping
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import types
from mcp.client import Client

from ihubkg import agent
from ihubkg.agent import Desk
from ihubkg.model import Model
from ihubkg.store import Store


@pytest.fixture(scope="module")
def desk(store: Store, model: Model) -> Desk:
    """The desk of the packaged graph."""
    return Desk.of(store, model)


def text(result: types.CallToolResult) -> str:
    (said,) = result.content
    assert isinstance(said, types.TextContent)
    return said.text


def test_every_question_is_a_tool_that_only_reads(desk: Desk, model: Model) -> None:
    tools = desk.tools()
    assert [tool.name for tool in tools] == list(model.questions)
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint


def test_every_tool_answers_its_examples_by_its_schema(desk: Desk, model: Model) -> None:
    for tool in desk.tools():
        question = model.questions[tool.name]
        for call in question.examples:
            given = {
                name: list(texts) if question.parameter(name).many else texts[0]  # type: ignore[union-attr]
                for name, texts in call.items()
            }
            result = desk.call(tool.name, given)
            assert not result.is_error, text(result)
            assert tool.output_schema is not None
            jsonschema.validate(result.structured_content, tool.output_schema)


def test_an_answer_names_the_sources_of_each_row(desk: Desk) -> None:
    result = desk.call("methods-for-phase", {"phase": "mapping needs"})
    found = result.structured_content
    assert len(found["rests_on"]) == len(found["rows"])
    first = found["sources"][found["rests_on"][0][0] - 1]
    assert (first["label"], first["where"]) == ("Finland (piloting)", "paragraph 3")
    assert "method: IDI-based self-evaluation workshop; basis: Stated" in text(result)
    assert "[1] Finland (piloting), paragraph 3 <https://www.ihub4schools.eu/finland/>" in text(
        result
    )
    assert found["cite"].startswith("https://w3id.org/ihub4schools/questions/methods-for-phase?")


def test_an_empty_answer_says_why(desk: Desk) -> None:
    said = text(desk.call("methods-for-phase", {"phase": "anchoring"}))
    assert "none meets this: an appraisal finds the method fitting for the phase" in said


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("methods-for-phase", {"phase": "maping"}, "'maping'. Nearest: mapping-needs"),
        ("methods-for-phase", {}, "phase: is missing."),
        ("methods-for-phase", {"phase": 'x" } UNION { ?s ?p ?o } #'}, "there is no phase"),
        ("methods-for-phase", {"phase": ["anchoring", "reflection"]}, "more than once"),
        ("methods-for-phase", {"phase": "anchoring", "x": {"a": 1}}, "no such parameter"),
        ("no-such-question", {}, "There is no question no-such-question."),
    ],
)  # fmt: skip
def test_what_does_not_do_is_told_to_the_agent(
    desk: Desk, name: str, given: Mapping[str, Any], said: str
) -> None:
    result = desk.call(name, given)
    assert result.is_error
    assert said in text(result)


def test_a_client_lists_and_calls_in_process(desk: Desk) -> None:
    async def talk() -> None:
        async with Client(agent.server(desk)) as client:
            tools = (await client.list_tools()).tools
            assert len(tools) == len(desk.questions)
            result = await client.call_tool("methods-within", {"time": "PT3H"})
            assert isinstance(result, types.CallToolResult)
            assert len(result.structured_content["rows"]) == 2

    anyio.run(talk)
