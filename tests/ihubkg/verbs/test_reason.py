from pathlib import Path

import pytest

from ihubkg import reason, terms
from ihubkg.errors import Unavailable
from ihubkg.store import Store
from tests.conftest import Cli


def inferred(store: Store) -> int:
    import pyoxigraph as ox

    graph = ox.NamedNode(terms.INFERRED)
    return sum(1 for _ in store.raw.quads_for_pattern(None, None, None, graph))


def test_what_follows_is_counted(cli: Cli, store: Store) -> None:
    result = cli("reason")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{inferred(store):,} of {len(store.raw):,} statements")


def test_a_data_folder_is_reasoned_over_anew(cli: Cli, filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    cli("backup", data, "--data", filled)
    result = cli("reason", "--data", data)
    assert result.exit_code == 0, result.stderr
    assert cli("diff", filled, data).exit_code == 0


@pytest.mark.parametrize(
    "name",
    ["id/method/digipeda", terms.thing("method", "digipeda")],
    ids=["path", "IRI"],
)
def test_why_a_fact_follows_is_told_down_to_what_is_asserted(
    name: str, cli: Cli, filled: Path
) -> None:
    result = cli("reason", "--explain", name, "--data", filled)
    assert result.exit_code == 0
    assert "Digipeda workshop is a member of the class design, because" in result.stdout
    assert "(asserted, graph curated)" in result.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("id/method/til", "suitedToPhase", "voc/phase/reflection"),
            "because has suitability, then appraised phase, gives suited to phase",
        ),
        (("id/method/til", "ihub:suitedToPhase"), "suited to phase – New perspectives, because"),
        (("id/method/til", "a", "Method"), "is a member of the class method (asserted"),
        (("id/observation/hub-fi-porvoo-teachers", "numericValue", "60"), "(asserted, graph cur"),
    ],
)
def test_one_statement_is_explained(
    words: tuple[str, ...], told: str, cli: Cli, filled: Path
) -> None:
    result = cli("reason", "--explain", *words, "--data", filled)
    assert result.exit_code == 0, result.stderr
    assert told in result.stdout
    assert "graph " in result.stdout


def test_what_the_graph_does_not_say_is_answered_with_what_it_says(cli: Cli, filled: Path) -> None:
    words = ("id/method/til", "suitedToPhase", "voc/phase/anchoring")
    result = cli("reason", "--explain", *words, "--data", filled)
    assert result.exit_code == 2
    assert "does not say" in result.stderr
    assert "It says: Teacher Innovation Laboratory – suited to phase – " in result.stderr
    result = cli("reason", "--explain", "id/method/til", "pairedWith", "--data", filled)
    assert "It says nothing by that property" in result.stderr
    result = cli("reason", "--explain", "id/method/til", "suitedPhase", "--data", filled)
    assert "has no property suitedPhase. Nearest: suitedToPhase," in result.stderr
    assert cli("reason", "suitedToPhase").exit_code == 2


def test_what_is_only_asserted_is_said_so(cli: Cli, filled: Path) -> None:
    result = cli("reason", "--explain", "ontology", "--data", filled)
    assert result.exit_code == 0
    assert "Nothing is inferred" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--explain", "id/method/none"), "says nothing about"),
        (("--explain", "a b"), "is not an IRI"),
        (("--explain", "ihub:Method", "--check"), "Choose --check or --explain"),
    ],
)
def test_what_cannot_be_explained_is_said(
    arguments: tuple[str, ...], message: str, cli: Cli, filled: Path
) -> None:
    result = cli("reason", *arguments, "--data", filled)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_packaged_graph_is_consistent(cli: Cli, filled: Path) -> None:
    result = cli("reason", "--check", "--data", filled)
    assert result.exit_code == 0, result.stdout + result.stderr
    assert result.stdout.startswith("consistent\n0 unsatisfiable classes\n")


def test_without_java_it_is_said_how_to_get_it(
    cli: Cli, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Path:
        raise Unavailable(reason.NO_JAVA)

    monkeypatch.setattr(reason, "find_java", none)
    result = cli("reason", "--check", "--data", filled)
    assert result.exit_code == 2
    assert "pip install 'ihubkg[java]'" in result.stderr
