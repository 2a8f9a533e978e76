"""The command `ihubkg`: every verb is a module in `ihubkg.verbs`, read when it is first used.

What goes wrong is one plain line on standard error and exit code 2; `Verbs` is the one place that
sees to it.
"""

import ast
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from ihubkg import verbs
from ihubkg.errors import IhubError

INTERRUPTED = 130
"""What a program says that was stopped from the keyboard."""


class Verbs(click.Group):
    """The verbs, and what becomes of their errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        del ctx
        return sorted(module.name for module in iter_modules(verbs.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        verb = import_module(f"{verbs.__name__}.{cmd_name}").verb
        if not isinstance(verb, click.Command):
            raise TypeError(f"{cmd_name} is no verb")
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs with what their modules say first, without importing any."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that the arguments begin with, or name the nearest."""
        from rapidfuzz import process

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = [name for name, *_ in process.extract(args[0], self.list_commands(ctx), limit=2)]
            raise click.UsageError(
                f"There is no verb {args[0]}. Nearest: {', '.join(near)}. ihubkg --help lists all."
            )
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401  # click's own signature
    ) -> Any:  # noqa: ANN401
        """Run the command line; exit 2 with one line on stderr where it cannot be done."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        _write_what_can_be_written()
        try:
            sys.exit(super().main(args, prog_name, complete_var, False, **extra) or 0)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(INTERRUPTED)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
        except click.UsageError as error:
            said = error.format_message().rstrip(".")
            see = f" See {error.ctx.command_path} --help." if error.ctx else ""
            _complain(f"{said}.{see}")
        except click.ClickException as error:
            _complain(error.format_message())
        except IhubError as error:
            _complain(str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            _complain(f"{error.filename or 'The system'}: {error.strerror or error}.")
        except Exception as error:
            if "--traceback" in (sys.argv[1:] if args is None else args):
                raise
            kind = f"{type(error).__name__}: {error}"
            _complain(
                f"This is a fault of ihubkg, please report it ({kind}). "
                "ihubkg --traceback … shows where it came up."
            )
        sys.exit(2)


def _summary(name: str) -> str:
    """Return what the docstring of a verb's module says behind its name."""
    source = (Path(verbs.__path__[0]) / f"{name}.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(source)) or ""
    return said.partition(": ")[2].partition("\n")[0].rstrip(".")


def _write_what_can_be_written() -> None:
    """Put a question mark for a character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _complain(message: str) -> None:
    click.echo(f"ihubkg: {' '.join(message.split())}", err=True)


@click.group(
    cls=Verbs,
    name="ihubkg",
    subcommand_metavar="VERB …",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="ihubkg", prog_name="ihubkg")
@click.option("--traceback", is_flag=True, help="Show where in the program a fault came up.")
def main(traceback: bool) -> None:
    """Knowledge graph of the iHub4Schools mentoring framework: ask, query, check, serve it.

    \b
    Examples:
      ihubkg questions
      ihubkg ask methods-for-phase phase=mapping-needs
      ihubkg serve --data .data
    """
    del traceback  # `Verbs.main` looks for it, before and after parsing


if __name__ == "__main__":
    main(prog_name="ihubkg")
