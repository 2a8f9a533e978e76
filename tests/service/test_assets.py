import re
from pathlib import Path

import pytest

from service.assets import Assets


def test_the_address_changes_with_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a {}")
    first = Assets(tmp_path)
    (tmp_path / "site.css").write_text("b {}")
    second = Assets(tmp_path)
    assert first.address("site.css").startswith("/static/site.css?v=")
    assert first.address("site.css") != second.address("site.css")
    assert first.digest() != second.digest()


def test_only_listed_files_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text("a {}")
    (tmp_path / "static" / "notes.md").write_text("private")
    (tmp_path / "secret.css").write_text("private")
    assets = Assets(tmp_path / "static")
    assert "site.css" in assets
    assert "notes.md" not in assets
    assert "../secret.css" not in assets
    with pytest.raises(KeyError):
        assets["../secret.css"]


def test_the_style_asks_no_other_host() -> None:
    style = Assets()["site.css"].path.read_text()
    assert "@import" not in style
    assert re.findall(r"url\(\s*[\"']?(?:[a-z]+:|//)", style) == []
