"""Walk the two facts files and name what is missing in the graph, or should not be in it.

Every entry that has a source is in the graph under its identifier, with its English label; every
label in any language is there; entries without a source, and those that say "not found" or "not
evidenced", are not. Run `python tests/conformance/suite_facts.py [SHARED]`; SHARED/domain holds
`facts.yaml` and `facts_additions.yaml`. Exit code 1 names
what differs, 2 says that the folder is absent.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pyoxigraph as ox
import yaml

from ihubkg.model import Model
from ihubkg.store import Store

Entry = Mapping[str, Any]
LEFT_OUT = {"not-found", "not-evidenced"}
NO_ENTRIES = {"amendments", "competency_questions"}
LANGUAGES = {"no": "nb"}
"""Tags of the facts files that this graph writes in another way."""

PRESENT = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?id WHERE { ?thing dcterms:identifier ?id }
"""
LABELS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?id ?label WHERE {
  ?thing skos:prefLabel|skos:altLabel ?label .
  OPTIONAL { ?thing dcterms:identifier ?id }
}
"""


def read(folder: Path) -> dict[str, list[Entry]]:
    """Return the entries of both files by the name of their list, those of `actors` flattened."""
    found: dict[str, list[Entry]] = {}
    for name in ("facts.yaml", "facts_additions.yaml"):
        content = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        content.update(content.pop("actors", {}))
        for key, entries in content.items():
            if isinstance(entries, list):
                found.setdefault(key, []).extend(entries)
    return found


def amended_labels(facts: Mapping[str, list[Entry]]) -> dict[str, str]:
    """Return the English labels that the amendments put in place of others, by identifier."""
    return {
        change["target"]: change["to"]
        for change in facts["amendments"]
        if change["field"] == "label" and isinstance(change.get("to"), str)
    }


def has_source(kind: str, entry: Entry) -> bool:
    """Say whether the facts files back this entry: a source is its own, a conflict has versions."""
    if kind == "sources":
        return True
    if kind == "conflicts":
        return all(version["refs"] for version in entry["versions"])
    return bool(entry.get("source"))


def rows(store: Store, query: str) -> Iterator[ox.QuerySolution]:
    """Yield the rows of a SELECT over the public graphs."""
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    yield from found


def problems(facts: Mapping[str, list[Entry]], store: Store) -> Iterator[str]:
    """Yield one sentence for each entry that is absent, wrongly present or wrongly named."""
    present = {row["id"].value for row in rows(store, PRESENT)}
    named: dict[str, set[str]] = {}
    anywhere: set[tuple[str, str]] = set()
    for row in rows(store, LABELS):
        anywhere.add((row["label"].value, row["label"].language))
        if row["id"] is not None and row["label"].language == "en":
            named.setdefault(row["id"].value, set()).add(row["label"].value)
    amended = amended_labels(facts)
    for kind, entries in facts.items():
        for entry in entries:
            name = entry.get("id")
            if kind in NO_ENTRIES or name is None:
                continue
            wanted = has_source(kind, entry) and entry.get("status") not in LEFT_OUT
            if wanted != (name in present):
                yield f"{name} ({kind}) is {'absent' if wanted else 'there without a source'}"
            label = amended.get(name, entry.get("label") or (kind == "sources" and entry["title"]))
            if wanted and name in present and label and label not in named.get(name, set()):
                yield f"{name} ({kind}) is not labelled {label!r} but {sorted(named.get(name, ()))}"
    yield from missing_labels(facts, anywhere)


def missing_labels(
    facts: Mapping[str, list[Entry]], anywhere: set[tuple[str, str]]
) -> Iterator[str]:
    """Yield one sentence for each label of any language that no thing has."""
    wanted = [(f"label of {e['concept']}", e["lang"], e["value"]) for e in facts["labels"]]
    for entries in facts.values():
        for entry in entries:
            for key, words in entry.items():
                if re.fullmatch("label_[a-z]{2}", key) and isinstance(words, str):
                    wanted.append((f"label of {entry['id']}", key[-2:], words))
    for what, language, words in wanted:
        tags = {language, LANGUAGES.get(language, language), "nn" if language == "no" else language}
        if not any((words, tag) in anywhere for tag in tags):
            yield f"{what}: {words!r}@{language} is absent"


@click.command()
@click.argument("shared", type=click.Path(path_type=Path), default="../shared")
def main(shared: Path) -> None:
    """Compare the packaged graph with the facts files in SHARED/domain."""
    folder = shared / "domain"
    if not (folder / "facts.yaml").is_file():
        click.echo(f"{folder} holds no facts.yaml: name the folder that does.", err=True)
        raise SystemExit(2)
    facts = read(folder)
    with Store.memory(Model.load()) as store:
        found = list(problems(facts, store))
    for line in found:
        click.echo(line)
    total = sum(len(v) for k, v in facts.items() if k not in NO_ENTRIES)
    click.echo(f"{total} entries, {len(found)} problems")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
