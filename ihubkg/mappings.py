"""The mappings of the ontology and its schemes as one SSSOM table.

SSSOM (https://mapping-commons.github.io/sssom/spec-model/) is tab-separated, below metadata in
YAML behind `#`. Closeness of terms, an annotation of ours in the ontology, is skos:closeMatch here.
"""

import csv
from io import StringIO

import pyoxigraph as ox
import yaml

from ihubkg.store import Store
from ihubkg.terms import BASE, PREFIXES, split

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
)
JUSTIFICATION = "semapv:ManualMappingCuration"


def sssom(store: Store, query: str, *, version: str) -> str:
    """Return the table of what `query`, the view `mappings`, finds in `store`.

    `version` is that of the ontology. The same dataset gives the same text.
    """
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - the view is a SELECT
    rows, used = [], {"semapv", "skos"}
    for solution in solutions:
        names = [_name(solution[column], used) for column in ("subject", "predicate", "object")]
        labels = [_text(solution[column]) for column in ("subject_label", "object_label")]
        rows.append((names[0], labels[0], names[1], names[2], labels[1], JUSTIFICATION))
    out = StringIO(newline="")
    out.writelines(f"#{line}\n" for line in _metadata(used, version).splitlines())
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows)
    return out.getvalue()


def _metadata(used: set[str], version: str) -> str:
    prefixes = {**PREFIXES, "semapv": "https://w3id.org/semapv/vocab/", "ihubvoc": BASE + "voc/"}
    fields = {
        "mapping_set_id": BASE + "mappings",
        "mapping_set_version": version,
        "mapping_set_title": "Mappings of the iHub4Schools ontology and its schemes",
        "creator_label": ["ihubkg contributors"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "curie_map": {name: prefixes[name] for name in sorted(used)},
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def _name(node: object, used: set[str]) -> str:
    """Return an IRI as a CURIE, or whole where no prefix fits; note the prefix in `used`."""
    iri = node.value if isinstance(node, ox.NamedNode) else ""
    if iri.startswith(BASE + "voc/"):
        used.add("ihubvoc")
        return "ihubvoc:" + iri.removeprefix(BASE + "voc/")
    if parts := split(iri):
        used.add(parts[0])
        return ":".join(parts)
    return iri


def _text(node: object) -> str:
    return node.value if isinstance(node, ox.Literal) else ""
