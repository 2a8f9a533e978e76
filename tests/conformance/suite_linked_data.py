"""Every IRI in the store, in every form: status, type, same triples, HEAD, label, source.

    python tests/conformance/suite_linked_data.py [SHARED] [URL]

Without URL a service is started on a temporary data folder. Exit code 1 if an IRI fails.
"""

import sys
from contextlib import nullcontext
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.running import service
from tests.conformance.walk import Walk, iris

MOST_TOLD = 50


def main(arguments: list[str]) -> int:
    """Walk, print the figures and the faults; return the exit code."""
    url = arguments[1] if len(arguments) > 1 else None
    with (
        service() if url is None else nullcontext() as running,
        httpx.Client(base_url=url or running.url, timeout=60) as client,  # type: ignore[union-attr]
    ):
        walk = Walk(client)
        walk.over(iris(client))
    for fault in walk.faults[:MOST_TOLD]:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(
        f"linked data: {walk.iris} IRIs in {walk.documents} documents, "
        f"{walk.held} trees held to a schema, {walk.structured} pages to the graph, "
        f"{walk.requests} requests, {len(walk.faults)} faults\n"
    )
    return 1 if walk.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
