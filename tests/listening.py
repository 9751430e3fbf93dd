"""`signproof` started so that it hears signals: a shell lets what it runs in the background ignore Ctrl-C."""

from __future__ import annotations

import sys

HEARS = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from signproof.cli import main
main()
"""


def command(*arguments) -> list[str]:
    """The command line with these arguments."""
    return [sys.executable, "-c", HEARS, *map(str, arguments)]
