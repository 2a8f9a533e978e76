"""`/validate`: a file or a text against the shapes; the report in the form that the client takes.

The data is read and checked in a process of its own that can be killed, never in this one. What
does not conform, or cannot even be read, is still a good answer: 200 with `conforms` false.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from ihubkg import formats
from ihubkg.errors import ParseError
from ihubkg.formats import CHECKED_FORMATS, TURTLE, Format
from ihubkg.shapes import PROFILES
from ihubkg.templates import TABLES
from ihubkg.terms import BASE, shorten
from service import protocol
from service.guard import too_large
from service.instance import Instance, instance
from service.negotiate import CSV, HTML, JSON, JSONLD, Offer, choose, languages
from service.negotiate import TURTLE as AS_TURTLE
from service.page import page
from service.problems import UnsupportedMedia, kind_of
from service.routes.about import size

router = APIRouter()

SARIF = Offer(Format("sarif", "application/sarif+json", "sarif", "rows"))
TEXT = Offer(Format("text", "text/plain", "txt", "rows"))
REPORTS: tuple[Offer, ...] = (JSON, HTML, AS_TURTLE, JSONLD, CSV, SARIF, TEXT)
"""The forms of a report; JSON first: what a client gets that does not say."""

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")

MOST_MOVED = 10_000
"""Most things whose change since a version is told."""

LONGEST_NAME = 80
ECHOED = 64 * 1024
"""Most characters of a text that the page shows again."""


@dataclass(frozen=True)
class Submission:
    """What somebody sent to be checked: the bytes, what they are written in, and a name."""

    data: bytes
    format: Format
    source: str
    pasted: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One problem as the page shows it; `excerpt` is its line, taken apart around the place."""

    label: str
    field: str
    place: str
    excerpt: tuple[str, str, str]
    hint: str
    title: str
    diff: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """Problems of one cause: one sentence for all of them."""

    severity: str
    message: str
    lang: str
    shape: str
    findings: tuple[Finding, ...]


async def form(request: Request) -> Response:
    """Show the form."""
    return await page(request, "validate.html", lambda inquiry: draft(inquiry.held))


async def validate(request: Request) -> Response:
    """Check what is sent and answer with the report."""
    held = instance(request)
    offer = choose(request, REPORTS)
    tongues = languages(request)
    try:
        sent = await submission(request, held)
    except (ParseError, UnsupportedMedia) as error:
        if offer is not HTML:
            raise
        return _page(request, held, {"error": error.message}, kind_of(error).status)
    base = sent.fields.get("base") or request.query_params.get("base") or ""
    job = {
        "format": sent.format.name,
        "to": "json" if offer is HTML else offer.format.name,
        "source": sent.source,
        "languages": list(tongues),
        "profile": profile(request, sent),
        "triples": held.settings.triples,
        "moved": await run_in_threadpool(moved, held, base),
    }
    sender = protocol.client(request.scope, protocol.fields(request.scope), held.settings.proxies)
    reply = await held.pool.validate(sent.data, job, client=sender)
    if offer is HTML:
        return _page(request, held, report(orjson.loads(reply.body), sent), 200)
    media_type = str(reply.head.get("media_type", offer.media_type))
    headers = _headers(held)
    if "download" in request.query_params:
        name = f"report.{offer.format.suffix}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(reply.body, 200, headers, media_type)


def profile(request: Request, sent: Submission) -> str:
    """Return what is asked of the data: of what is published, or of submissions.

    Raises:
        ParseError: it is neither.
    """
    wanted = sent.fields.get("profile") or request.query_params.get("profile") or PROFILES[0]
    if wanted not in PROFILES:
        known = " or ".join(PROFILES)
        raise ParseError(f"There is no profile “{wanted[:LONGEST_NAME]}”: say {known}.")
    return wanted


def moved(held: Instance, base: str) -> Mapping[str, str]:
    """Return the things that changed since the dataset version `base`, with the times.

    Raises:
        NotFound: the dataset never was at that version.
    """
    return held.journal.since(base, MOST_MOVED) if base else {}


async def submission(request: Request, held: Instance) -> Submission:
    """Return what `request` carries: a form with `file` or `text`, or the data as the body.

    Raises:
        UnsupportedMedia: it is written in nothing that is read here.
        ParseError: there is nothing in it.
        TooLarge: it is more than is taken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = held.settings.validate_bytes
    if kind in FORMS:
        async with request.form(max_files=1, max_fields=6, max_part_size=limit + 1) as fields:
            found = await _from_form(fields)
            said = {name: text for name, text in fields.items() if isinstance(text, str)}
            found = replace(found, fields=said)
    else:
        fmt = _by_media_type(kind)
        _check_charset(request.headers.get("content-type", ""))
        found = Submission(await request.body(), fmt, f"data.{fmt.suffix}")
    if len(found.data) > limit:
        raise too_large(limit, len(found.data))
    if not found.data.strip():
        raise ParseError("There is nothing to check: paste a text or choose a file.")
    return found


async def _from_form(fields: FormData) -> Submission:
    wanted = fields.get("format")
    named = _by_name(wanted) if isinstance(wanted, str) and wanted else None
    file = fields.get("file")
    if isinstance(file, UploadFile) and (file.filename or file.size):
        name = _file_name(file.filename or "")
        fmt = named or _by_suffix(name)
        return Submission(await file.read(), fmt, name)
    text = fields.get("text")
    typed = text if isinstance(text, str) else ""
    fmt = named or TURTLE
    return Submission(typed.encode("utf-8", "surrogatepass"), fmt, f"text.{fmt.suffix}", True)


def _by_media_type(kind: str) -> Format:
    found = formats.by_media_type(kind) if kind else None
    if found not in CHECKED_FORMATS:
        said = f"“{kind[:LONGEST_NAME]}” is not read here" if kind else "Say what the data is"
        raise UnsupportedMedia(
            f"{said}. Send it with a Content-Type that is one of "
            f"{', '.join(fmt.media_type for fmt in CHECKED_FORMATS)}; or a form with file or text."
        )
    return found


def _check_charset(content_type: str) -> None:
    """Refuse text that says it is not in UTF-8."""
    found = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", content_type, re.IGNORECASE)
    if found and found[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMedia(f"Send UTF-8: {found[1][:LONGEST_NAME]} is not read here.")


def _by_name(name: str) -> Format:
    found = formats.by_name(name) or formats.by_media_type(name)
    if found not in CHECKED_FORMATS:
        raise UnsupportedMedia(
            f"There is no format “{name[:LONGEST_NAME]}” here. "
            f"Choose one of {', '.join(fmt.name for fmt in CHECKED_FORMATS)}."
        )
    return found


def _by_suffix(name: str) -> Format:
    suffix = PurePath(name).suffix
    found = formats.by_suffix(suffix) if suffix else None
    if found not in CHECKED_FORMATS:
        raise UnsupportedMedia(
            f"The name “{name}” does not tell what the file is written in. Choose its format, or "
            f"name it with one of {', '.join('.' + fmt.suffix for fmt in CHECKED_FORMATS)}."
        )
    return found


def _file_name(name: str) -> str:
    """Return the last part of a file's name, without what cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:] or "file"


