"""What a factory made, whatever optax calls it: started, asked for updates, and the point at which it is judged."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Given: TypeAlias = Any
"""What an optimizer is given and gives: parameters, updates, its state."""
USUAL = {"value", "grad", "value_fn"}
"""What optax's own loops hand to every update that takes more than it names."""


@dataclass(frozen=True)
class Made:
    """An optimizer: `init(parameters)`, `update(gradient, state, parameters, **given)`, and, if gradients are not taken
    where it is judged, `judged(state, parameters)`, the parameters at which it is."""

    init: Callable[..., Given]
    update: Callable[..., tuple[Given, Given]]
    judged: Callable[[Given, Given], Given] | None = None


class WithSlow(NamedTuple):
    """The state of a lookahead, and its slow parameters."""

    state: Given
    slow: Given


def wrapped(made: Given) -> Made | None:
    """A transformation of optax, or an object that has one; None if it is neither.

    It is handed what its update takes of value, grad, value_fn and grad_fn. A lookahead is judged at its slow
    parameters, a schedule-free method at the parameters that it means to be evaluated.
    """
    import optax

    if isinstance(made, optax.MultiSteps):
        made = made.gradient_transformation()
    if not isinstance(made, optax.GradientTransformation):
        return None
    if getattr(made.init, "__qualname__", "").startswith("lookahead."):
        return _lookahead(made)
    update = _choosy(optax.with_extra_args_support(made).update)
    if getattr(made.init, "__qualname__", "").startswith("schedule_free."):
        return Made(made.init, update, optax.contrib.schedule_free_eval_params)
    return Made(made.init, update)


def _choosy(update: Callable[..., tuple[Given, Given]]) -> Callable[..., tuple[Given, Given]]:
    """An update that is given what it takes."""
    try:
        taken = inspect.signature(update).parameters.values()
    except (TypeError, ValueError):
        return update
    names = {parameter.name for parameter in taken}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken):
        names |= USUAL

    return lambda *arguments, **given: update(*arguments, **{n: x for n, x in given.items() if n in names})


def _lookahead(made: Given) -> Made:
    import optax

    def init(fast: Given) -> WithSlow:
        return WithSlow(made.init(optax.LookaheadParams.init_synced(fast)), fast)

    def update(gradient: Given, state: WithSlow, fast: Given, **given: Given) -> tuple[Given, WithSlow]:
        updates, after = made.update(gradient, state.state, optax.LookaheadParams(fast, state.slow))
        return updates.fast, WithSlow(after, optax.apply_updates(state.slow, updates.slow))

    return Made(init, update, lambda state, fast: state.slow)
