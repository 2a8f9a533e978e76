import pytest

from ihubkg.errors import ParameterProblem
from service import arguments


def test_arguments_that_do_not_exist_are_named() -> None:
    (problem,) = arguments.strangers({"sise": "1", "page": "2"}, {"size", "page"})
    assert (problem.parameter, problem.nearest) == ("sise", ("page", "size"))


@pytest.mark.parametrize(("text", "expected"), [("7", 7), ("100", 100), (None, 20)])
def test_a_number_within_its_bounds_is_taken(text: str | None, expected: int) -> None:
    faults: list[ParameterProblem] = []
    given = {} if text is None else {"size": text}
    assert arguments.number(given, "size", 20, 100, faults) == expected
    assert faults == []


@pytest.mark.parametrize("text", ["0", "101", "-1", "x", "", "٣", "1" * 30, "1.0"])
def test_any_other_is_a_fault(text: str) -> None:
    faults: list[ParameterProblem] = []
    arguments.number({"size": text}, "size", 20, 100, faults)
    assert [str(one) for one in faults] == ["size: It takes a number from 1 to 100."]
