"""What people type: read as the term that it means, or refused with every reason at once."""

import string
from collections.abc import Mapping
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihubkg import question, terms, values
from ihubkg.errors import BadParameter, ParameterProblem
from ihubkg.names import Names, rows
from ihubkg.question import Question
from ihubkg.store import Store
from ihubkg.values import HOURS, Refused, hours

XSD = terms.PREFIXES["xsd"]

ASKED = question.parse(
    """\
#+ summary: Is it so?
#+ description: A question with every type of parameter.
#+ persona: [developer]
#+ answers: ["-"]
#+ version: 1.0.0
#+ status: draft
#+ parameters:
#+   phase: {type: concept of phase, required: true, example: reflection, description: d}
#+   schools: {type: thing of School*, example: eklof, description: d}
#+   count: {type: integer, minimum: 1, maximum: 10, example: 3, description: d}
#+   amount: {type: decimal, example: 1.5, description: d}
#+   open: {type: boolean, example: true, description: d}
#+   time: {type: duration, default: PT3H, example: 3 hours, description: d}
#+   since: {type: date, example: 2021-09, description: d}
#+   tongue: {type: language, example: et, description: d}
#+   words: {type: text, example: a, description: d}
#+   pick: {type: text, choices: [fit, evidence], example: fit, description: d}
#+   what: {type: iri, example: "ihub:Method", description: d}
#+ page: {size: 20, maximum: 100}
ASK {
  VALUES ?phase { UNDEF } VALUES ?schools { UNDEF } VALUES ?count { UNDEF }
  VALUES ?amount { UNDEF } VALUES ?open { UNDEF } VALUES ?time { UNDEF }
  VALUES ?since { UNDEF } VALUES ?tongue { UNDEF } VALUES ?words { UNDEF }
  VALUES ?pick { UNDEF } VALUES ?what { UNDEF }
}
""",
    name="test",
    source="test.rq",
)


@pytest.fixture(scope="module")
def names(store: Store) -> Names:
    """The names of the packaged graph."""
    return Names.of(store)


def problems(
    given: values.Given, names: Names, asked: Question = ASKED
) -> Mapping[str, ParameterProblem]:
    with pytest.raises(BadParameter) as caught:
        values.read(asked, given, names)
    return {problem.parameter: problem for problem in caught.value.errors}


@pytest.mark.parametrize(
    ("name", "text", "term"),
    [
        ("phase", "Reflection", ox.NamedNode(terms.concept("phase", "reflection"))),
        ("count", "3", ox.Literal("3", datatype=ox.NamedNode(XSD + "integer"))),
        ("amount", "-1.50", ox.Literal("-1.5", datatype=ox.NamedNode(XSD + "decimal"))),
        ("open", "Yes", ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))),
        ("time", "90 min", ox.Literal("1.5", datatype=ox.NamedNode(XSD + "decimal"))),
        ("since", "2021", ox.Literal("2021", datatype=ox.NamedNode(XSD + "gYear"))),
        ("since", "2021-09", ox.Literal("2021-09", datatype=ox.NamedNode(XSD + "gYearMonth"))),
        ("since", "2021-09-30", ox.Literal("2021-09-30", datatype=ox.NamedNode(XSD + "date"))),
        ("tongue", "ET", ox.Literal("et")),
        ("words", '" } #', ox.Literal('" } #')),
        ("pick", "EVIDENCE", ox.Literal("evidence")),
        ("what", "ihub:Method", ox.NamedNode(terms.term("Method"))),
        ("what", "urn:x", ox.NamedNode("urn:x")),
    ],
)
def test_each_type_is_read(names: Names, name: str, text: str, term: ox.NamedNode) -> None:
    call = values.read(ASKED, {"phase": "reflection", name: text}, names)
    assert call.values[name] == (term,)


def test_several_values_defaults_and_the_window(names: Names) -> None:
    call = values.read(
        ASKED, {"phase": "reflection", "schools": ["eklof", "Vårberga"], "limit": "5"}, names
    )
    assert [term.value for term in call.values["schools"]] == [
        terms.thing("school", "eklof"),
        terms.thing("school", "varberga"),
    ]
    assert [term.value for term in call.values["time"]] == ["3"]
    assert (call.limit, call.offset) == (5, 0)
    assert values.read(ASKED, {"phase": "reflection"}, names).limit == 20


def test_empty_texts_count_as_not_given(names: Names) -> None:
    assert "count" not in values.read(ASKED, {"phase": "reflection", "count": " "}, names).values


