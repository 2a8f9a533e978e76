"""Where the packaged files are: the checkout's root, or `ihubkg/files/` of an installed wheel."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

FOLDERS: tuple[str, ...] = ("ontology", "shapes", "data", "queries")
"""The folders that hold the product: what exists, what is required, what is known, what to ask."""

_SUFFIXES = frozenset({".ttl", ".rq"})


def root() -> Path:
    """Return the folder that holds `ontology/ shapes/ data/ queries/`."""
    packaged = Path(__file__).parent / "files"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


def walk(folder: Path | None = None) -> Iterator[Path]:
    """Yield every packaged Turtle and query file under `folder`, in the order of their paths."""
    top = root() if folder is None else folder
    for name in FOLDERS:
        yield from sorted(path for path in (top / name).rglob("*") if path.suffix in _SUFFIXES)


def digest(folder: Path | None = None) -> str:
    """Return the SHA-256 of all packaged files: their paths and bytes, 64 hexadecimal digits."""
    top = root() if folder is None else folder
    total = hashlib.sha256()
    for path in walk(top):
        content = path.read_bytes()
        total.update(f"{path.relative_to(top).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
