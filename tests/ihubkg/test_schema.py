"""Schemas of questions: what they allow and refuse."""

import jsonschema
import pytest

from ihubkg import answer, schema
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store


@pytest.fixture(scope="module")
def names(store: Store) -> Names:
    """The names of the packaged graph."""
    return Names.of(store)


def test_parameter_lists_what_it_can_be(model: Model, names: Names) -> None:
    """A concept is one of its scheme, in the order of the scheme."""
    asked = model.questions["methods-for-phase"]
    found = schema.parameter(asked.parameters[0], names)
    assert found["enum"][:2] == ["initiative", "anchoring"]


def test_duration_is_iso(model: Model, names: Names) -> None:
    """The canonical spelling of a time is ISO 8601."""
    asked = model.questions["methods-within"]
    found = schema.parameter(asked.parameters[0], names)
    jsonschema.validate("PT3H", found)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("three hours", found)


def test_answer_refuses_an_unknown_column(model: Model, store: Store) -> None:
    """A row with one column more, or a needed one less, is not valid."""
    asked = model.questions["phases-in-order"]
    good = answer.ask(store, asked, {}).as_dict()
    allowed = schema.answer(asked)
    jsonschema.validate(good, allowed)
    rows = good["rows"]
    assert isinstance(rows, list)
    needed = next(item.name for item in asked.results if not item.nullable)
    for change in ({**rows[0], "colour": {"value": "red", "type": "text"}}, {**rows[0]}):
        broken = dict(change)
        if "colour" not in broken:
            del broken[needed]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, "rows": [broken]}, allowed)
