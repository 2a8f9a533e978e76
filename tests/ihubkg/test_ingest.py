import json

import pyoxigraph as ox
import pytest

from ihubkg.errors import IhubError
from ihubkg.ingest import Validate, prepare


@pytest.fixture(scope="module")
def validate() -> Validate:
    return prepare()


BAD = b"<http://h/1> a <https://w3id.org/ihub4schools/ontology#Method> ."


def test_bytes_become_a_report(validate: Validate) -> None:
    job = {"format": "turtle", "to": "json", "source": "mine.ttl"}
    head, body = validate(BAD, job, ox.Store())
    assert head == {"conforms": False, "readable": True, "media_type": "application/json"}
    assert b"mine.ttl" in body
    assert json.loads(body)["conforms"] is False


def test_what_cannot_be_read_is_reported_too(validate: Validate) -> None:
    head, _ = validate(b"<http://h/1> a", {"format": "turtle"}, ox.Store())
    assert head["readable"] is False


def test_a_limit_of_triples_can_be_lowered(validate: Validate) -> None:
    data = b"<s:1> <p:1> 1, 2, 3 ."
    assert validate(data, {"format": "turtle", "triples": 3}, ox.Store())[0]["readable"] is True
    head, body = validate(data, {"format": "turtle", "triples": 2, "to": "text"}, ox.Store())
    assert head["readable"] is False
    assert b"more than the 2 statements" in body


def test_only_formats_of_graphs_are_taken(validate: Validate) -> None:
    with pytest.raises(IhubError, match="no-such is not a format that is checked"):
        validate(BAD, {"format": "no-such"}, ox.Store())
