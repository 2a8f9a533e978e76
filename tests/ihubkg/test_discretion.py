"""Nothing private in any report: not by its form, not by its field, not of a pupil."""

import pytest

from ihubkg.context import Context
from ihubkg.document import Inspector
from ihubkg.formats import CSV, JSONLD, TURTLE, Format
from ihubkg.model import Model
from ihubkg.rendering import MEDIA_TYPES, render
from tests.hostile.files import SECRETS, private

FORMATS = {"ttl": TURTLE, "jsonld": JSONLD, "csv": CSV}
CASES = {name: text for name, text in private()}


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.of(Model.load(), profile="submission")


@pytest.fixture(scope="module")
def context() -> Context:
    return Context.packaged(Model.load())


def form(name: str) -> Format:
    return FORMATS[name.rpartition(".")[2]]


@pytest.mark.parametrize("name", CASES)
def test_private_data_is_refused_and_repeated_in_no_format(
    inspector: Inspector, context: Context, name: str
) -> None:
    report = inspector.inspect(CASES[name].encode(), form(name), context)
    assert not report.conforms
    for fmt in MEDIA_TYPES:
        text = render(report, fmt).decode().casefold()
        assert not [secret for secret in SECRETS if secret.casefold() in text]


def test_the_place_is_told_all_the_same(inspector: Inspector, context: Context) -> None:
    report = inspector.inspect(CASES["private pupil.ttl"].encode(), TURTLE, context)
    fields = [p for p in report.problems if (p.shape or "").endswith("#Entity-privateField")]
    assert fields[0].location is not None
    assert fields[0].location.line == 9
    pupil = [p for p in report.problems if (p.shape or "").endswith("#Person-pupil")]
    assert pupil[0].message["en"] == "Remove this person: pupils are not recorded."
    assert (pupil[0].focus, pupil[0].label) == (None, {})


def test_what_is_not_private_is_shown(inspector: Inspector, context: Context) -> None:
    text = "@prefix : <https://w3id.org/ihub4schools/id/method/> .\n:til :x 1 .\n"
    found = inspector.inspect(text.encode(), TURTLE, context).problems
    assert {problem.excerpt for problem in found} == {":til :x 1 ."}
