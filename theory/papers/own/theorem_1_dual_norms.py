"""Theorem 1 for steepest descent in any norm: x+ = x - alpha ||g||_* v(g), v(g) the norm-one maximizer of <g, .>.

The Euclidean norm gives gradient descent, the maximum norm the paper's scaled SignGD, the operator norm of matrices
a scaled spectral step. The proof is the paper's, which uses of the norm only what holds for every dual pair.
"""

from __future__ import annotations

from dataclasses import replace

from signproof.theory.norms import ANY
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1

# part 2 carries the ID: strong convexity, part 1, implies the PL inequality that it assumes
ID = "own/theorem-1.dual-norms"
part_1, _part_2, part_3 = theorem_1(ANY, ID, PAPER)
part_2 = replace(_part_2, id=ID)
