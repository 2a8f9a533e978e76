import re

import pytest

from ihubkg.errors import IhubError
from ihubkg.rule import DELTA, contradictions, load, parse

TEXT = """#+ summary: Symmetric.
#+ because: {p} is symmetric.
PREFIX owl: <http://www.w3.org/2002/07/owl#>
CONSTRUCT { ?y ?p ?x }
WHERE { ?p a owl:SymmetricProperty . ?x ?p ?y . FILTER (?x != ?y) }
"""


def test_axioms_are_told_from_premises() -> None:
    rule = parse(TEXT, "prp-symp")
    assert [pattern[0] for pattern in rule.axioms] == ["p"]
    assert rule.premises == (("x", "p", "y"),)
    assert rule.head == ("y", "p", "x")
    assert rule.variables == ("p", "x", "y")
    assert (rule.summary, rule.because) == ("Symmetric.", "{p} is symmetric.")


def test_each_step_takes_one_premise_from_the_last_round() -> None:
    rule = parse(TEXT.replace("?x ?p ?y .", "?x ?p ?y . ?x ?p ?z ."), "two")
    assert len(rule.steps) == len(rule.reasons) == 2
    assert f"GRAPH <{DELTA}> {{ ?x ?p ?z . }}" in rule.steps[1]
    assert DELTA not in rule.query
    assert "FILTER ( ?x != ?y )" in rule.query


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#+ because", "# because", "lacks “#+ because:”"),
        ("?y ?p ?x }", "?y ?p ?x . ?x ?p ?y }", "one triple, not 2"),
        ("?x ?p ?y .", "", "an axiom and a premise"),
        ("owl:Sym", "wol:Sym", "a variable or an IRI is expected"),
        ("(?x != ?y) }\n", "(?x", "ends too early"),
    ],
)
def test_what_is_no_rule_is_refused_by_name(old: str, new: str, reason: str) -> None:
    assert old in TEXT
    with pytest.raises(IhubError, match=f"rules/odd.rq: .*{re.escape(reason)}"):
        parse(TEXT.replace(old, new), "odd")


def test_packaged_rules_explain_with_their_own_variables() -> None:
    rules = [*load(), *contradictions()]
    assert "prp-symp" in {rule.name for rule in rules}
    for rule in rules:
        assert set(re.findall(r"{(\w+)}", rule.because)) <= set(rule.variables), rule.name
