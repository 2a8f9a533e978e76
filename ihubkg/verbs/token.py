"""`ihubkg token`: tokens of access."""

from pathlib import Path

import click

from ihubkg import verbs
from ihubkg.access import DAYS, MOST_DAYS, ROLES, Access, Role
from ihubkg.errors import NotFound


@click.group("token")
def verb() -> None:
    """Make, list and revoke tokens of access; they are valid at once, also on a running service.

    \b
    Examples:
      ihubkg token create --name anna --role maintainer --data .data
      ihubkg token list --data .data
      ihubkg token revoke anna --data .data
    """


@verb.command("create")
@click.option("--name", required=True, help="Who it is for; the ledger names them.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What it may be used for.")
@click.option(
    "--days",
    default=DAYS,
    show_default=True,
    type=click.IntRange(1, MOST_DAYS),
    help="How long it is valid.",
)
@verbs.OWN_DATA
def create(name: str, role: Role, days: int, data: Path) -> None:
    """Make a token and print it, alone; it is not kept and cannot be shown again.

    \b
    Example:
      TOKEN=$(ihubkg token create --name anna --role maintainer --data .data)
    """
    click.echo(Access.of(data).create(name, role, days=days))


@verb.command("list")
@verbs.OWN_DATA
def show(data: Path) -> None:
    """List the holders of tokens, with role, last characters, and until when they are valid.

    \b
    Example:
      ihubkg token list --data .data
    """
    for holder in _existing(data).holders():
        state = f"revoked {holder.revoked}" if holder.revoked else f"until {holder.expires}"
        click.echo(f"{holder.name}\t{holder.role}\t…{holder.end}\t{state}")


@verb.command("revoke")
@click.argument("name")
@verbs.OWN_DATA
def revoke(name: str, data: Path) -> None:
    """Make the token of NAME invalid, at once.

    \b
    Example:
      ihubkg token revoke anna --data .data
    """
    _existing(data).revoke(name)
    click.echo(f"The token of {name} is no longer valid.")


def _existing(data: Path) -> Access:
    """Return the tokens of a data folder, which is not made where there is none."""
    if not data.exists():
        raise NotFound(f"There is no data folder {data}.")
    return Access.of(data)
