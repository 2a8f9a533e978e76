import json

from ihubkg.model import Model
from tests.conftest import Cli


def test_all_questions_are_listed_with_their_parameters(cli: Cli, model: Model) -> None:
    result = cli("questions")
    assert result.exit_code == 0
    listed = {line.split()[0] for line in result.stdout.splitlines()[2:]}
    assert listed == set(model.questions)
    assert "phase=…" in result.stdout
    assert "[before=…]" in result.stdout


def test_json_has_the_shape_of_the_contract(cli: Cli, model: Model) -> None:
    found = json.loads(cli("questions", "--format", "json").stdout)["questions"]
    assert len(found) == len(model.questions)
    assert all(
        item.keys() == {"name", "summary", "persona", "parameters", "results"} for item in found
    )
    (suits,) = (item for item in found if item["name"] == "methods-for-phase")
    assert suits["parameters"][0] == {
        "name": "phase",
        "type": "concept of phase",
        "required": True,
    }


def test_a_persona_narrows_the_list(cli: Cli, model: Model) -> None:
    result = cli("questions", "--persona", "Mentor")
    listed = {line.split()[0] for line in result.stdout.splitlines()[2:]}
    assert listed == {
        name for name, question in model.questions.items() if "mentor" in question.persona
    }
    assert 0 < len(listed) < len(model.questions)


def test_an_unknown_persona_names_those_there_are(cli: Cli) -> None:
    result = cli("questions", "--persona", "astronaut")
    assert result.exit_code == 2
    assert "mentor" in result.stderr
