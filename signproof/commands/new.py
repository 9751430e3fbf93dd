"""`signproof new`: a file to start from."""

from __future__ import annotations

import keyword
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from signproof.terminal import notice
from signproof.theory.misuse import Misuse

EPILOG = "Examples:  signproof new claim faster_rate  |  signproof new variant my_sign"


class Kind(StrEnum):
    claim = "claim"
    variant = "variant"


def command(
    kind: Annotated[Kind, typer.Argument(help="A theorem to judge, or an optimizer to test.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name: letters, digits and _.")],
) -> None:
    """Write NAME.py, commented and ready to run, to this folder; an existing file is never overwritten."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Misuse(f"{name!r} cannot be the name of a module: use letters, digits and _, starting with a letter")
    path = Path(f"{name}.py")
    starter = Path(__file__).parents[1] / "starters" / f"{kind}.py.txt"
    text = starter.read_text(encoding="utf-8").replace("{file}", str(path)).replace("{name}", name)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise Misuse(f"{path} already exists; choose another name, or remove it") from None
    except OSError as error:
        raise Misuse(f"cannot write {path}: {error.strerror}") from None
    run = f"verify {path}" if kind is Kind.claim else f"variant {path}:{name} --claims 'scaled-sign/theorem-1.*'"
    notice(f"written: {path}. Next:  signproof {run}")