def draft(held: Instance) -> dict[str, object]:
    """Return what the page shows before anything is checked."""
    return {
        "title": "Check a file",
        "formats": [
            (fmt.name, fmt.title or "CSV table", f".{fmt.suffix}") for fmt in CHECKED_FORMATS
        ],
        "tables": TABLES,
        "downloads": [offer.format for offer in REPORTS if offer is not HTML],
        "profile": PROFILES[0],
        "chosen": "",
        "text": "",
        "error": "",
        "report": None,
        "size": size(held.settings.validate_bytes),
        "triples": held.settings.triples,
        "seconds": held.settings.validate_seconds,
    }


def report(found: Mapping[str, object], sent: Submission) -> dict[str, object]:
    """Return what the page shows of a report in the contract's JSON."""
    text = sent.data.decode("utf-8", "replace")
    problems = found.get("problems")
    listed = problems if isinstance(problems, list) else []
    may_echo = len(text) <= ECHOED and "withheld" not in found
    return {
        "report": found,
        "groups": groups(listed),
        "source": sent.source,
        "chosen": sent.format.name,
        "profile": sent.fields.get("profile") or PROFILES[0],
        "text": text if may_echo else "",
    }


def groups(problems: Sequence[Mapping[str, object]]) -> list[Group]:
    """Return the problems by cause, in the order in which causes come: the worst first."""
    causes: dict[tuple[str, ...], list[Mapping[str, object]]] = {}
    for one in problems:
        cause = tuple(str(one.get(k, "")) for k in ("severity", "shape", "constraint", "message"))
        causes.setdefault(cause, []).append(one)
    return [
        Group(
            severity=cause[0],
            message=cause[3],
            lang=str(same[0].get("lang", "en")),
            shape=cause[1],
            findings=tuple(map(_finding, same)),
        )
        for cause, same in causes.items()
    ]


def _finding(problem: Mapping[str, object]) -> Finding:
    location = problem.get("location")
    where = location if isinstance(location, dict) else {}
    fix = problem.get("fix")
    mend = fix if isinstance(fix, dict) else {}
    focus = str(problem.get("focus") or "")
    label = problem.get("label") or shorten(focus.removeprefix(f"{BASE}id/"))
    return Finding(
        label=str(label),
        field=str(problem.get("field") or ""),
        place=_place(where),
        excerpt=_excerpt(where, str(problem.get("excerpt") or "")),
        hint=str(problem.get("hint") or ""),
        title=str(mend.get("title") or ""),
        diff=tuple(_diff(str(mend.get("patch") or ""))),
    )


def _place(where: Mapping[str, object]) -> str:
    """Return a place in words: line and column, a cell, or a pointer."""
    if "cell" in where:
        return f"cell {where['cell']}"
    if "line" in where:
        column = f", column {where['column']}" if "column" in where else ""
        return f"line {where['line']}{column}"
    return str(where.get("pointer", ""))


def _excerpt(where: Mapping[str, object], line: str) -> tuple[str, str, str]:
    """Return the line of a problem: what stands before the place, the place, what follows."""
    start, end = where.get("column"), where.get("end_column")
    if not isinstance(start, int) or not isinstance(end, int):
        return line, "", ""
    if where.get("end_line") != where.get("line"):
        end = len(line) + 1
    return line[: start - 1], line[start - 1 : end - 1], line[end - 1 :]


def _diff(patch: str) -> list[tuple[str, str]]:
    """Return the lines of a unified diff with what each is: added, removed, or around."""
    kinds = {"+": "added", "-": "removed", " ": "around"}
    return [
        (kinds[line[0]], line)
        for line in patch.splitlines()
        if line[:1] in kinds and not line.startswith(("+++", "---"))
    ]


def _page(request: Request, held: Instance, context: Mapping[str, object], status: int) -> Response:
    text = held.pages.render(request, "validate.html", **{**draft(held), **context})
    return Response(text, status, {**_headers(held), "Content-Language": "en"}, "text/html")


def _headers(held: Instance) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Language",
        "X-Dataset-Version": held.pool.version,
    }


router.add_route("/validate", form, methods=["GET"])
router.add_route("/validate", validate, methods=["POST"])
