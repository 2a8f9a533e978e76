import pyoxigraph as ox
import pytest

from ihubkg.errors import BadQuery
from ihubkg.syntax import plain, syntax


def fault(text: str) -> BadQuery:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    with pytest.raises(BadQuery) as said:
        syntax(caught.value, text)
    return said.value


def test_a_fault_has_its_place_and_what_was_expected() -> None:
    error = fault("SELECT *\nWHERE { ?s ?p }")
    assert (error.line, error.column) == (2, 16)
    assert error.message.startswith("Syntax error at line 2, column 16")
    assert error.see is not None


def test_a_misspelt_word_is_named_with_its_place_and_the_nearest() -> None:
    error = fault("SELECT ?s\n  WERE { ?s ?p ?o }")
    assert (error.line, error.column) == (2, 3)
    assert "“WERE” is no word of SPARQL; did you mean WHERE?" in error.message


def test_a_missing_prefix_is_declared_for_the_reader() -> None:
    assert (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        in fault("SELECT * { ?s skos:prefLabel ?o }").message
    )


def test_a_missing_brace_is_named() -> None:
    assert "“}” may be missing" in fault("SELECT * { ?s ?p ?o").message


def test_a_fault_without_a_place_is_one_plain_line() -> None:
    with pytest.raises(BadQuery) as said:
        syntax(SyntaxError("no  such\nthing"), "ASK {}")
    assert said.value.message == "no such thing."
    assert said.value.line is None


def test_plain_text_ends_with_a_stop() -> None:
    assert plain("x") == plain("x.") == "x."
