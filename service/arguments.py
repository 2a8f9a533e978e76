"""Query arguments of lists: which there are, and numbers within bounds. Every fault is told."""

from collections.abc import Collection, Mapping

from ihubkg.errors import ParameterProblem

DIGITS = 9
"""Digits of a number that are read; what has more is beyond every bound."""


def strangers(given: Mapping[str, str], known: Collection[str]) -> list[ParameterProblem]:
    """Return a problem for each argument that is not among the `known` ones.

    >>> [str(problem) for problem in strangers({"pag": "1"}, ("page",))]
    ['pag: There is no such argument. Nearest: page.']
    """
    return [
        ParameterProblem(name, "There is no such argument.", tuple(sorted(known)))
        for name in given
        if name not in known
    ]


def number(
    given: Mapping[str, str], name: str, usual: int, most: int, faults: list[ParameterProblem]
) -> int:
    """Return the whole number from 1 to `most` that an argument gives, `usual` without it.

    One that does not do is added to `faults`.
    """
    text = given.get(name, str(usual))
    if text.isascii() and text.isdigit() and len(text) <= DIGITS and 1 <= int(text) <= most:
        return int(text)
    faults.append(ParameterProblem(name, f"It takes a number from 1 to {most}."))
    return usual
