"""schemathesis reads `/openapi.json` and asks whatever it allows, and what it does not.

    python tests/conformance/suite_openapi.py [SHARED] [schemathesis options]

Against a fresh service, with every check that schemathesis has but those that `schemathesis.toml`
gives a reason to leave out: answers are of the described status, type and schema, what is allowed
is answered, what is not is refused. Exit code 1 if anything was found.
"""

import subprocess
import sys
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.running import ROOT, service

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
OPTIONS = (
    "--phases=examples,coverage,fuzzing",
    "--max-examples=10",
    "--generation-deterministic",
    "--workers=2",
    "--request-timeout=60",
)


def main(options: list[str]) -> int:
    """Run schemathesis and return the exit code."""
    program = (sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION))
    with service() as running:
        document = f"{running.url}/openapi.json"
        httpx.get(document, timeout=120).raise_for_status()  # schemathesis waits for ten seconds
        done = subprocess.run([*program, "run", document, *OPTIONS, *options], cwd=ROOT)
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
