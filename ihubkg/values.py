"""What people type for a parameter, read as the RDF term that it means, or refused with reasons.

Every problem of a call is found before any is reported: a wrong type, an unknown or ambiguous
name, a missing or repeated parameter, each with the nearest values that would do.

>>> hours("1 h 30 min"), hours("P6M")
(Decimal('1.5'), Decimal('960'))
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyoxigraph as ox
from rapidfuzz import process

from ihubkg.errors import BadParameter, IhubError, ParameterProblem
from ihubkg.header import RESERVED, Parameter
from ihubkg.names import Names, fold
from ihubkg.question import Question
from ihubkg.terms import PREFIXES, expand
from ihubkg.tokens import Term

Given = Mapping[str, str | Sequence[str]]
"""A call as it came: one text for a parameter, or several."""

_XSD = PREFIXES["xsd"]

HOURS: Mapping[str, Fraction] = {
    "minute": Fraction(1, 60),
    "academic hour": Fraction(3, 4),
    "hour": Fraction(1),
    "day": Fraction(8),
    "week": Fraction(40),
    "month": Fraction(160),
    "academic year": Fraction(1600),
    "year": Fraction(1920),
}
"""Hours of work per unit: what durations of different units are compared by (`voc/unit`)."""

_WORDS = {
    "m": "minute",
    "min": "minute",
    "mins": "minute",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
}
_WORDS |= {"d": "day", "w": "week", "mo": "month", "y": "year", "school year": "academic year"}
_ISO = re.compile(
    r"P(?:(?P<year>[0-9]{1,9})Y)?(?:(?P<month>[0-9]{1,9})M)?(?:(?P<week>[0-9]{1,9})W)?(?:(?P<day>[0-9]{1,9})D)?"
    r"(?:T(?:(?P<hour>[0-9]{1,9}(?:\.[0-9]{1,9})?)H)?(?:(?P<minute>[0-9]{1,9}(?:\.[0-9]{1,9})?)M)?)?"
)
_SPOKEN = re.compile(
    r"([0-9]{1,9}(?:[.,][0-9]{1,9})?|an?|half an?)\s*([a-z]+(?: (?:hour|year)s?)?)"
)
_COUNTS = {"a": Fraction(1), "an": Fraction(1), "half a": Fraction(1, 2), "half an": Fraction(1, 2)}


@dataclass(frozen=True)
class Call:
    """A question's call, read: the terms to bind, and the window of rows."""

    values: Mapping[str, tuple[Term, ...]]
    limit: int
    offset: int = 0


