"""`/about`: whose work this is, what is in it, what is missing and why, how to cite, the limits."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox
import yaml
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg import files
from ihubkg.terms import BASE, term
from service.page import Inquiry, grouped, page
from service.settings import MIB, Settings
from service.sheet import Text
from service.templates import plural

router = APIRouter()

SHOWN: Mapping[str, str] = {
    "Method": "/methods",
    "Phase": "/phases",
    "RegionalInnovationHub": "/hubs",
    "School": "/questions/hub-and-pair-of-school",
    "EvidenceItem": "/evidence",
    "Claim": "/evidence",
    "Disagreement": "/evidence#disagreements",
    "Source": "/questions/sources-of-a-fact",
    "SourceCitation": "/questions/sources-of-a-fact",
}
"""The classes whose things are counted here, and where there is more of them."""

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "et": "Estonian",
    "fi": "Finnish",
    "ka": "Georgian",
    "lt": "Lithuanian",
    "nb": "Norwegian (Bokmål)",
    "nn": "Norwegian (Nynorsk)",
    "sv": "Swedish",
    "de": "German",
}
"""The languages of the project's countries, and others that labels come in."""

CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Count:
    """How many there are of something, and where there is more of it."""

    name: str
    count: int
    href: str


@dataclass(frozen=True)
class Coverage:
    """How many of all concepts have a label in a language."""

    code: str
    name: str
    count: int
    share: int


@dataclass(frozen=True)
class Limit:
    """A limit of this service in words, as its settings have it."""

    what: str
    value: str


async def about(request: Request) -> Response:
    """Tell what this is."""
    home = str(request.base_url)
    return await page(request, "about.html", lambda inquiry: draft(inquiry, home))


def draft(inquiry: Inquiry, home: str) -> dict[str, object]:
    """Return what the page shows; `home` is the address of this instance."""
    held = inquiry.held
    text = (files.root() / CITATION).read_text(encoding="utf-8")
    return {
        "title": "About",
        "counts": _counts(inquiry),
        "statements": _statements(inquiry),
        "questions": len(held.model.questions),
        "languages": _languages(inquiry),
        "limits": limits(held.settings),
        "citation": text,
        "bibtex": bibtex(yaml.safe_load(text), held.store.version, home),
        "base": BASE,
        "missing": {
            "evidence": _named(inquiry, "methods-without-evidence", "method"),
            "phases": _named(inquiry, "phases-without-method", "phase"),
            "methods": [
                (what, [(row["method"].value, inquiry.text(row["method"])) for row in group])
                for what, group in grouped(inquiry.rows("methods-with-gaps"), "missing").items()
            ],
            "schools": [
                (row["hub"].value, inquiry.text(row["hub"]), row["missing"].value)
                for row in inquiry.rows("hubs-naming-fewer-schools")
            ],
            "deliverables": _named(inquiry, "deliverables-with-gaps", "deliverable"),
            "listed": _listed(inquiry),
        },
    }


def _named(inquiry: Inquiry, question: str, column: str) -> list[tuple[str, Text]]:
    groups = grouped(inquiry.rows(question), column)
    return [(iri, inquiry.name(iri)) for iri in groups]


def _counts(inquiry: Inquiry) -> list[Count]:
    kinds = [ox.NamedNode(term(name)) for name in SHOWN]
    rows = inquiry.held.views.rows(inquiry.held.store, "class-counts", kind=kinds)
    found = {row["kind"].value: int(row["count"].value) for row in rows}
    result = []
    for name, href in SHOWN.items():
        count = found.get(term(name), 0)
        word = inquiry.held.words.kind(term(name))
        result.append(Count(word if count == 1 else plural(word), count, href))
    return result


def _statements(inquiry: Inquiry) -> int:
    """Return how many statements the public dataset holds."""
    found = inquiry.held.views.triples(inquiry.held.store, "void-statistics")
    wanted = "http://rdfs.org/ns/void#triples"
    return next((int(t.object.value) for t in found if t.predicate.value == wanted), 0)  # type: ignore[union-attr]  # a number


def _languages(inquiry: Inquiry) -> list[Coverage]:
    """Return every language of the project or of a label, with the share of concepts it names."""
    rows = inquiry.held.views.rows(inquiry.held.store, "label-languages")
    found = {row["language"].value: int(row["count"].value) for row in rows}
    total = max(found.values(), default=1)
    counts = {code: 0 for code in LANGUAGES} | found
    return [
        Coverage(code, LANGUAGES.get(code, code), count, round(100 * count / total))
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _listed(inquiry: Inquiry) -> list[tuple[str, Text]]:
    """Return the figures of how many methods there are, as sources give them."""
    rows = inquiry.rows("figures", {"indicator": "methods-described"})
    return [(iri, inquiry.name(iri)) for iri in grouped(rows, "figure")]


def limits(settings: Settings) -> list[Limit]:
    """Return the limits of a service with these settings, in words."""
    return [
        Limit("Time for one SPARQL query", f"{settings.query_seconds:g} seconds"),
        Limit("Length of a query", size(settings.query_bytes)),
        Limit("Rows of an answer", f"{settings.rows:,}"),
        Limit("Size of an answer", size(settings.answer_bytes)),
        Limit("Queries of one visitor at a time", f"{settings.client_queries:,}"),
        Limit("Query time of one visitor in a minute", f"{settings.client_seconds:g} seconds"),
        Limit("Size of a file to be checked", size(settings.validate_bytes)),
        Limit("Statements of a file to be checked", f"{settings.triples:,}"),
        Limit("Time for checking a file", f"{settings.validate_seconds:g} seconds"),
        Limit("Problems listed in a report", f"{settings.problems:,}"),
    ]


def size(count: int) -> str:
    """Return a number of bytes as people read it.

    >>> size(64 * 1024), size(2 * 1024 * 1024)
    ('64 KiB', '2 MiB')
    """
    return f"{count / MIB:.3g} MiB" if count >= MIB else f"{count // 1024} KiB"


def bibtex(citation: Mapping[str, object], version: str, home: str) -> str:
    """Return the BibTeX entry of what a CITATION.cff describes, with the dataset version."""
    authors = citation.get("authors")
    names = [str(a.get("name", "")) for a in authors] if isinstance(authors, list) else []
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in names),
        "title": f"{{{citation.get('title', '')}}}",
        "version": f"{citation.get('version', '')}",
        "howpublished": f"\\url{{{home}}}",
        "note": f"Dataset version {version}, CC BY 4.0",
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
    return f"@misc{{ihubkg,\n{lines}}}\n"


router.add_route("/about", about, methods=["GET"])
