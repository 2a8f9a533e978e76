"""Walk the two facts files and name what is missing in the graph, or should not be in it.

Every entry that has a source is in the graph under its identifier, with its English label; every
label in any language is there; each entry is cited at the very places that the files name, and each
figure, duration and step stands as they give it; entries without a source, and those that say "not
found" or "not evidenced", are not. Run `python tests/conformance/suite_facts.py [SHARED]`;
SHARED/domain holds `facts.yaml` and `facts_additions.yaml`. Exit code 1 names what differs, 2 says
that the folder is absent.
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
from ihubkg.terms import expand, thing

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


NO_CITATIONS = NO_ENTRIES | {"sources", "conflicts", "labels"}
COUNTS = (
    *("schools", "teachers", "leaders", "mentors"),
    *("startups", "city_coordinators", "ict_teachers"),
)
"""What hubs count in the facts files."""


class Graph:
    """What the graph says, looked up from a thing by the CURIE of a property."""

    def __init__(self, store: Store) -> None:
        self._raw = store.raw
        self.of: dict[str, list[ox.NamedNode]] = {}
        node = ox.NamedNode(expand("dcterms:identifier"))
        for quad in store.raw.quads_for_pattern(None, node, None):
            if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
                self.of.setdefault(quad.object.value, []).append(quad.subject)

    def values(self, subject: object, curie: str) -> list[object]:
        """Return the values of a property of a thing."""
        node = ox.NamedNode(expand(curie))
        found = self._raw.quads_for_pattern(subject, node, None)  # type: ignore[arg-type]
        return [quad.object for quad in found]

    def texts(self, subject: object, curie: str) -> list[str]:
        """Return the values of a property as text."""
        return [str(getattr(value, "value", value)) for value in self.values(subject, curie)]

    def cited(self, name: str) -> set[tuple[str, str]]:
        """Return source and place of every passage of the things with an identifier."""
        return {
            (source, place)
            for subject in self.of.get(name, ())
            for curie in ("dcterms:source", "ihub:hasCitation")
            for passage in self.values(subject, curie)
            for cited in self.values(passage, "ihub:citesSource")
            for source in self.texts(cited, "dcterms:identifier")
            for place in self.texts(passage, "ihub:locator")
        }


def uncited(facts: Mapping[str, list[Entry]], graph: Graph) -> Iterator[str]:
    """Yield one sentence for each place that an entry names and the graph does not cite."""
    for kind, entries in facts.items():
        if kind in NO_CITATIONS:
            continue
        for entry in entries:
            name = entry.get("id")
            if name is None or entry.get("status") in LEFT_OUT:
                continue
            wanted = {(one["ref"], one["where"]) for one in entry.get("source") or ()}
            for source, place in sorted(wanted - graph.cited(name) - graph.cited(f"claim-{name}")):
                yield f"{name} ({kind}) is not cited at {source}, {place!r}"


def wrong_figures(facts: Mapping[str, list[Entry]], graph: Graph) -> Iterator[str]:
    """Yield one sentence for each figure, duration or step that stands otherwise in the graph."""
    for entry in facts["evidence"]:
        given = entry.get("value")
        plain = given.values() if isinstance(given, Mapping) else ()
        wanted = {float(one) for one in plain if isinstance(one, int | float)}
        found = {
            float(value)
            for item in graph.of.get(entry["id"], ())
            for observation in graph.values(item, "ihub:reportsObservation")
            for value in graph.texts(observation, "ihub:numericValue")
        }
        if wanted - found:
            yield f"{entry['id']} reports {sorted(found)}, not {sorted(wanted)}"
    for hub in facts["hubs"]:
        for key in COUNTS:
            if hub.get("status") in LEFT_OUT or hub.get(key) is None:
                continue
            slug = f"{hub['id']}-{key.replace('_', '-')}"
            told = set(graph.texts(ox.NamedNode(thing("observation", slug)), "ihub:numericValue"))
            if {float(one) for one in told} != {float(hub[key])}:
                yield f"{hub['id']} counts {sorted(told)} {key}, not {hub[key]}"
    restated = {one["target"] for one in facts["amendments"] if one["field"] == "steps_basis"}
    for method in facts["methods"]:
        yield from _wrong_method(method, graph, restated)


def _wrong_method(method: Entry, graph: Graph, restated: set[str]) -> Iterator[str]:
    """Yield what differs in duration and steps of one method; `restated` have other steps now."""
    for node in graph.of.get(method["id"], ()):
        given = method.get("duration")
        told = [
            (
                [float(one) for one in graph.texts(time, "ihub:minimumDuration")],
                [float(one) for one in graph.texts(time, "ihub:maximumDuration")],
                [one.rpartition("/")[2] for one in graph.texts(time, "ihub:unit")],
            )
            for time in graph.values(node, "ihub:typicalDuration")
        ]
        if given and ([float(given["min"])], [float(given["max"])], [given["unit"]]) not in told:
            yield f"{method['id']} takes {told}, not {given}"
        steps = graph.values(node, "ihub:hasStep")
        wanted = () if method["id"] in restated else method.get("steps") or ()
        labels = {label.lower() for step in steps for label in graph.texts(step, "skos:prefLabel")}
        for step in wanted:
            if step.lower() not in labels:
                yield f"{method['id']} has no step {step!r} but {sorted(labels)}"


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
        graph = Graph(store)
        found = [*problems(facts, store), *uncited(facts, graph), *wrong_figures(facts, graph)]
    for line in found:
        click.echo(line)
    total = sum(len(v) for k, v in facts.items() if k not in NO_ENTRIES)
    places = sum(
        len(entry.get("source") or ())
        for kind, entries in facts.items()
        if kind not in NO_CITATIONS
        for entry in entries
    )
    click.echo(f"{total} entries, {places} places cited, {len(found)} problems")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