@pytest.mark.parametrize(
    ("name", "text", "said", "near"),
    [
        ("phase", "reflektion", "there is no phase 'reflektion'.", "reflection"),
        ("schools", "Vaarberga", "there is no school 'Vaarberga'.", "varberga"),
        ("count", "three", "'three' is not a whole number.", "3"),
        ("count", "0", "0 is below 1.", "1"),
        ("count", "11", "11 is over 10.", "10"),
        ("count", "²", "'²' is not a whole number.", "3"),
        ("amount", "1,5", "'1,5' is not a number such as 1.5.", "1.5"),
        ("amount", "NaN", "'NaN' is not a number such as 1.5.", "1.5"),
        ("open", "maybe", "'maybe' is neither true nor false.", "true"),
        ("time", "3", "'3' is not a duration.", "PT3H"),
        ("time", "P" + "9" * 500 + "Y", "is not a duration.", "PT3H"),
        ("since", "2021-13", "'2021-13' is not a date.", "2021"),
        ("since", "2021-02-30", "'2021-02-30' is not a date.", "2021"),
        ("tongue", "e", "'e' is not a language tag.", "en"),
        ("words", "a" * 3000, "is longer than 2000 characters.", None),
        ("words", "\ud800", "is not a text: it holds half a character.", None),
        ("pick", "fitt", "'fitt' is none of fit, evidence.", "fit"),
        ("what", "not an iri", "'not an iri' is not an IRI.", None),
        ("limit", "many", "'many' is not a whole number from 0 to 100.", None),
        ("limit", "101", "'101' is not a whole number from 0 to 100.", None),
        ("offset", "-1", "'-1' is not a whole number from 0 to 1000000.", None),
        ("phaze", "x", "this question has no such parameter.", "phase"),
    ],
)
def test_what_does_not_do_is_refused_with_what_would(
    names: Names, name: str, text: str, said: str, near: str | None
) -> None:
    problem = problems({"phase": "reflection", name: text}, names)[name]
    assert problem.reason.endswith(said)
    assert (near in problem.nearest) if near else problem.nearest == ()


def test_a_missing_and_a_repeated_parameter(names: Names) -> None:
    assert problems({}, names)["phase"].reason == "is missing."
    assert problems({}, names)["phase"].nearest
    repeated = problems({"phase": ["reflection", "anchoring"]}, names)["phase"]
    assert repeated.reason == "given more than once; it takes one value."


def test_all_problems_are_told_at_once(names: Names) -> None:
    found = problems({"count": "x", "pick": "y", "zzz": "1", "limit": "-"}, names)
    assert sorted(found) == ["count", "limit", "phase", "pick", "zzz"]


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_reading(names: Names, text: str) -> None:
    for parameter in ASKED.parameters:
        try:
            term = values.term(parameter, text, names)
        except Refused:
            continue
        ASKED.bind({parameter.name: term})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PT3H", "3"), ("pt90m", "1.5"), ("3h", "3"), ("3 hours", "3"), ("1 h 30 min", "1.5"),
        ("1.5 hours", "1.5"), ("1,5 h", "1.5"), ("an hour", "1"), ("half a day", "4"),
        ("P1D", "8"), ("a week", "40"), ("2 weeks and 3 days", "104"), ("P6M", "960"),
        ("6 months", "960"), ("2 academic hours", "1.5"), ("1 academic year", "1600"),
        ("1 school year", "1600"), ("P1Y2M3DT4H5M", "2268.083333"), ("100 minutes", "1.666667"),
    ],
)  # fmt: skip
def test_durations_as_people_write_them(text: str, wanted: str) -> None:
    assert hours(text) == Decimal(wanted)


@pytest.mark.parametrize("text", ["", "P", "PT", "T3H", "0h", "-3h", "h", "3 parsecs", "3h x"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Refused):
        hours(text)


def test_hours_of_units_are_those_of_the_graph(store: Store) -> None:
    """Budgets are read by the table here and compared by the units there."""
    text = string.Template(
        "PREFIX ihub: <$ihub> PREFIX skos: <$skos> "
        "SELECT ?name ?hours { ?unit ihub:inHours ?hours ; skos:prefLabel ?name }"
    ).substitute(terms.PREFIXES)
    found = {row["name"].value: Decimal(row["hours"].value) for row in rows(store, text)}
    known = {name: value for name, value in HOURS.items() if name in found}
    assert len(known) >= 5
    assert all(
        found[name] == Decimal(value.numerator) / value.denominator for name, value in known.items()
    )
