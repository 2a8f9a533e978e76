"""A report as people and programs read it: text, JSON, HTML, CSV, SARIF, Turtle, JSON-LD."""

import csv
import dataclasses
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import pyoxigraph as ox

from ihubkg import sarif
from ihubkg.report import Effect, Location, Problem, Report, Severity, Term, pick
from ihubkg.shapes import name_of
from ihubkg.terms import BASE, PREFIXES, shape, shorten

MEDIA_TYPES: Mapping[str, str] = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "turtle": "text/turtle; charset=utf-8",
    "sarif": "application/sarif+json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_SH = PREFIXES["sh"]
_WORDS: Mapping[Severity, tuple[str, str]] = {
    "Violation": ("violation", "violations"),
    "Warning": ("warning", "warnings"),
    "Info": ("hint", "hints"),
}
_OWN = frozenset({"System", "Near", "Base"})
_COLUMNS = (
    "severity",
    "file",
    "line",
    "column",
    "cell",
    "thing",
    "field",
    "value",
    "message",
    "fix",
    "shape",
    "constraint",
)


def render(report: Report, fmt: str, languages: Sequence[str] = ("en",)) -> bytes:
    """Return `report` in one of the formats of `MEDIA_TYPES`, in the first language it has."""
    writers: Mapping[str, Callable[[Report, Sequence[str]], str | bytes]] = {
        "text": to_text,
        "json": lambda r, ls: orjson.dumps(to_json(r, ls), option=orjson.OPT_INDENT_2) + b"\n",
        "jsonld": lambda r, _: _graph(r, ox.RdfFormat.JSON_LD),
        "turtle": lambda r, _: _graph(r, ox.RdfFormat.TURTLE),
        "sarif": lambda r, ls: sarif.dump(r, ls),
        "html": to_html,
        "csv": to_csv,
    }
    written = writers[fmt](report, languages)
    return written.encode() if isinstance(written, str) else written


def summary(report: Report) -> str:
    """Return the report in one sentence."""
    if not report.readable:
        return "The file could not be read."
    found = [
        f"{count} {_WORDS[severity][count != 1]}"
        for severity, count in report.counts.items()
        if count
    ]
    if not found:
        return "Everything conforms."
    more = " and more" if report.truncated else ""
    begin = "The data conforms, with " if report.conforms else "The data does not conform: "
    return f"{begin}{', '.join(found)}{more}."


def to_text(report: Report, languages: Sequence[str] = ("en",)) -> str:
    """Return lines `FILE:LINE:COLUMN: message`, grouped by cause, worst first."""
    lines: list[str] = []
    for group in report.groups():
        for problem in group.problems:
            lines += _lines(problem, report, languages)
    return "\n".join([*lines, summary(report), *_told(report)]) + "\n"


def _told(report: Report) -> Iterator[str]:
    """Yield what a file would change, in lines."""
    changes = report.changes
    if changes is None or not changes.effects:
        return
    counts = ", ".join(f"{count} {what}" for what, count in changes.things.items() if count)
    yield f"Against what is published: {counts}."
    yield from (f"  {visible(effect.words)}" for effect in changes.effects)
    if changes.truncated:
        yield "  and more"


def _lines(problem: Problem, report: Report, languages: Sequence[str]) -> Iterator[str]:
    place = problem.location.place if problem.location else (report.source or "graph")
    word = _WORDS[problem.severity][0]
    about = ", ".join(
        part for part in (thing(problem, languages), field(problem, languages)) if part
    )
    yield (
        f"{place}: {word}: {about}: {message(problem, languages)}"
        if about
        else (f"{place}: {word}: {message(problem, languages)}")
    )
    yield from _pointed(problem)
    if problem.hint:
        yield f"    {problem.hint}"
    if problem.fix is not None:
        yield f"    fix: {problem.fix.title}"
        for line in problem.fix.patch.splitlines():
            if line[:1] in "+-" and line[:3] not in ("+++", "---"):
                yield f"      {line}"


