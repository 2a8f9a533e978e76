"""Contexts that files may name: put in where they are named, places told as sent."""

import json

import pytest

from ihubkg.context import Context
from ihubkg.document import Inspector
from ihubkg.formats import JSONLD
from ihubkg.model import Model
from ihubkg.pinned import OURS, Contexts


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    return Contexts(Model.load())


def test_ours_is_put_in_on_its_line(contexts: Contexts) -> None:
    text = f'{{\n  "@context": "{OURS}",\n  "id": "http://e/a"\n}}'
    found = contexts.put_in(text)
    assert json.loads(found.text)["@context"]["id"] == "@id"
    assert found.text.count("\n") == text.count("\n")
    assert found.back(found.text.index('"id": "http')) == text.index('"id": "http')
    assert found.back(3) == 3


def test_ours_may_stand_first_in_a_list_and_others_stay(contexts: Contexts) -> None:
    text = f'{{"@context": ["{OURS}", {{"x": "http://e/x"}}], "a": "\\"@context\\": \\"{OURS}"}}'
    found = json.loads(contexts.put_in(text).text)
    assert found["@context"][0]["id"] == "@id"
    assert OURS in found["a"]
    other = '{"@context": "http://e/context"}'
    assert contexts.put_in(other).text == other


def test_a_file_with_our_context_is_checked_where_it_was_written(contexts: Contexts) -> None:
    inspector = Inspector.of(contexts.model)
    line = '"methodFormat": "https://w3id.org/ihub4schools/voc/format/nothing"'
    text = (
        f'{{"@context": "{OURS}",\n "id": "https://w3id.org/ihub4schools/id/method/til",\n {line}}}'
    )
    report = inspector.inspect(text.encode(), JSONLD, Context.packaged(contexts.model))
    assert report.readable
    at = [p.location for p in report.problems if (p.shape or "").endswith("#Method-methodFormat")]
    assert at[0] is not None
    assert (at[0].line, at[0].column, at[0].pointer) == (3, 18, "/methodFormat")
    refused = text.replace(OURS, "http://e/context")
    report = inspector.inspect(refused.encode(), JSONLD, Context())
    assert (report.readable, report.problems[0].location and report.problems[0].location.line) == (
        False,
        1,
    )
