"""What clients give for parameters, read strictly: by address, form and JSON."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from ihubkg.errors import BadParameter
from ihubkg.model import Model
from service import asking

HERE = "/questions/method-finder.json"


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("lang", "not a tag"),
        ("lang", "e"),
        ("explain", "yes"),
        ("cite", "apa"),
    ],
)
def test_what_every_question_takes_is_read_strictly(
    client: TestClient, argument: str, text: str
) -> None:
    """A misspelt argument is named with what would do; an empty one is not given."""
    got = client.get(HERE, params={argument: text})
    assert got.status_code == 422
    assert [error["parameter"] for error in got.json()["errors"]] == [argument]
    assert got.json()["errors"][0]["nearest"]
    assert client.get(HERE, params={argument: ""}).status_code == 200


def test_an_argument_given_twice_is_refused(client: TestClient) -> None:
    """Nobody has to guess which of two languages is meant."""
    got = client.get(f"{HERE}?lang=en&lang=et")
    assert got.json()["errors"][0]["reason"] == "given more than once; it takes one value."


def test_the_form_may_stand_behind_a_word(client: TestClient) -> None:
    """`format=csv` means the suffix of that name; an unknown one is not passed over."""
    got = client.get("/questions/method-finder", params={"format": "csv"})
    assert got.headers["content-type"].startswith("text/csv")
    assert client.get("/questions/method-finder", params={"format": "xls"}).status_code == 406


@pytest.mark.parametrize(
    ("body", "parameter", "reason"),
    [
        ({"phase": None}, "phase", "is empty: leave it out."),
        ({"phase": ""}, "phase", "is empty: leave it out."),
        ({"phase": 5}, "phase", "is not a text."),
        ({"phase": ["reflection"]}, "phase", "is not a text."),
        ({"phase": {"a": 1}}, "phase", "is not a text."),
        ({"roles": []}, "roles", "is an empty list: leave it out."),
        ({"roles": ["teacher", 1]}, "roles", "is not a text."),
        ({"limit": "10"}, "limit", "is not a number."),
        ({"limit": True}, "limit", "is not a number."),
        ({"limit": 1.5}, "limit", "is not a number."),
    ],
)
def test_json_is_of_the_types_that_the_document_says(
    client: TestClient, body: dict[str, Any], parameter: str, reason: str
) -> None:
    """What JSON says exactly is taken exactly."""
    got = client.post(HERE, json=body)
    assert got.status_code == 422
    assert got.json()["errors"] == [{"parameter": parameter, "reason": reason, "nearest": []}]


def test_json_takes_one_value_or_several(client: TestClient) -> None:
    """A parameter of several values takes a single one as it is."""
    one = client.post(HERE, json={"roles": "teacher", "limit": 2}).json()
    assert one["rows"] == client.post(HERE, json={"roles": ["teacher"], "limit": 2}).json()["rows"]
    assert len(one["rows"]) == 2


def test_a_whole_number_may_be_written_with_a_point(client: TestClient) -> None:
    """5.0 is an integer to JSON Schema, and so it is here."""
    assert len(client.post(HERE, json={"limit": 3.0}).json()["rows"]) == 3


def test_a_body_that_is_no_object_is_refused(model: Model) -> None:
    """With the line where it stops being JSON."""
    question = model.questions["method-finder"]
    with pytest.raises(BadParameter, match=r"is not JSON: .* in line 2"):
        asking.from_json(b"{\n", question)
    with pytest.raises(BadParameter, match="is no object"):
        asking.from_json(b"[1]", question)
