"""The header's one schema: what an author writes is read, what is wrong is named with its line."""

import pytest

from ihubkg import header
from ihubkg.header import HeaderError, ValueType

GOOD = """\
#+ summary: {en: "Which methods suit a phase?", et: "Millised meetodid sobivad etapile?"}
#+ description:
#+   How well, why,
#+   and on what evidence.
#+ persona: [mentor, school leader]
#+ answers: [D-CQ32, O-CQ01]
#+ version: 1.2.0
#+ status: stable
#+ parameters:
#+   phase: {type: concept of phase, required: true, example: reflection, description: The phase.}
#+   roles:
#+     type: concept of role*
#+     example: [mentor, principal]
#+     description: Who is at hand.
#+   rank: {type: text, choices: [fit, evidence], default: fit, example: fit, description: Order.}
#+ results:
#+   method: thing of Method
#+   why: text?
#+   source: {type: thing of Source, label: taken from, nullable: true, link: address}
#+ order: [method]
#+ page: {size: 50, maximum: 200}
#+ replaces: [methods]
#+ examples:
#+   - {phase: reflection}
#+   - {phase: mapping-needs, roles: [mentor, teacher]}
SELECT ?method ?why ?source ?address { }
"""


def test_a_header_is_read_whole() -> None:
    found = header.read(GOOD, "x.rq")
    assert found.summary["et"] == "Millised meetodid sobivad etapile?"
    assert found.description == {"en": "How well, why, and on what evidence."}
    assert found.persona == ("mentor", "school leader")
    assert found.answers == ("D-CQ32", "O-CQ01")
    assert (found.version, found.status, found.replaces) == ("1.2.0", "stable", ("methods",))
    phase, roles, rank = found.parameters
    assert (phase.type, phase.required, phase.many) == (ValueType("concept", "phase"), True, False)
    assert (roles.many, roles.example) == (True, ("mentor", "principal"))
    assert (rank.choices, rank.default) == (("fit", "evidence"), ("fit",))
    method, why, source = found.results
    assert (method.type, method.nullable) == (ValueType("thing", "Method"), False)
    assert why.nullable
    assert (source.link, source.label["en"], source.nullable) == ("address", "taken from", True)
    assert (found.page.size, found.page.maximum) == (50, 200)
    assert found.examples[1] == {"phase": ("mapping-needs",), "roles": ("mentor", "teacher")}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said"),
    [
        ("#+ version: 1.2.0\n", "", 1, "header", "the key version is missing"),
        ("status: stable", "status: done", 8, "status", "none of draft, stable, deprecated"),
        ("version: 1.2.0", "version: 1.2", 7, "version", "a version such as 1.0.0"),
        ("persona:", "personas:", 5, "personas", "unknown key"),
        ("answers: [D-CQ32", "answers: [CQ32", 6, "answers", "no number such as D-CQ32"),
        ("required: true", "required: yes", 10, "parameters.phase.required", "neither true"),
        ("type: concept of phase", "type: concept", 10, "parameters.phase.type", "which scheme"),
        ("example: reflection, ", "", 10, "parameters.phase", "the key example is missing"),
        ("required: true, ", "requires: true, ", 10, "parameters.phase.requires", "unknown key"),
        ("concept of role*", "concept of role", 12, "parameters.roles", "role\\* where several"),
        ("  rank:", "  limit:", 15, "parameters.limit", "not reserved"),
        ("  rank:", "  class:", 15, "parameters.class", "a word of Python"),
        ("why: text?", "why: string", 18, "results.why", "is no type"),
        ("why: text?", "why: text*", 18, "results.why", "one value"),
        ("why: text?", "why: text of x", 18, "results.why", "only a concept or a thing"),
        ("link: address", "href: address", 19, "results.source.href", "unknown key"),
        ("size: 50", "size: 500", 21, "page", "over the maximum"),
        ("size: 50", "size: some", 21, "page.size", "a whole number"),
        ("- {phase: reflection}", "- {faze: reflection}", 24, "examples.faze", "unknown key"),
        ("#+   why: text?", "#+   method: text?", 18, "results.method", "stands twice"),
        ('en: "Which', 'lt: "Which', 1, "summary", "the English text is missing"),
        ("#+ order: [method]", "#+ order: [method", 21, "header", "not valid YAML"),
        ("choices: [fit, evidence], ", "minimum: low, ", 15, "parameters.rank.minimum", "no.*numb"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_line_and_key(
    old: str, new: str, line: int, key: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(HeaderError, match=said) as caught:
        header.read(GOOD.replace(old, new), "x.rq")
    assert (caught.value.source, caught.value.line, caught.value.key) == ("x.rq", line, key)
    assert caught.value.message.startswith(f"x.rq:{line}: {key}: ")


def test_a_file_without_header_says_so() -> None:
    with pytest.raises(HeaderError, match="no lines that begin with"):
        header.read("SELECT ?s { ?s ?p ?o }", "x.rq")
