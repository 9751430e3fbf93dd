"""Terms of statements and proofs: vectors, gradients, norms, expectations, votes, trajectories, proximal operators."""
