"""What a value was meant to be: dates, numbers, truth values and languages, written as they should.

>>> [str(term) for term in cast("22.09.2021", [f"{XSD}date"])]
['"2021-09-22"^^<http://www.w3.org/2001/XMLSchema#date>']
"""

import re
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from ihubkg.terms import PREFIXES

XSD = PREFIXES["xsd"]
_LANGUAGE_TEXT = PREFIXES["rdf"] + "langString"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = {name: number for number, name in enumerate(_MONTHS, start=1)}
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_ENGLISH = frozenset({"eng", "english", "en-gb", "en-us", "en-uk"})
_CODES = {"no": "nb", "est": "et", "fin": "fi", "nob": "nb", "nor": "nb", "lit": "lt", "geo": "ka"}


def cast(text: str, datatypes: Sequence[str]) -> Iterator[ox.Literal]:
    """Yield what `text` may have meant as one of `datatypes`."""
    for datatype in datatypes:
        yield from _AS.get(datatype, _nothing)(text.strip())


def language(tag: str) -> str:
    """Return the language code that we write for `tag`.

    >>> language("eng"), language("no")
    ('en', 'nb')
    """
    low = tag.lower().replace("_", "-")
    return "en" if low in _ENGLISH else _CODES.get(low, low)


def _nothing(_: str) -> Iterator[ox.Literal]:
    return iter(())


def _day(text: str) -> Iterator[ox.Literal]:
    found = re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$", text)
    if found:
        yield from _date(found[1], found[2], found[3])
    found = re.fullmatch(r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4})", text)
    if found:
        yield from _date(found[3], found[2], found[1])
    found = re.fullmatch(r"(\d{1,2})\.? ([A-Za-z]{3,9})\.?,? (\d{4})", text)
    if found and found[2].lower()[:3] in _MONTH:
        yield from _date(found[3], str(_MONTH[found[2].lower()[:3]]), found[1])
    found = re.fullmatch(r"([A-Za-z]{3,9}) (\d{1,2}),? (\d{4})", text)
    if found and found[1].lower()[:3] in _MONTH:
        yield from _date(found[3], str(_MONTH[found[1].lower()[:3]]), found[2])


def _date(year: str, month: str, day: str) -> Iterator[ox.Literal]:
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        yield _typed(f"{year}-{int(month):02}-{int(day):02}", "date")


def _month(text: str) -> Iterator[ox.Literal]:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})", text)
    if found and 1 <= int(found[2]) <= 12:
        yield _typed(f"{found[1]}-{int(found[2]):02}", "gYearMonth")
    found = re.fullmatch(r"(\d{1,2})[-/.] ?(\d{4})", text)
    if found and 1 <= int(found[1]) <= 12:
        yield _typed(f"{found[2]}-{int(found[1]):02}", "gYearMonth")
    found = re.fullmatch(r"([A-Za-z]{3,9})\.?,? (\d{4})", text)
    if found and found[1].lower()[:3] in _MONTH:
        yield _typed(f"{found[2]}-{_MONTH[found[1].lower()[:3]]:02}", "gYearMonth")


def _year(text: str) -> Iterator[ox.Literal]:
    found = re.fullmatch(r"(?:year )?(\d{4})\.?", text, re.IGNORECASE)
    if found:
        yield _typed(found[1], "gYear")


def _number(text: str) -> str | None:
    found = re.fullmatch(r"([+-]?\d+(?:[.,]\d+)?)(?: ?[A-Za-z%]+)?", text)
    return found[1].replace(",", ".") if found else None


def _decimal(text: str) -> Iterator[ox.Literal]:
    number = _number(text)
    if number is not None:
        yield _typed(number if "." in number else f"{number}.0", "decimal")


def _integer(text: str) -> Iterator[ox.Literal]:
    number = _number(text)
    if number is not None and float(number) == int(float(number)):
        yield _typed(str(int(float(number))), "integer")


def _boolean(text: str) -> Iterator[ox.Literal]:
    if text.lower() in _TRUE | _FALSE:
        yield _typed("true" if text.lower() in _TRUE else "false", "boolean")


def _plain(text: str) -> Iterator[ox.Literal]:
    yield ox.Literal(text)


def _english(text: str) -> Iterator[ox.Literal]:
    yield ox.Literal(text, language="en")


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


_AS = {
    XSD + "date": _day,
    XSD + "gYearMonth": _month,
    XSD + "gYear": _year,
    XSD + "decimal": _decimal,
    XSD + "integer": _integer,
    XSD + "boolean": _boolean,
    XSD + "string": _plain,
    _LANGUAGE_TEXT: _english,
}
