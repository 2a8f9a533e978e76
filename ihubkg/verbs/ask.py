"""`ihubkg ask`: the answer to a named question."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ihubkg import answer, terminal, terms, turtle, verbs
from ihubkg.answer import Answer
from ihubkg.errors import NotFound
from ihubkg.header import Parameter
from ihubkg.model import Model
from ihubkg.question import Form, Question


def _complete_name(_context: object, _parameter: object, incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=question.summary["en"])
        for name, question in verbs.known_questions().items()
        if name.startswith(incomplete)
    ]


def _complete_value(
    context: click.Context, _parameter: object, incomplete: str
) -> list[CompletionItem]:
    """Complete `name=value` from the packaged files, without opening a store."""
    question = verbs.known_questions().get(str(context.params.get("name")))
    if question is None:
        return []
    name, equals, begun = incomplete.partition("=")
    if not equals:
        names = (item for item in question.parameters if item.name.startswith(name))
        return [CompletionItem(f"{item.name}=", help=item.description["en"]) for item in names]
    parameter = question.parameter(name)
    found = [] if parameter is None else _possible(parameter)
    return [CompletionItem(f"{name}={value}") for value in found if value.startswith(begun)]


def _possible(parameter: Parameter) -> list[str]:
    """Return values that a parameter takes, as far as the packaged files name them."""
    if parameter.choices:
        return list(parameter.choices)
    if parameter.type.name == "boolean":
        return ["true", "false"]
    if parameter.type.name not in ("concept", "thing"):
        return list(parameter.example)
    is_concept = parameter.type.name == "concept"
    of = str(parameter.type.of)
    wanted = terms.scheme(of) if is_concept else terms.term(of)
    link = terms.expand("skos:inScheme" if is_concept else "rdf:type")
    return sorted(
        str(getattr(quad.subject, "value", "")).rpartition("/")[2]
        for quad in Model.load().quads()
        if quad.predicate.value == link and getattr(quad.object, "value", "") == wanted
    )


@click.command("ask")
@click.argument("name", shell_complete=_complete_name)
@click.argument("values", nargs=-1, metavar="[PARAM=VALUE]…", shell_complete=_complete_value)
@verbs.format_option(["table", "json", "csv", "tsv", "turtle"], "table")
@click.option("--lang", multiple=True, default=["en"], help="Language of labels; repeatable.")
@verbs.DATA
def verb(
    name: str, values: Sequence[str], form: str, lang: Sequence[str], data: Path | None
) -> None:
    """Answer one of the named questions.

    A value is a label, a short name or a full IRI. limit=N and offset=N cut the answer.

    \b
    Examples:
      ihubkg ask methods-for-phase phase=mapping-needs
      ihubkg ask methods-within time=PT3H --format csv
    """
    question = _named(name)
    given = _given(values)
    with verbs.reading(data) as store:
        found = answer.ask(store, question, given, languages=lang)
        if form == "table":
            verbs.write_text(_shown(form, found))
            _say_what_is_missing(found)
        else:
            verbs.write_bytes(_shown(form, found).rstrip("\n").encode() + b"\n")


def _named(name: str) -> Question:
    from rapidfuzz import process

    known = verbs.known_questions()
    if name in known:
        return known[name]
    near = [match for match, *_ in process.extract(name, known.keys(), limit=3)]
    raise NotFound(
        f"There is no question {name}. Nearest: {', '.join(near)}. ihubkg questions lists all.",
        near,
    )


def _given(values: Sequence[str]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.UsageError(f"{value} is no parameter: write it as name=value.")
        given.setdefault(name, []).append(text)
    return given


def _shown(form: str, found: Answer) -> str:
    if form == "json":
        return json.dumps(json.loads(found.to_json()), indent=2, ensure_ascii=False)
    is_graph = found.question.query.form is Form.GRAPH
    if form == "turtle" or (form == "table" and is_graph):
        return turtle.canonical(found.graph())
    if form == "csv":
        return found.to_csv().replace("\r\n", "\n")
    if form == "tsv":
        return found.to_tsv()
    columns = found.columns
    headings = [column.label.get("en", column.name) for column in columns]
    rows = [[str(row.get(column.name, "")) for column in columns] for row in found.rows]
    return terminal.table(headings, rows)


def _say_what_is_missing(found: Answer) -> None:
    """Say on standard error that rows were cut, or that there are none."""
    shown = len(found.rows)
    if found.truncated:
        following = found.call.offset + shown
        click.echo(
            f"There are more than these {shown}: limit=N shows more, offset={following} goes on.",
            err=True,
        )
    elif not shown and not found.triples:
        why = (found.why_empty or {}).get("message")
        click.echo(str(why) if why else "The graph holds no answer to this.", err=True)
