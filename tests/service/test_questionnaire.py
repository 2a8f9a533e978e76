from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store
from service.questionnaire import PERSONAS, by_persona, calls, form, near, said, without


def test_a_text_is_said_in_the_best_language() -> None:
    text = {"en": "phase", "et": "etapp"}
    assert said(text, ("et",)) == "etapp"
    assert said(text, ("ka",)) == "phase"
    assert said({"et": "etapp"}, ("ka",)) == ""


def test_other_arguments_stay() -> None:
    assert without("a=1&b=2&a=3", {"b"}) == "a=1&a=3"
    assert near("metods", ["methods", "xyz"]) == ("methods",)


def test_every_question_is_under_one_persona(model: Model) -> None:
    groups = by_persona(model.questions.values(), ("en",))
    listed = [question.name for _, items in groups for question, _ in items]
    assert sorted(listed) == sorted(model.questions)
    assert [persona for persona, _ in groups] == list(PERSONAS)


def test_a_form_has_a_field_for_each_parameter(model: Model, store: Store) -> None:
    names = Names.of(store)
    for question in model.questions.values():
        fields = form(question, names, {}, (), ("en",))
        assert [field.parameter for field in fields] == list(question.parameters)
        assert all(field.label for field in fields)


def test_the_same_call_is_shown_for_each_program(model: Model) -> None:
    question = model.questions["disagreements"]
    shown = {call.name: call.text for call in calls(question, {"x": ["a b"]}, "http://h/")}
    assert shown["curl"] == "curl 'http://h/questions/disagreements.json?x=a+b'"
    assert 'kg.ask("disagreements", x="a b")' in shown["Python"]
    assert "disagreements.csv?x=a+b" in shown["R"]
