"""Mini-batches of components, as weights in the mean of their proximal operators.  [signprox (10)]"""

from __future__ import annotations

import numpy as np

from signproof.theory.arithmetic import Arithmetic, Numbers, Vector


def shares(indices: Numbers, components: int, xp: Arithmetic) -> Vector:
    """How often each component is in a mini-batch, over the batch's size, as numbers of an arithmetic.

    Arguments: the indices drawn, whole numbers below `components`, shape (B, ...); M; the arithmetic.
    Returns weights, shape (M, ...). Raises ValueError if nothing is drawn, or an index is none of a component.
    """
    drawn = np.asarray(indices)
    if not drawn.size or not np.isin(drawn, np.arange(components)).all():
        raise ValueError(f"a mini-batch has at least one index, each in 0, ..., {components - 1}; not {indices!r}")
    counts = np.stack([(drawn == component).sum(axis=0) for component in range(components)])
    exact = hasattr(xp, "number")
    return (counts.astype(object) if exact else counts.astype(float)) * xp.rational(1, len(drawn))
