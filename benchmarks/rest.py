"""What every timing waits for."""

import time


def rest() -> None:
    """Wait: a BLAS library's threads stay awake for up to 0.1 s after their work, and take a core from what follows."""
    time.sleep(0.25)
