"""The claims of the paper on signProx."""

PAPER = "signprox"
