"""`ihubkg completion`: what a shell needs to complete verbs, questions and values.

Values are written `name=value`. bash breaks words at the equals sign, and both bash and zsh put a
space behind what they complete: their scripts are told better here.
"""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete


class Bash(BashComplete):
    """Completion in bash; the words are read from the line, where `=` breaks none."""

    source_template = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" response completion type value words kept=""
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    local current="${words[${#words[@]}-1]}"
    [[ $COMP_WORDBREAKS == *=* && $current == *=* ]] && kept="${current%%%%=*}="
    response=$(env COMP_WORDS="$line" COMP_CWORD=$((${#words[@]} - 1)) \
%(complete_var)s=bash_complete "$1")
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                [[ $value == *= ]] && compopt -o nospace
                COMPREPLY+=("${value#"$kept"}") ;;
        esac
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Zsh(ZshComplete):
    """Completion in zsh; behind `name=` comes no space."""

    source_template = ZshComplete.source_template.replace(
        "completions_with_descriptions -U",
        "completions_with_descriptions -U ${${(M)completions_with_descriptions:#*=:*}:+-S ''}",
    )


_SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": FishComplete}


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
