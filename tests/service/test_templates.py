import pytest

from ihubkg.terms import BASE
from service.templates import LONGEST_TEXT, address, plain


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (f"{BASE}id/method/digipeda", "/doc/method/digipeda"),
        (f"{BASE}voc/phase/mapping-needs", "/doc/voc/phase/mapping-needs"),
        (f"{BASE}voc/phase", "/voc/phase"),
        (f"{BASE}ontology#Method", "/ontology#Method"),
        (f"{BASE}shapes#Method-label", "/shapes#Method-label"),
        (f"{BASE}graph/curated", "/graph/curated"),
        ("https://cordis.europa.eu/project/id/101004676", "=same"),
        ("http://example.org/a?b=c#d", "=same"),
        ("mailto:someone@example.org", "=same"),
        ("javascript:alert(1)", None),
        ("JAVASCRIPT:alert(1)", None),
        ("data:text/html,<script>", None),
        ("https://example.org/a b", None),
        ('https://example.org/"onclick', None),
        ("https://example.org/\u202egpj.exe", None),
        ("https://user@example.org/", None),
        ("https://", None),
        ("https://[oops", None),
        ("urn:isbn:1", None),
        ("mailto:nobody", None),
    ],
)
def test_where_a_link_may_point(iri: str, expected: str | None) -> None:
    assert address(iri) == (iri if expected == "=same" else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Šiauliai <b>", "Šiauliai &lt;b&gt;"),
        ("a\u202eb", 'a<span class="hidden-character">[U+202E]</span>b'),
        ("a\x00b", 'a<span class="hidden-character">[U+0000]</span>b'),
        ("one\ntwo", "one\ntwo"),
        ("a\u200dč", "a\u200dč"),
    ],
)
def test_text_is_escaped_and_hidden_characters_are_shown(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_long_text_is_cut() -> None:
    assert len(plain("x" * 5000)) == LONGEST_TEXT