class Refused(IhubError):
    """A value that does not do; `nearest` would."""

    def __init__(self, reason: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.nearest = tuple(nearest)


def read(question: Question, given: Given, names: Names) -> Call:
    """Return what a call of `question` means; `limit` and `offset` may be among its values.

    What is reserved for every question besides, such as the versions in a permalink, is let by.

    Raises BadParameter, which holds every problem there is.
    """
    problems: list[ParameterProblem] = []
    texts = {name: _texts(value) for name, value in given.items()}
    window = _window(question, texts, problems)
    known = tuple(parameter.name for parameter in question.parameters)
    for name in texts.keys() - RESERVED:
        if name not in known:
            near = [match[0] for match in process.extract(name, known, limit=3)]
            problems.append(
                ParameterProblem(name, "this question has no such parameter.", tuple(near))
            )
    values = {}
    for parameter in question.parameters:
        try:
            terms = _terms(parameter, texts.get(parameter.name, ()), names)
        except Refused as refused:
            problems.append(ParameterProblem(parameter.name, refused.reason, refused.nearest))
            continue
        if terms:
            values[parameter.name] = terms
    if problems:
        raise BadParameter(problems)
    return Call(values, *window)


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    several = (value,) if isinstance(value, str) else value
    return tuple(text.strip() for text in map(str, several) if text.strip())


def _window(
    question: Question, texts: dict[str, tuple[str, ...]], problems: list[ParameterProblem]
) -> tuple[int, int]:
    """Take limit and offset out of `texts`, and return them."""
    page = question.page
    window = []
    for name, default, most in (("limit", page.size, page.maximum), ("offset", 0, _FURTHEST)):
        given = texts.pop(name, ()) or (str(default),)
        if len(given) > 1 or not re.fullmatch(r"[0-9]{1,18}", given[0]) or int(given[0]) > most:
            reason = f"{' '.join(given)!r} is not a whole number from 0 to {most}."
            problems.append(ParameterProblem(name, reason))
        else:
            window.append(int(given[0]))
    return (window[0], window[1]) if len(window) == 2 else (0, 0)


_FURTHEST = 1_000_000
_LONGEST = 2000


def _terms(parameter: Parameter, texts: Sequence[str], names: Names) -> tuple[Term, ...]:
    if len(texts) > 1 and not parameter.many:
        raise Refused("given more than once; it takes one value.")
    if not texts and parameter.required:
        raise Refused("is missing.", near(parameter, "", names))
    return tuple(term(parameter, text, names) for text in texts or parameter.default)


def term(parameter: Parameter, text: str, names: Names) -> Term:
    """Return the term that `text` means for `parameter`. Raises Refused."""
    if len(text) > _LONGEST:
        raise Refused(f"is longer than {_LONGEST} characters.")
    match parameter.type.name:
        case "concept" | "thing":
            return _named(parameter, text, names)
        case "integer" | "decimal":
            return _number(parameter, text)
        case "boolean":
            return _typed(str(_truth(text)).lower(), "boolean")
        case "duration":
            return _typed(_plain(hours(text)), "decimal")
        case "date":
            return _date(text)
        case "language":
            return _language(text)
        case "iri":
            return _iri(text)
        case _:
            return ox.Literal(_chosen(parameter, text))


def near(parameter: Parameter, text: str, names: Names) -> tuple[str, ...]:
    """Return values that `parameter` takes and that are most like `text`."""
    if parameter.type.name in ("concept", "thing"):
        return names.find(parameter.type, text).nearest
    if parameter.choices:
        return tuple(match[0] for match in process.extract(text, parameter.choices, limit=3))
    return parameter.example


def _named(parameter: Parameter, text: str, names: Names) -> Term:
    found = names.find(parameter.type, text)
    if len(found.iris) == 1:
        return ox.NamedNode(found.iris[0])
    kind = _kind(parameter)
    if found.iris:
        raise Refused(f"{text!r} can mean more than one {kind}: say which.", found.nearest)
    raise Refused(f"there is no {kind} {text!r}.", found.nearest)


def _kind(parameter: Parameter) -> str:
    """Return the class or scheme of a parameter in words: `RegionalInnovationHub` in three."""
    of = (parameter.type.of or parameter.type.name).rpartition(":")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", of).replace("-", " ").lower()


def _number(parameter: Parameter, text: str) -> Term:
    whole = parameter.type.name == "integer"
    if not re.fullmatch(
        r"[+-]?[0-9]{1,18}" if whole else r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", text
    ):
        wanted = "a whole number" if whole else "a number such as 1.5"
        raise Refused(f"{text!r} is not {wanted}.", parameter.example)
    value = Decimal(text)
    if parameter.minimum is not None and value < Decimal(str(parameter.minimum)):
        raise Refused(f"{text} is below {parameter.minimum:g}.", (f"{parameter.minimum:g}",))
    if parameter.maximum is not None and value > Decimal(str(parameter.maximum)):
        raise Refused(f"{text} is over {parameter.maximum:g}.", (f"{parameter.maximum:g}",))
    return _typed(_plain(value), parameter.type.name)


def _truth(text: str) -> bool:
    if text.lower() in ("true", "yes", "1"):
        return True
    if text.lower() in ("false", "no", "0"):
        return False
    raise Refused(f"{text!r} is neither true nor false.", ("true", "false"))


def hours(text: str) -> Decimal:
    """Return a duration in hours of work: `PT3H`, `3h`, `3 hours`, `1 h 30 min`, `half a day`."""
    wanted = text.strip()
    iso = _ISO.fullmatch(wanted.upper())
    if iso and any(iso.groups()) and not wanted.upper().endswith("T"):
        parts = {unit: count for unit, count in iso.groupdict().items() if count}
        return _rounded(sum(Fraction(count) * HOURS[unit] for unit, count in parts.items()))
    total, rest = Fraction(), " ".join(wanted.lower().replace(" and ", " ").split())
    while rest:
        found = _SPOKEN.match(rest)
        unit = _unit(found[2]) if found else None
        if found is None or unit is None:
            raise Refused(f"{text!r} is not a duration.", _DURATIONS)
        total += (_COUNTS.get(found[1]) or Fraction(found[1].replace(",", "."))) * HOURS[unit]
        rest = rest[found.end() :].strip(" ,")
    if total <= 0:
        raise Refused(f"{text!r} is not a duration.", _DURATIONS)
    return _rounded(total)


def _rounded(exact: Fraction | int) -> Decimal:
    rounded = Decimal(exact.numerator) / Decimal(exact.denominator)
    return Decimal(_plain(rounded.quantize(Decimal("0.000001"))))


_DURATIONS = ("PT3H", "90 min", "6 months")


def _unit(word: str) -> str | None:
    for name in (word, word.removesuffix("s")):
        if name in HOURS:
            return name
        if name in _WORDS:
            return _WORDS[name]
    return None


_DATE_TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}


def _date(text: str) -> Term:
    """Return a year, a month or a day as the literal of that precision."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", text)
    try:
        if found is None:
            raise ValueError
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise Refused(f"{text!r} is not a date.", ("2021", "2021-09", "2021-09-22")) from None
    return _typed(text, _DATE_TYPES[len(text)])


def _language(text: str) -> Term:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise Refused(f"{text!r} is not a language tag.", ("en", "et", "fi"))
    return ox.Literal(text.lower())


def _iri(text: str) -> Term:
    try:
        return ox.NamedNode(expand(text))
    except ValueError:
        raise Refused(f"{text!r} is not an IRI.") from None


def _chosen(parameter: Parameter, text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused("is not a text: it holds half a character.")
    if not parameter.choices:
        return text
    for choice in parameter.choices:
        if fold(choice) == fold(text):
            return choice
    nearest = tuple(match[0] for match in process.extract(text, parameter.choices, limit=3))
    raise Refused(f"{text!r} is none of {', '.join(parameter.choices)}.", nearest)


def _typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(_XSD + name))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
