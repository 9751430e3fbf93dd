"""The kernel's terms on small examples, in exact arithmetic: what a statement says, computed.

It shares no code with the kernel: only update rules, problems and norms are the package's own. `terms` reads
statements, whatever the example; `runs` has runs of an algorithm, `composites` functions with proximal operators,
`flows` trajectories in continuous time.
"""

from interpretation.composites import Composites, Quadratic
from interpretation.flows import Trajectory
from interpretation.runs import INFIMUM, Interpretation
from interpretation.terms import Example

__all__ = ["INFIMUM", "Composites", "Example", "Interpretation", "Quadratic", "Trajectory"]
