"""The public names: one import line is enough for a claim, it is light, and types know all of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import signproof

LINE = (
    "from signproof import Claim, L, PolyakLojasiewicz, ScaledSignGD, Smooth, Suboptimality, V0, alpha, k, mu, verify"
)
EXAMPLE = f"""
{LINE}
import sys

claim = Claim(
    id="mine/too-fast",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=(1 - 4 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
assert "jax" not in sys.modules and "scipy" not in sys.modules
print(verify(claim).status)
"""


def test_one_import_line_is_enough_for_the_contract_s_example():
    found = subprocess.run([sys.executable, "-c", EXAMPLE], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert found.stdout == "refuted\n"


def test_to_import_it_loads_nothing_heavy():
    heavy = "import signproof, sys; print([name for name in ('jax', 'sympy', 'numpy', 'scipy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout == "[]\n"


def test_every_name_is_there_and_in_the_types():
    assert sorted(signproof.__all__) == sorted(signproof._HOME)
    for name in signproof.__all__:
        assert getattr(signproof, name) is not None
    tree = ast.parse(Path(signproof.__file__).read_text(encoding="utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = {
        alias.name: node.module for node in typed.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imports == signproof._HOME
