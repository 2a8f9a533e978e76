"""`ihubkg search`: what has some words in its name or texts."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from ihubkg import terminal, terms, verbs
from ihubkg.search import MOST_LETTERS, Found, Index


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="WORD…")
@click.option("--kind", metavar="NAME", help="Keep one kind of things, such as method or concept.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most hits."
)
@verbs.format_option(["table", "json"], "table")
@click.option("--lang", multiple=True, default=["en"], help="Language of names; repeatable.")
@verbs.DATA
def verb(
    words: Sequence[str],
    kind: str | None,
    limit: int,
    form: str,
    lang: Sequence[str],
    data: Path | None,
) -> None:
    """Find things by words of their names and texts; accents and spelling are forgiven.

    \b
    Examples:
      ihubkg search digital mirror
      ihubkg search mentring --kind method --format json
    """
    query = " ".join(words)
    if len(query) > MOST_LETTERS:
        raise click.UsageError(
            f"These are {len(query):,} characters; {MOST_LETTERS} are looked for at most."
        )
    with verbs.reading(data) as store, closing(Index(None)) as index:
        index.follow(store)
        found = index.find(query, kind=kind, languages=lang, limit=limit)
    if form == "json":
        verbs.write_text(json.dumps(_tree(found), indent=2, ensure_ascii=False))
        return
    rows = [
        [hit.kind, hit.label, terms.shorten(hit.iri).removeprefix(terms.BASE)] for hit in found.hits
    ]
    verbs.write_text(terminal.table(["kind", "name", "what it is called here"], rows))
    _say_more(query, kind, found)


def _tree(found: Found) -> dict[str, object]:
    return {
        "total": found.total,
        "instead": dict(found.instead),
        "results": [
            {
                "iri": hit.iri,
                "label": hit.label,
                "lang": hit.language,
                "kind": hit.kind,
                "snippet": "".join(piece.text for piece in hit.snippet),
            }
            for hit in found.hits
        ],
    }


def _say_more(query: str, kind: str | None, found: Found) -> None:
    """Say on standard error what words were taken for, and what there is beside."""
    for word, taken in found.instead.items():
        click.echo(f"Nothing has “{word}”: taken for “{taken}”.", err=True)
    if found.total > len(found.hits):
        click.echo(f"{found.total:,} in all: --limit shows more.", err=True)
    if found.total:
        return
    if kind is not None and found.kinds:
        click.echo(f"None of the kind {kind}. There are: {', '.join(found.kinds)}.", err=True)
    elif found.near:
        names = ", ".join(name for _, name in found.near)
        click.echo(f"Nothing has “{query}”. Did you mean: {names}?", err=True)
    else:
        click.echo(f"Nothing has “{query}”.", err=True)
