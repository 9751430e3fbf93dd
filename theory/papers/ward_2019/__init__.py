"""Ward, Wu and Bottou, "AdaGrad Stepsizes: Sharp Convergence over Nonconvex Landscapes"."""

PAPER = "ward-2019"
LINK = "https://arxiv.org/abs/1806.01811"
