"""Writes docs/optax.md: what each optimizer and transformation of optax makes of a claim.

    python docs/drawing/optax_table.py            # all, and the page
    python docs/drawing/optax_table.py sgd lion   # some of them, on the terminal

The claim is that of gradient descent in scaled-sign's Remark 1, asked on diagonal quadratics: their special points and
long runs are what tells optimizers apart, and their runs are compiled in seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import optax

from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.trials import bounds
from signproof.checks.variants.ask import conforms
from signproof.checks.variants.row import Row

CLAIM = "scaled-sign/remark-1.gradient-descent"
PAGE = Path(__file__).parents[1] / "optax.md"
sgd = optax.sgd


def after(transformation: Any) -> Callable[[Any], Any]:
    """Gradient descent along what a transformation makes of the gradient."""
    return lambda step_size: optax.chain(transformation, optax.scale(-step_size))


FACTORIES: dict[str, Callable[[Any], Any]] = {
    "adaptive_grad_clip": after(optax.adaptive_grad_clip(0.1)),
    "add_decayed_weights": after(optax.add_decayed_weights(0.01)),
    "add_noise": after(optax.add_noise(0.1, 0.5, 0)),
    "apply_every": after(optax.apply_every(2)),
    "apply_if_finite": lambda s: optax.apply_if_finite(sgd(s), 3),
    "centralize": after(optax.centralize()),
    "chain": lambda s: optax.chain(sgd(s)),
    "clip": after(optax.clip(1.0)),
    "clip_by_block_rms": after(optax.clip_by_block_rms(1.0)),
    "clip_by_global_norm": after(optax.clip_by_global_norm(1.0)),
    "conditionally_mask": lambda s: optax.conditionally_mask(sgd(s), lambda step, **more: step >= 0),
    "conditionally_transform": lambda s: optax.conditionally_transform(sgd(s), lambda step, **more: step >= 0),
    "ema": after(optax.ema(0.9)),
    "flatten": lambda s: optax.flatten(sgd(s)),
    "freeze": after(optax.freeze(False)),
    "identity": after(optax.identity()),
    "inject_hyperparams": lambda s: optax.inject_hyperparams(sgd)(s),
    "keep_params_nonnegative": lambda s: optax.chain(sgd(s), optax.keep_params_nonnegative()),
    "lookahead": lambda s: optax.lookahead(sgd(s), 2, 0.5),
    "masked": lambda s: optax.masked(sgd(s), True),
    "multi_steps": lambda s: optax.MultiSteps(sgd(s), 2),
    "named_chain": lambda s: optax.named_chain(("descent", sgd(s))),
    "normalize_by_update_norm": after(optax.normalize_by_update_norm()),
    "partition": lambda s: optax.partition({"all": sgd(s)}, "all"),
    "scale": lambda s: optax.scale(-s),
    "scale_by_learning_rate": lambda s: optax.scale_by_learning_rate(s),
    "scale_by_schedule": after(optax.scale_by_schedule(lambda count: 1.0)),
    "selective_transform": lambda s: optax.selective_transform(sgd(s), freeze_mask=False),
    "set_to_zero": lambda s: optax.set_to_zero(),
    "scale_by_rprop": after(optax.scale_by_rprop(0.1)),
    "schedule_free": lambda s: optax.contrib.schedule_free_sgd(s),
    "stateless": after(optax.stateless(lambda g, x: g)),
    "stateless_with_tree_map": after(optax.stateless_with_tree_map(lambda g, x: g)),
    "trace": after(optax.trace(0.9)),
    "with_extra_args_support": lambda s: optax.with_extra_args_support(sgd(s)),
    "zero_nans": after(optax.zero_nans()),
    "noisy_sgd": lambda s: optax.noisy_sgd(s, key=0),
    "reduce_on_plateau": lambda s: optax.chain(sgd(s), optax.contrib.reduce_on_plateau()),
    "muon": lambda s: optax.contrib.muon(s),
    "dadapt_adamw": lambda s: optax.contrib.dadapt_adamw(s),
    "prodigy": lambda s: optax.contrib.prodigy(s),
    "cocob": lambda s: optax.chain(optax.contrib.cocob(), optax.scale(s)),
    "sophia": lambda s: optax.contrib.sophia(s),
    "ademamix": lambda s: optax.contrib.ademamix(s),
    "sam": lambda s: optax.contrib.sam(sgd(s), optax.chain(optax.contrib.normalize(), sgd(0.05))),
    "momo": lambda s: optax.contrib.momo(s),
    "acprop": lambda s: optax.contrib.acprop(s),
    "adopt": lambda s: optax.contrib.adopt(s),
    "galore": lambda s: optax.contrib.galore(s),
    "madgrad": lambda s: optax.contrib.madgrad(s),
    "mechanize": lambda s: optax.contrib.mechanize(sgd(s)),
    "momo_adam": lambda s: optax.contrib.momo_adam(s),
    "schedule_free_adamw": lambda s: optax.contrib.schedule_free_adamw(s),
}
"""How each is made that does not take a step size alone."""
TAKE_A_STEP_SIZE = (
    "adabelief", "adadelta", "adafactor", "adagrad", "adam", "adamax", "adamaxw", "adamw", "adan", "amsgrad", "fromage",
    "lamb", "lars", "lbfgs", "lion", "nadam", "nadamw", "novograd", "optimistic_adam_v2", "optimistic_gradient_descent",
    "polyak_sgd", "radam", "rmsprop", "rprop", "sgd", "sign_sgd", "signum", "sm3", "yogi",
)  # fmt: skip
SCALE = (
    "adadelta", "adam", "adamax", "adan", "amsgrad", "backtracking_linesearch", "belief", "distance_over_gradients",
    "lbfgs", "lion", "novograd", "optimistic_gradient", "param_block_norm", "param_block_rms", "polyak", "radam", "rms",
    "rss", "sign", "sm3", "stddev", "trust_ratio", "yogi",
)  # fmt: skip
"""What follows `scale_by_`."""
LINE_SEARCHES = ("backtracking_linesearch",)


def factories() -> dict[str, Callable[[Any], Any]]:
    """Every optimizer and transformation, by name, as a function of a step size."""
    found = dict(FACTORIES) | {name: getattr(optax, name) for name in TAKE_A_STEP_SIZE}
    for name in SCALE:
        made = getattr(optax, f"scale_by_{name}")
        arguments = (10,) if name in LINE_SEARCHES else ()
        found[f"scale_by_{name}"] = lambda s, made=made, arguments=arguments: after(made(*arguments))(s)
    return dict(sorted(found.items()))


def asked(name: str) -> tuple[Row, float]:
    """What an optimizer makes of the claim, and in how many seconds of this process."""
    begun = time.process_time()
    [row] = conforms(factories()[name], CLAIM, name=name)
    return row, time.process_time() - begun


def line(name: str, row: Row, seconds: float) -> str:
    """A line of the table."""
    step = "" if row.step is None else str(row.step)
    why = row.reason if row.status not in ("broken", "holds") else ""
    return f"| `{name}` | {row.status} | {step} | {seconds:.0f} s | {why[:200].replace('|', '/')} |"


def restrict() -> None:
    """Trials on diagonal quadratics only, of one and two dimensions on balls, to 128 in floats."""
    bounds.believed = lambda claim: [DiagonalQuadratic]
    DiagonalQuadratic.shapes = LeastSquares.shapes = ()


def page(lines: list[str]) -> str:
    """docs/optax.md."""
    return (
        f"""# Optax

What every optimizer and transformation of optax {version("optax")} makes of one claim, the bound of gradient descent
under the PL inequality (`{CLAIM}`): it holds for those that are gradient descent, wrapped or not, and is broken by the
others: at the step named, on the instance that `signproof variant` shows. Transformations are followed by a step along
their result; wrappers stand around gradient descent; those that draw random numbers are not asked. Asked on diagonal
quadratics; written by `python docs/drawing/optax_table.py`.

| name | outcome | broken at step | processor time | because |
| --- | --- | ---: | ---: | --- |
"""
        + "\n".join(lines)
        + "\n"
    )


def main(names: list[str]) -> None:
    restrict()
    lines = []
    for name in names or factories():
        lines.append(line(name, *asked(name)))
        print(lines[-1], flush=True)
        if not names:
            PAGE.write_text(page(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
