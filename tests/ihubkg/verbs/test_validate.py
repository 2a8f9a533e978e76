"""`ihubkg validate` says where, what and how to mend it; its exit code says whether it conforms."""

import subprocess
import sys
from pathlib import Path

import jsonschema
import orjson
import pytest

from tests.conftest import Cli

BROKEN = """@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/ihub4schools/id/duration/digipeda>
    a ihub:DurationRange ;
    skos:prefLabel "Duration of Digipeda" ;
    ihub:minimumDuration 5 ;
    ihub:maximumDuration 3 ;
    ihub:unit "hours" ;
    ihub:hasCitation
        <https://w3id.org/ihub4schools/id/citation/seed-newsletter2-school-mentoring-model-part-2> .
"""


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ihubkg.cli", "validate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.ttl"
    path.write_text(BROKEN)
    return path


def test_a_broken_file_is_shown_line_by_line_with_fixes(broken: Path) -> None:
    found = run(broken)
    text = found.stdout.decode()
    assert found.returncode == 1, found.stderr
    assert f"{broken}:7:26: violation: " in text
    assert f"{broken}:9:15: violation: " in text
    assert "fix: Let the two values change places" in text
    assert "fix: Choose “hour”" in text


def test_sarif_is_valid(broken: Path) -> None:
    schema = Path(__file__).parents[4] / "shared" / "conformance" / "sarif"
    log = orjson.loads(run(broken, "--format", "sarif").stdout)
    result = log["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    if schema.is_dir():
        definition = orjson.loads((schema / "sarif-schema-2.1.0.json").read_bytes())
        definition.pop("$id", None)
        jsonschema.Draft7Validator(definition).validate(log)


def test_what_cannot_be_read_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "odd.ttl"
    path.write_text("<s:1> <s:2> \n")
    found = run(path)
    assert found.returncode == 2
    assert f"{path}:" in found.stdout.decode()


def test_a_packaged_file_conforms() -> None:
    root = Path(__file__).parents[3]
    found = run(root / "data" / "curated" / "methods" / "digipeda.ttl", "--format", "json")
    assert found.returncode == 0, found.stdout
    assert orjson.loads(found.stdout)["conforms"] is True


def test_the_whole_graph_is_also_what_stands_in_no_named_one(tmp_path: Path) -> None:
    """Triples that were loaded without a graph are published, so they are checked."""
    school = "https://w3id.org/ihub4schools/id/school/one"
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    loaded = tmp_path / "one.nt"
    loaded.write_text(f"<{school}> <{kind}> <https://w3id.org/ihub4schools/ontology#School> .\n")
    command = [
        sys.executable,
        "-m",
        "ihubkg.cli",
        "load",
        str(loaded),
        "--data",
        f"{tmp_path}/data",
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    found = run("--all", "--data", tmp_path / "data", "--format", "json")
    assert found.returncode == 1
    violations = [
        problem
        for problem in orjson.loads(found.stdout)["problems"]
        if problem["severity"] == "Violation"
    ]
    assert {problem["focus"] for problem in violations} == {school}


def test_files_or_all_must_be_named() -> None:
    found = run()
    assert found.returncode == 2
    assert b"--all" in found.stderr


def test_a_folder_is_no_file(cli: Cli, tmp_path: Path) -> None:
    result = cli("validate", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"ihubkg: {tmp_path} is a folder: name the files in it.\n"