def _pointed(problem: Problem) -> Iterator[str]:
    """Yield the line that a problem is about, with a mark below the place."""
    place = problem.location
    if problem.excerpt is None or place is None or place.column is None or place.cell is not None:
        return
    begin = place.column - 1
    indent = len(problem.excerpt) - len(problem.excerpt.lstrip())
    long = place.end_column is not None and place.end_line == place.line
    end = (place.end_column or 1) - 1 if long else len(problem.excerpt)
    if indent <= begin < len(problem.excerpt):
        marks = "^" * max(1, min(end, len(problem.excerpt)) - begin)
        gap = "".join("\t" if sign == "\t" else " " for sign in problem.excerpt[indent:begin])
        yield f"      {visible(problem.excerpt[indent:])}"
        yield f"      {gap}{marks}"


def visible(text: str) -> str:
    """Return `text` with each sign that is not seen, or turns others around, by its number.

    >>> visible("a\u202eb")
    'a[U+202E]b'
    """
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def message(problem: Problem, languages: Sequence[str]) -> str:
    """Return the sentence of a problem."""
    return pick(problem.message, languages)[0]


def field(problem: Problem, languages: Sequence[str]) -> str:
    """Return the name of the field that a problem is about, as its form says it."""
    return pick(problem.field, languages)[0]


def thing(problem: Problem, languages: Sequence[str]) -> str:
    """Return the name of the thing that a problem is about: its label, or the end of its IRI."""
    label = pick(problem.label, languages)[0]
    return label or _short(problem.focus)


def _short(term: Term | None) -> str:
    match term:
        case None:
            return ""
        case ox.NamedNode() if term.value.startswith(BASE + "id/"):
            return term.value.removeprefix(BASE + "id/")
        case ox.NamedNode():
            return shorten(term.value).removeprefix(BASE)
        case ox.BlankNode():
            return "a thing without an address"
    return term.value


def to_json(report: Report, languages: Sequence[str] = ("en",)) -> dict[str, Any]:
    """Return the report as JSON says it; empty members are left out."""
    found: dict[str, Any] = {
        "conforms": report.conforms,
        "readable": report.readable,
        "summary": summary(report),
        "counts": dict(report.counts),
        "problems": [_problem(problem, languages) for problem in report.problems],
    }
    if report.truncated:
        found["truncated"] = True
    if report.withheld:
        found["withheld"] = True
    if report.changes is not None:
        found["changes"] = dict(report.changes.things)
        found["effects"] = [_effect(effect) for effect in report.changes.effects]
    return found


def _effect(effect: Effect) -> dict[str, str]:
    found = {**dataclasses.asdict(effect), "text": effect.words}
    return {name: value for name, value in found.items() if value}


def _problem(problem: Problem, languages: Sequence[str]) -> dict[str, Any]:
    text, language = pick(problem.message, languages)
    found = {
        "severity": problem.severity,
        "shape": problem.shape,
        "constraint": problem.constraint,
        "focus": _term(problem.focus),
        "path": problem.path,
        "value": _term(problem.value),
        "message": text,
        "lang": language,
        "field": field(problem, languages) or None,
        "label": pick(problem.label, languages)[0] or None,
        "hint": problem.hint,
        "location": _location(problem.location),
        "excerpt": problem.excerpt,
        "fix": problem.fix and {"title": problem.fix.title, "patch": problem.fix.patch},
    }
    return {name: value for name, value in found.items() if value is not None}


def _term(term: Term | None) -> str | None:
    match term:
        case None:
            return None
        case ox.BlankNode():
            return f"_:{term.value}"
    return term.value


