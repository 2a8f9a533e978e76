"""`ihubkg template`: tables to fill in."""

import json
from pathlib import Path

from click.testing import CliRunner

from ihubkg.cli import main


def test_a_template_goes_to_a_file_and_back_through_validate(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    runner = CliRunner()
    assert runner.invoke(main, ["template", "schools", "--out", str(path)]).exit_code == 0
    found = runner.invoke(main, ["validate", str(path)])
    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "Everything conforms.")
    with path.open("a") as table:
        table.write("x,,X School,,,,,,,,,,,ES,estonia,,,web-estonia-list\r\n")
    found = runner.invoke(main, ["validate", str(path)])
    assert found.exit_code == 1
    assert f"{path}:N5: violation: X School, country: Name the country" in found.output


def test_the_mapping_is_printed(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["template", "methods", "--metadata"])
    assert json.loads(found.stdout)["url"] == "methods.csv"
    assert "methods" in CliRunner().invoke(main, ["template"]).stdout


def test_an_unknown_table_is_named_with_the_nearest() -> None:
    found = CliRunner().invoke(main, ["template", "method"])
    assert found.exit_code == 2
    assert "Nearest: methods" in found.output
