"""What several test files share."""

from __future__ import annotations

import pytest

from signproof.judging import judge
from signproof.theory.catalog import catalog


@pytest.fixture(scope="session")
def entries():
    """The ledger's entries of a quick run over all claims of the papers."""
    found = judge([], list(catalog().values()), "quick", 0, 2, lambda text: None)
    return sorted(found, key=lambda entry: list(catalog()).index(entry["id"]))
