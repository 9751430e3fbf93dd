"""The symbols in which claims are written.

Every symbol is real and nothing more. Signs come from a claim's domain and assumptions, where the kernel can
see them; a symbol declared positive would hand the kernel signs that nobody stated.
"""

from __future__ import annotations

from sympy import Symbol

alpha = Symbol("alpha", real=True)
"""Step size (learning rate)."""
beta = Symbol("beta", real=True)
"""Speed of a flow."""
eta = Symbol("eta", real=True)
"""Step-size numerator of the AdaGrad-Norm variants."""
mu = Symbol("mu", real=True)
"""Constant of strong convexity or of the Polyak-Lojasiewicz inequality."""
L = Symbol("L", real=True)
"""Constant of smoothness."""
d = Symbol("d", real=True)
"""Number of coordinates, if a claim assumes `Dimension(d)`."""
sigma = Symbol("sigma", real=True)
"""Noise level of a stochastic gradient."""
k = Symbol("k", real=True)
"""Iteration number; every statement about a run is for all integers k >= 0."""
K = Symbol("K", real=True)
"""Number of steps fixed before the run, if step sizes depend on it: a claim's `horizon`."""
l = Symbol("l", real=True)  # noqa: E741 -- the papers' letter
"""Running index of sums and minima."""
R = Symbol("R", real=True)
"""Distance of the start from a minimizer, if a claim assumes `StartDistance(R)`."""
i = Symbol("i", real=True)
"""Index of a coordinate; every statement in which it is free is for all coordinates."""
j = Symbol("j", real=True)
"""Index of a component of a regularizer; every statement in which it is free is for all components."""
m = Symbol("m", real=True)
"""Index of a worker; every statement in which it is free is for all workers."""
xi = Symbol("xi", real=True)
"""Index of a draw of a mini-batch; every statement in which it is free is for all draws."""
t = Symbol("t", real=True)
"""Time; every statement about a flow is for all t >= 0."""
s = Symbol("s", real=True)
"""Running time of integrals and minima."""
V0 = Symbol("V_0", real=True)
"""Suboptimality of the starting point, f(x_0) - f*; positive throughout."""
f_star = Symbol("f_*", real=True)
"""The infimum of the objective."""
