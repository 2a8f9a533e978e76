"""What a value was meant to be."""

import pytest

from ihubkg.casts import XSD, cast, language
from ihubkg.terms import PREFIXES


@pytest.mark.parametrize(
    ("text", "datatype", "meant"),
    [
        ("3/9/2021", "date", "2021-09-03"),
        ("2021-09-03T10:00", "date", "2021-09-03"),
        ("3. September 2021", "date", "2021-09-03"),
        ("Sept 3, 2021", "date", "2021-09-03"),
        ("Sep 2021", "gYearMonth", "2021-09"),
        ("09.2021", "gYearMonth", "2021-09"),
        ("9/2021", "gYearMonth", "2021-09"),
        ("year 2021", "gYear", "2021"),
        ("1,5 h", "decimal", "1.5"),
        ("45", "decimal", "45.0"),
        (" 45 min ", "integer", "45"),
        ("No", "boolean", "false"),
    ],
)
def test_a_value_is_written_as_its_datatype_asks(text: str, datatype: str, meant: str) -> None:
    (found,) = cast(text, [XSD + datatype])
    assert (found.value, found.datatype.value) == (meant, XSD + datatype)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2021-13-01", "date"),
        ("32.01.2021", "date"),
        ("3 Foo 2021", "date"),
        ("2021-00", "gYearMonth"),
        ("13.2021", "gYearMonth"),
        ("1.5", "integer"),
        ("maybe", "boolean"),
        ("3", "duration"),
    ],
)
def test_what_cannot_be_meant_yields_nothing(text: str, datatype: str) -> None:
    assert [*cast(text, [XSD + datatype])] == []


def test_each_datatype_is_tried_in_its_order() -> None:
    wanted = [XSD + "integer", XSD + "decimal", PREFIXES["rdf"] + "langString"]
    found = [*cast("7", wanted)]
    assert [(literal.value, literal.language) for literal in found] == [
        ("7", None),
        ("7.0", None),
        ("7", "en"),
    ]
    assert [literal.datatype.value for literal in found] == wanted


def test_languages_are_written_as_our_codes() -> None:
    assert [language(tag) for tag in ("EN_us", "no", "EST", "de-AT")] == ["en", "nb", "et", "de-at"]
