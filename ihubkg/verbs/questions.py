"""`ihubkg questions`: what the graph can be asked."""

import json

import click

from ihubkg import terminal, verbs
from ihubkg.errors import NotFound
from ihubkg.question import Question


@click.command("questions")
@click.option("--persona", help="Only the questions of one persona, such as mentor.")
@verbs.format_option(["table", "json"], "table")
def verb(persona: str | None, form: str) -> None:
    """List the questions that the graph answers.

    \b
    Examples:
      ihubkg questions
      ihubkg questions --persona mentor
    """
    known = verbs.known_questions().values()
    found = [item for item in known if persona is None or persona.lower() in item.persona]
    if not found:
        personas = sorted({name for item in known for name in item.persona})
        raise NotFound(f"No question is for {persona}. There are: {', '.join(personas)}.", personas)
    if form == "json":
        verbs.write_text(json.dumps({"questions": [_described(item) for item in found]}, indent=2))
        return
    rows = [(item.name, _call(item), item.summary["en"]) for item in found]
    verbs.write_text(terminal.table(["name", "parameters", "question"], rows))


def _described(question: Question) -> dict[str, object]:
    return {
        "name": question.name,
        "summary": question.summary["en"],
        "persona": list(question.persona),
        "parameters": [
            {"name": item.name, "type": str(item.type), "required": item.required}
            for item in question.parameters
        ],
        "results": [{"name": item.name, "type": str(item.type)} for item in question.results],
    }


def _call(question: Question) -> str:
    """Return how a question is called: its required parameters, the others in brackets."""
    return " ".join(
        f"{item.name}=…" if item.required else f"[{item.name}=…]" for item in question.parameters
    )
