"""`ihubkg completion`: what a shell needs to complete verbs, questions and values."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


@click.command("completion")
@click.argument("shell", type=click.Choice([*_SHELLS]))
@click.pass_context
def verb(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete verbs, questions and values.

    \b
    Examples:
      eval "$(ihubkg completion bash)"
      ihubkg completion fish > ~/.config/fish/completions/ihubkg.fish
    """
    script = _SHELLS[shell](context.find_root().command, {}, "ihubkg", "_IHUBKG_COMPLETE")
    click.echo(script.source())
