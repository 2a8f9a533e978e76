"""The files that pages load: style, scripts, fonts, pictures, each with a hash in its address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "static"

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
        ".txt": "text/plain",
    }
)


@dataclass(frozen=True)
class Asset:
    """One file: where it is, what it is, its hash, and since when it is so."""

    path: Path
    media_type: str
    digest: str
    modified: datetime


class Assets:
    """The files under `service/static/`, listed once; nothing else can be asked for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): Asset(
                path,
                MEDIA_TYPES[path.suffix],
                hashlib.sha256(path.read_bytes()).hexdigest()[:16],
                datetime.fromtimestamp(int(path.stat().st_mtime), UTC),
            )
            for path in sorted(folder.rglob("*"))
            if path.suffix in MEDIA_TYPES
        }

    def __contains__(self, name: str) -> bool:
        return name in self._assets

    def __getitem__(self, name: str) -> Asset:
        return self._assets[name]

    def address(self, name: str) -> str:
        """Return the path at which browsers may keep the file for ever."""
        return f"/static/{name}?v={self._assets[name].digest}"

    def digest(self) -> str:
        """Return one hash of all files."""
        total = "".join(f"{name}:{asset.digest};" for name, asset in self._assets.items())
        return hashlib.sha256(total.encode()).hexdigest()[:16]
