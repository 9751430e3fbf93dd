"""Figure 1: phase retrieval of a phantom with SPGM and signProx.

A 50 x 50 Shepp-Logan phantom x is recovered from y = |H x|^2 with m = 3000 measurements, the entries of H independent
and of law N(0, 1/m), with total variation as regularizer. The proximal steps are perturbed by independent noise that is
N(0, sigma_e^2) with probability rho and 0 otherwise, gamma times sigma held fixed at sigma = 0.1; each method has its
best step.
"""

from __future__ import annotations

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.signprox import PAPER

dense = Claim(
    id="signprox/figure-1.dense",
    source=Source(PAPER, "Figure 1(a, c, d)"),
    about="Measured: the reconstruction error over the iterations, and the images, with rho = 1.",
    words="Under dense noise SPGM and signProx both reconstruct the phantom.",
    awaits="an experiment: both methods with rho = 1, each with its best step",
)

sparse = Claim(
    id="signprox/figure-1.sparse",
    source=Source(PAPER, "Figure 1(b, e, f)"),
    about="Measured: the reconstruction error over the iterations, and the images, with rho = 0.1.",
    words="Under sparse noise signProx converges faster than SPGM, whose rate is the one under dense noise.",
    awaits="an experiment: both methods with rho = 0.1, each with its best step",
)
