"""The door: find the command, run it, say in one line what went wrong."""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from daemon.commands.exits import Exit, exit_for
from daemon.commands.table import COMMANDS


class LazyGroup(TyperGroup):
    """Imports the module of a command when that command is asked for, and no other."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name][0]).app)
        command.name = cmd_name
        return command

    @override
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _tell_version(asked: bool) -> None:  # noqa: FBT001  typer calls it so
    if asked:
        sys.stdout.write(f"newsd {_version()}\n")
        raise typer.Exit


def _version() -> str:
    try:
        return version("newsd")
    except PackageNotFoundError:  # run from a source tree
        return "(not installed)"


app = typer.Typer(cls=LazyGroup, rich_markup_mode=None, add_completion=False)


@app.callback(
    epilog="--config FILE, --database URL and --json may stand before a command or behind it. "
    "Begin with: newsd demo"
)
def newsd(
    *,
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which newsd."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from (a traceback).")
    ] = False,
) -> None:
    """Feeds in; clean, de-duplicated, tagged, dated articles out, in SQL."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; `argv` is without the program's name."""
    _open_streams()
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    args = ["--help" if arg == "-h" else arg for arg in args if arg != "--debug"]
    args = _command_first(args) or ["--help"]
    try:
        result = app(args, prog_name="newsd", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # whoever read us has enough; typer exits at it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.RAN
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", Exit.INTERRUPTED)
    except typer.TyperException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", "newsd")
        said = error.format_message().replace("Value error, ", "")
        return _fail(f"{said} ({path} --help)", Exit.USAGE)
    except Exception as error:  # noqa: BLE001  the last stop: any error is one line and a status
        if debug:
            traceback.print_exc()
        return _explain(error)
    return result if isinstance(result, int) else Exit.RAN


def _open_streams() -> None:
    """A stream that was closed (`2>&-`) goes nowhere, and its number to no file of ours."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def _command_first(args: list[str]) -> list[str]:
    """`newsd --config FILE once` means `newsd once --config FILE`."""
    at = next((at for at, arg in enumerate(args) if arg in COMMANDS), 0)
    shared = bool(args) and args[0].partition("=")[0] in {"--config", "--database", "--json"}
    return args[at:] + args[:at] if shared else args


def _explain(error: Exception) -> Exit:
    """One line for whatever was raised; a group is as bad as its first."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    status = exit_for(error)
    if status is not Exit.INTERNAL:
        return _fail(str(error), status)
    return _fail(f"internal error: {type(error).__name__}: {error} (--debug tells more)", status)


def _fail(message: str, status: Exit) -> Exit:
    sys.stderr.write(f"newsd: {' '.join(message.split())}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
