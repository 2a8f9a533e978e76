"""The notebook in `docs/` runs from its first cell to its last, and shows what it shows."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOK = Path(__file__).parent.parent.parent / "docs" / "notebook.ipynb"
RUN = Path(sys.executable).parent / "jupyter-execute"


def shown(notebook: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # nbformat's own
    """Return each cell that runs, with what stands below it as text."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            texts = [output.get("text") or output.data["text/plain"] for output in cell.outputs]
            found.append((cell.source, "\n".join(texts)))
    return found


def test_the_notebook_runs_and_shows_what_it_says(tmp_path: Path, update: bool) -> None:
    again = NOTEBOOK if update else tmp_path / "again.ipynb"
    command = [str(RUN), str(NOTEBOOK), "--output", str(again.with_suffix(""))]
    done = subprocess.run(
        command, cwd=NOTEBOOK.parent, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ran, kept = (nbformat.read(path, as_version=4) for path in (again, NOTEBOOK))  # type: ignore[no-untyped-call]
    assert shown(ran) == shown(kept)
    assert any(text for _, text in shown(kept))
