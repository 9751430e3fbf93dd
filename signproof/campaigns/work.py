"""How a unit is worked: from its number to a small row."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
from math import isfinite
from typing import TYPE_CHECKING

from signproof.campaigns.plan import Plan, code
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.theory.claim import Claim


@dataclass(frozen=True)
class Row:
    """What a unit showed, in a few numbers.

    Attributes: how many instances were followed, and of how many comparisons how many held and are undecided; the
    largest measured / bound, None if there is none, and its instance in a few words; a witness that breaks the claim,
    as JSON, or ""; why nothing was found out, if something was raised or the unit was lost, or "".
    """

    instances: int = 0
    comparisons: int = 0
    held: int = 0
    undecided: int = 0
    ratio: float | None = None
    nearest: str = ""
    witness: str = ""
    failed: str = ""


Work = Callable[[int], Row]


def worker(plan: Plan, memory: int | None = None) -> Work:
    """What works the units of a plan, by number, in this process. Its claims are loaded here.

    Arguments: the plan; how many bytes the process may take, where the system can limit that.
    Raises Misuse if they are not what they were when the plan was made.
    """
    from signproof.checks.kind import kind_of

    if memory is not None:
        limit_memory(memory)
    claims = loaded(plan)

    def attempted(claim: Claim, part: str, seed: int) -> Row:
        found = kind_of(claim).attempt(claim, part, seed)
        return Row(
            found.instances,
            found.comparisons,
            found.held,
            found.undecided,
            found.ratio if isfinite(found.ratio) else None,
            found.nearest,
            "" if found.witness is None else dumps(found.witness.to_json(), ensure_ascii=False, allow_nan=False),
        )

    def work(number: int) -> Row:
        unit = plan.unit(number)
        try:
            return attempted(claims[unit.claim], unit.part, plan.seed_of(unit))
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # whatever a user's code raises, and a lack of memory
            return Row(failed=named(raised))

    return work


def loaded(plan: Plan) -> dict[str, Claim]:
    """The claims of a plan by ID. Raises Misuse if they are not what they were when it was made."""
    from signproof.loading import is_file, load

    if plan.code != code(plan.targets):
        raise Misuse(
            f"{' or '.join((*filter(is_file, plan.targets), 'signproof'))} has changed since the campaign began"
        )
    claims = {claim.id: claim for claim in load(plan.targets)}
    missing = [id for id in plan.claims if id not in claims]
    if missing:
        raise Misuse(f"the campaign is about {missing[0]}, which is not there any more")
    return {id: claims[id] for id in plan.claims}


def limit_memory(size: int) -> None:
    """Let this process take no more than so many bytes, where the system has such a limit."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size if most < 0 else min(size, most), most))
