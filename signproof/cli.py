"""The command line. Heavy imports wait until a command needs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console

from signproof.interruption import exit_code, terminable
from signproof.terminal import CHANGED, MISUSE, OK, visible
from signproof.theory.misuse import Misuse, named

COMMANDS = (
    "verify",
    "list",
    "show",
    "export",
    "search",
    "campaign",
    "replay",
    "check",
    "recheck",
    "compare",
    "report",
    "variant",
    "new",
    "tightness",
    "experiment",
    "distributed",
    "errata",
    "counterexamples",
)
"""In the order in which --help lists them; each is a file in `signproof/commands`."""
COMPLETING = "_SIGNPROOF_COMPLETE"
"""The variable by which a shell asks for completions."""
COMPILING = (
    "verify",
    "search",
    "campaign",
    "replay",
    "recheck",
    "variant",
    "tightness",
    "experiment",
    "counterexamples",
)
"""Those that run what JAX compiles."""

BEGIN = """signproof tells whether a convergence claim about a sign-type optimizer is true, and shows why.

  signproof verify 'scaled-sign/theorem-1.*'   judge three theorems, each in seconds
  signproof show scaled-sign/theorem-1.2       one of them, with its proof
  signproof new claim faster_rate              your own theorem: a file to start from, faster_rate.py
  signproof verify faster_rate.py --html out   is it true? with a report to read
  signproof new variant my_sign                your own optimizer, an optax transformation: my_sign.py

signproof --help lists all commands, signproof COMMAND --help its options."""
"""What `signproof` alone prints."""

app = typer.Typer(
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find out whether a convergence claim about a sign-type optimizer is true.",
    epilog="Exit codes: 0 as expected, 1 a verdict changed or a claim of yours was refuted, 2 misuse, "
    "3 a proof and a witness contradict each other, 130 interrupted, 143 terminated.",
)


def _ending(name: str, command: Callable[..., None]) -> Callable[..., None]:
    """The command; interrupted, it ends with the exit code of the signal. Typer would take every one for Ctrl-C."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        if name in COMPILING and not options.get("no_store") and not os.environ.get("SIGNPROOF_NO_STORE"):
            from signproof.store import keep_compiled

            keep_compiled()
        try:
            command(*arguments, **options)
        except KeyboardInterrupt as interruption:
            raise typer.Exit(exit_code(interruption)) from None

    return run


for name in COMMANDS:
    module = import_module(f"signproof.commands.{name}")
    if hasattr(module, "app"):  # it has commands of its own
        for each in module.app.registered_commands:
            each.callback = _ending(name, each.callback)
        app.add_typer(module.app, name=name, epilog=module.EPILOG)
    else:
        app.command(name, epilog=module.EPILOG)(_ending(name, module.command))


@app.callback(invoke_without_command=True)
def _signproof(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"signproof {installed('signproof')}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        print(BEGIN)


def main() -> None:
    """Run the command line; whatever the user did wrong is one line on standard error and exit code 2."""
    try:
        with terminable():
            code = app(standalone_mode=False, prog_name="signproof")
    except KeyboardInterrupt as interruption:
        code = exit_code(interruption)
    except Misuse as error:
        code = _fail(str(error))
    except OSError as error:
        what = "write the output" if error.filename is None else f"use {error.filename}"
        code = _fail(f"cannot {what}: {error.strerror or named(error)}")
    except SystemExit as error:  # Typer raises none here: some code of the user's does, and that is no success
        if isinstance(error.__context__, BrokenPipeError):  # whoever reads has closed the pipe, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CHANGED)
        if COMPLETING in os.environ:  # a shell asks what comes next
            raise
        code = _fail(f"code that was run here exited with {named(error)}")
    except Exception as error:
        message = getattr(error, "format_message", None)  # what Typer raises for a wrong option or argument
        if message is None:
            raise
        said = message().replace("Value error, ", "").rstrip(".")  # what Pydantic puts before what Typer says
        code = _fail(f"{said}. See `signproof --help`.")
    sys.exit(_flushed(code if isinstance(code, int) else OK))


def _flushed(code: int) -> int:
    """The exit code, once all that was printed is written; if it cannot be, that is said, too."""
    try:
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        fail, code = None, CHANGED
    except OSError as error:
        fail, code = f"cannot write the output: {error.strerror}", MISUSE
    with suppress(OSError):  # Python would try once more, and say so
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code if fail is None else _fail(fail)


def _fail(message: str) -> int:
    text = visible(" ".join(message.split()))
    Console(stderr=True, soft_wrap=True).print(f"signproof: {text}", markup=False, highlight=False)
    return MISUSE
