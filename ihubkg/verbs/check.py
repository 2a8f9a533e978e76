"""`ihubkg check`: the packaged files against every gate that needs no test."""

import click

from ihubkg import terminal, verbs


@click.command("check")
@click.pass_context
def verb(context: click.Context) -> None:
    """Check ontology, schemes, shapes and data of this checkout: file, line, rule, what to do.

    Runs the queries of queries/hygiene/, the shapes on everything at once, and the axioms: facts
    that clash, classes that can have no member. Exit 1 where anything is wrong.

    \b
    Examples:
      ihubkg check
      ihubkg check | grep data/curated/methods
    """
    from ihubkg import hygiene
    from ihubkg.model import Model

    model = Model.load()
    with verbs.reading(None) as store, terminal.waiting("Checking"):
        findings = hygiene.inspect(store, model)
    for fault in findings.faults:
        click.echo(str(fault))
    click.echo(str(findings))
    context.exit(int(bool(findings.faults)))
