"""Files as users bring them, each with a fault at the border between their Python and its meaning, or none that counts.

The first line of each says what must come of it: one of several verdicts, "not proved", or "refused", one line and no
verdict. They stand for kinds; other spellings of each kind are in the tests of the parts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from signproof import verify
from signproof.loading import load
from signproof.theory.misuse import Misuse

FILES = sorted((Path(__file__).parent / "files").glob("*.py"))
REFUSED = "refused"


def outcomes(path: Path) -> set[str]:
    """What becomes of the claims in a file: their verdicts, or that it is refused."""
    try:
        claims = load([str(path)])
    except Misuse as misuse:
        assert "\n" not in str(misuse) and str(path) in str(misuse)
        return {REFUSED}
    return {str(verify(claim).status) for claim in claims}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_that_a_user_writes_turns_a_verdict_wrong(path):
    head, _, wanted = path.read_text(encoding="utf-8").partition("\n")[0].partition(": ")
    assert head == "# expect"
    found = outcomes(path)
    if wanted == "not proved":
        assert "proved" not in found
    else:
        assert found <= set(wanted.split(" or ")), f"{found}, not {wanted}"
