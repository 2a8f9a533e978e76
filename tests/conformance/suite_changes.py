"""A client of change feeds that we did not write reads `/changes` and rebuilds the dataset.

    python tests/conformance/suite_changes.py [SHARED]

npm's ldes-client reads the feed of a fresh service to the end, then what a publication added. Exit
code 1 if what it read is not the dataset, 2 where the client is not installed (make clients).
"""

import subprocess
import sys
from pathlib import Path

import httpx
import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.clients import FOLDER, NODE
from tests.conformance.rebuilding import Rebuilt
from tests.conformance.running import Running, service

UPDATES = (
    """PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>
    DELETE { GRAPH <https://w3id.org/ihub4schools/graph/curated> { ?s ihub:methodFormat ?o } }
    INSERT { GRAPH <https://w3id.org/ihub4schools/graph/curated> {
      <https://w3id.org/ihub4schools/id/method/digipeda> ihub:targetLevel [ a ihub:Descriptor ] } }
    WHERE { GRAPH ?g { ?s ihub:methodFormat ?o } }""",
    "INSERT DATA { <https://example.org/a> <https://example.org/b> [ <https://example.org/c> 1 ] }",
    "DELETE WHERE { <https://example.org/a> <https://example.org/b> ?o . ?o ?p ?v }",
    """DELETE WHERE { GRAPH <https://w3id.org/ihub4schools/graph/source/slate> { ?s ?p ?o } }""",
)


def main() -> int:
    """Read, rebuild, compare; before publications and after; return the exit code."""
    if not (NODE and (FOLDER / "node_modules" / "ldes-client").is_dir()):
        sys.stderr.write("ldes-client is not here: make clients installs it.\n")
        return 2
    with service() as running:
        good = _same(running, "the packaged graph")
        for update in UPDATES:
            answer = httpx.post(
                f"{running.url}/sparql",
                data={"update": update},
                headers=running.authorization,
                timeout=60,
            )
            answer.raise_for_status()
        good &= _same(running, f"{len(UPDATES)} publications later")
    return 0 if good else 1


def _same(running: Running, when: str) -> bool:
    read = subprocess.run(
        [NODE, "changes.mjs", f"{running.url}/changes"],
        cwd=FOLDER,
        check=True,
        capture_output=True,
    )
    rebuilt = Rebuilt()
    rebuilt.read(ox.parse(read.stdout, format=ox.RdfFormat.N_QUADS))
    held = httpx.get(f"{running.url}/dumps/", headers={"accept": "application/json"}, timeout=60)
    version = str(held.json()["version"])
    verdict = "the same dataset" if rebuilt.version == version else "ANOTHER DATASET"
    sys.stdout.write(f"changes, {when}: {len(rebuilt.members)} members read, {verdict}\n")
    return rebuilt.version == version


if __name__ == "__main__":
    sys.exit(main())
