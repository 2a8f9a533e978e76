import inspect

from ihubkg import errors
from ihubkg.errors import BadParameter, IhubError, ParameterProblem


def test_every_error_of_the_module_is_in_the_tree_and_drawn_in_its_docstring() -> None:
    found = [
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, Exception) and cls.__module__ == errors.__name__
    ]
    assert IhubError in found
    for cls in found:
        assert issubclass(cls, IhubError)
        assert cls.__name__ in (errors.__doc__ or "")


def test_an_error_says_its_sentence() -> None:
    assert str(errors.ParseError("No good.", 3, 7)) == "No good."
    assert errors.NotFound("No hub x.", ["y"]).candidates == ("y",)
    assert errors.TooLarge("Too big.", 10, 11).limit == 10
    assert errors.Unavailable("Later.", 3).retry_after == 3
    assert str(IhubError()) == "IhubError"


def test_a_bad_parameter_names_each_problem_and_what_is_near() -> None:
    error = BadParameter(
        [
            ParameterProblem("phase", "There is no phase 'mappin'.", ("mapping-needs",)),
            ParameterProblem("limit", "Not a number."),
        ]
    )
    assert str(error) == (
        "phase: There is no phase 'mappin'. Nearest: mapping-needs. limit: Not a number."
    )
    assert [problem.parameter for problem in error.errors] == ["phase", "limit"]


def test_a_timeout_is_a_limit_that_was_met() -> None:
    error = errors.Timeout("Too slow.", 10.0, 10.4)
    assert isinstance(error, errors.LimitExceeded)
    assert (error.limit, error.value) == (10.0, 10.4)
