"""Why a question has no answer: the part that took the last row, and calls that have one."""

from collections.abc import Mapping
from typing import Any

from ihubkg import answer
from ihubkg.model import Model
from ihubkg.store import Store


def why(store: Store, model: Model, name: str, **given: str | list[str]) -> Mapping[str, Any]:
    found = answer.ask(store, model.questions[name], given)
    assert not found.rows
    assert found.why_empty is not None
    return found.why_empty


def test_the_part_that_removed_the_last_row_is_named(store: Store, model: Model) -> None:
    found = why(store, model, "methods-for-phase", phase="anchoring")
    *before, last = found["parts"]
    assert all(part["rows"] for part in before)
    assert last["rows"] == 0
    assert last["what"] == "an appraisal finds the method fitting for the phase"
    assert "appraisedPhase" in last["pattern"]
    assert last["what"] in found["message"]


def test_the_nearest_values_with_an_answer_are_offered(store: Store, model: Model) -> None:
    found = why(store, model, "methods-for-phase", phase="anchoring")
    assert found["instead"][0] == {
        "parameter": "phase",
        "value": "joint-planning",
        "label": "Joint planning",
    }
    for offer in found["instead"]:
        given = {offer["parameter"]: offer["value"]}
        assert answer.ask(store, model.questions["methods-for-phase"], given).rows


def test_a_longer_time_is_offered_as_people_say_it(store: Store, model: Model) -> None:
    found = why(store, model, "methods-within", time="10 min")
    assert found["instead"] == [{"parameter": "time", "value": "PT90M", "label": None}]
    assert found["parts"][-1]["what"] == "the shortest duration fits into the time"


def test_leaving_out_a_parameter_is_offered(store: Store, model: Model) -> None:
    found = why(store, model, "hub-and-pair-of-school", school="knappskog")
    assert found["instead"][0] == {"parameter": "school", "value": None, "label": None}
    assert "without school" in found["message"]


def test_an_offset_behind_the_last_row_is_no_riddle(store: Store, model: Model) -> None:
    found = why(store, model, "methods-for-phase", phase="mapping-needs", offset="500")
    assert found == {
        "message": "There are fewer than 501 rows: ask from the first.",
        "parts": [],
        "instead": [],
    }


def test_labels_are_in_the_language_of_the_reader(store: Store, model: Model) -> None:
    found = answer.ask(
        store, model.questions["steps-of-method"], {"method": "digipeda"}, languages=("et",)
    )
    assert found.why_empty is not None
    offered: Any = found.why_empty["instead"]
    assert "DigiKiirendi" in {offer["label"] for offer in offered}


def test_who_asks_for_no_rows_gets_no_reasons(store: Store, model: Model) -> None:
    given = {"phase": "anchoring", "limit": "0"}
    assert answer.ask(store, model.questions["methods-for-phase"], given).why_empty is None


def test_many_parameters_share_the_tries(store: Store, model: Model) -> None:
    """A call with all that the finder takes costs not much more than one with a single value."""
    asked = 0

    class Counting:
        version = store.version
        remember = staticmethod(store.remember)

        @staticmethod
        def query(text: str) -> object:
            nonlocal asked
            asked += 1
            return store.query(text)

    given = {
        "phase": "initiative",
        "time": "PT3H",
        "level": "between-schools",
        "roles": "teacher",
        "elements": "leadership",
        "country": "adjara",
        "count": "phase",
        "must": "phase",
    }
    found = answer.ask(Counting(), model.questions["method-finder"], given)  # type: ignore[arg-type]
    assert found.why_empty is not None
    assert {"parameter": "phase", "value": "joint-planning", "label": "Joint planning"} in (
        found.why_empty["instead"]  # type: ignore[operator]
    )
    assert asked < 100
