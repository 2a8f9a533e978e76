import runpy
import subprocess
import sys
from pathlib import Path


def test_importing_it_starts_nothing() -> None:
    assert "uvicorn" in runpy.run_module("service.__main__", run_name="imported")


def test_it_takes_the_settings_of_the_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service"],
        cwd=Path(__file__).parent.parent.parent,
        env={"IHUBKG_WORKERS": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "IHUBKG_WORKERS" in done.stderr