def _location(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    names = ("source", "line", "column", "end_line", "end_column", "pointer", "cell")
    found = {name: getattr(location, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def to_csv(report: Report, languages: Sequence[str] = ("en",)) -> str:
    """Return a row for each problem; cells that a spreadsheet would compute are defused."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for problem in report.problems:
        place = problem.location or Location(report.source or "")
        cells = (
            problem.severity,
            place.source,
            place.line,
            place.column,
            place.cell,
            thing(problem, languages),
            field(problem, languages),
            _term(problem.value),
            message(problem, languages),
            problem.fix.title if problem.fix else None,
            name_of(problem.shape or ""),
            problem.constraint,
        )
        rows.writerow(["" if cell is None else _defused(str(cell)) for cell in cells])
    return out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def to_html(report: Report, languages: Sequence[str] = ("en",)) -> str:
    """Return a fragment of a page: a heading and an item for each problem, grouped by cause."""
    parts = [f'<section class="report"><p class="summary">{_escaped(summary(report))}</p>']
    for group in report.groups():
        first = group.problems[0]
        word = _WORDS[group.severity][len(group.problems) != 1]
        parts.append(f'<article class="{group.severity.lower()}">')
        parts.append(f"<h3>{_escaped(message(first, languages))}</h3>")
        parts.append(f"<p>{len(group.problems)} {word}</p><ul>")
        parts += [_item(problem, languages) for problem in group.problems]
        parts.append("</ul></article>")
    return "\n".join([*parts, "</section>\n"])


def _item(problem: Problem, languages: Sequence[str]) -> str:
    place = ""
    if problem.location is not None:
        name = problem.location.cell or problem.location.place
        place = f'<span class="place">{_escaped(name)}</span> '
    what = ", ".join(p for p in (thing(problem, languages), field(problem, languages)) if p)
    hint = f"<p>{_escaped(problem.hint)}</p>" if problem.hint else ""
    fix = ""
    if problem.fix is not None:
        fix = (
            f"<details><summary>{_escaped(problem.fix.title)}</summary>"
            f"<pre>{_escaped(problem.fix.patch)}</pre></details>"
        )
    return f"<li>{place}{_escaped(what)}{hint}{fix}</li>"


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def triples(report: Report) -> Iterator[ox.Triple]:
    """Yield the report as a validation report; https://www.w3.org/TR/shacl/#validation-report."""

    def sh(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SH + name)

    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    root = ox.BlankNode("report")
    truth = ox.NamedNode(PREFIXES["xsd"] + "boolean")
    yield ox.Triple(root, kind, sh("ValidationReport"))
    conforms = "true" if report.readable and not report.problems else "false"
    yield ox.Triple(root, sh("conforms"), ox.Literal(conforms, datatype=truth))
    for number, problem in enumerate(report.problems, start=1):
        node = ox.BlankNode(f"problem{number}")
        yield ox.Triple(root, sh("result"), node)
        yield ox.Triple(node, kind, sh("ValidationResult"))
        yield ox.Triple(node, sh("resultSeverity"), sh(problem.severity))
        component = sh(f"{problem.constraint}ConstraintComponent")
        if problem.shape is None or problem.constraint in _OWN:  # no constraint of SHACL
            component = ox.NamedNode(shape(f"{problem.constraint}ConstraintComponent"))
        yield ox.Triple(node, sh("sourceConstraintComponent"), component)
        if problem.shape is not None:
            yield ox.Triple(node, sh("sourceShape"), ox.NamedNode(problem.shape))
        if problem.focus is not None:
            yield ox.Triple(node, sh("focusNode"), problem.focus)
        if problem.value is not None:
            yield ox.Triple(node, sh("value"), problem.value)
        if problem.path is not None and "://" in problem.path:
            yield ox.Triple(node, sh("resultPath"), ox.NamedNode(problem.path))
        for language, text in problem.message.items():
            yield ox.Triple(node, sh("resultMessage"), ox.Literal(text, language=language))


def _graph(report: Report, fmt: ox.RdfFormat) -> bytes:
    used = ("ihub", "ihubs", "rdf", "sh", "skos", "dcterms", "schema", "xsd")
    prefixes = {name: PREFIXES[name] for name in used}
    return ox.serialize(triples(report), format=fmt, prefixes=prefixes) or b""
