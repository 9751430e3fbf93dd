"""Ward, Wu and Bottou, "AdaGrad Stepsizes: Sharp Convergence over Nonconvex Landscapes"."""

PAPER = "ward-2019"
