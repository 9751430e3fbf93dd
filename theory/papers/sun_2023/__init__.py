"""Sun, Wang, Li and Wang, "Momentum Ensures Convergence of SIGNSGD under Weaker Assumptions"."""

PAPER = "sun-2023"
LINK = "https://proceedings.mlr.press/v202/sun23l.html"
