"""`ihubkg search`."""

import json

from tests.conftest import Cli


def test_a_table_with_what_the_thing_is(cli: Cli) -> None:
    result = cli("search", "digipeda")
    assert result.exit_code == 0
    first = result.stdout.splitlines()[1:3]
    assert any("method" in line and "Digipeda workshop" in line for line in first)


def test_a_misspelt_word_is_said(cli: Cli) -> None:
    result = cli("search", "mentring", "--limit", "2")
    assert "taken for “mentoring”" in result.stderr
    assert "--limit shows more" in result.stderr


def test_json(cli: Cli) -> None:
    found = json.loads(cli("search", "digipeda", "--kind", "method", "--format", "json").stdout)
    assert [hit["kind"] for hit in found["results"]] == ["method"] * found["total"]


def test_nothing_found_names_what_is_near(cli: Cli) -> None:
    assert "Did you mean: " in cli("search", "Dgptwrkshp").stderr
    assert "There are: " in cli("search", "digipeda", "--kind", "ship").stderr
    assert cli("search", "qqqqqqqqqqqqqqqqqqq").exit_code == 0


def test_too_many_characters(cli: Cli) -> None:
    result = cli("search", "x" * 201)
    assert result.exit_code == 2
    assert "201 characters; 200" in result.stderr
