"""Checks of the exercises on weight decay and optimizers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grokcore.checks.asking import ask, check, fail, number, same, spell, tensor
from grokcore.experiments import Experiment
from grokcore.optimizers import SGD, schedules
from grokcore.runs import load
from grokcore.studies import STUDIES

__all__ = [
    "clock",
    "expect_clock",
    "expect_left",
    "expect_taken",
    "left",
    "left_of",
    "same_clock",
    "share_taken",
    "taken",
    "three",
    "three_runs",
    "unknown_law",
]

#: Of the law that a question hides: constant, powers of rate and decay, and the epoch
#: that no network is faster than.
_LAW = (2.0, 1.0, 0.5, 60.0)


# -- what decay leaves -------------------------------------------------------------


@check
def left(answer: Callable[[float, float, int, float], float]) -> None:
    """Check a function (lr, decay, steps, fall_from) → what is left of a weight.

    Raises:
        ~grokcore.checks.CheckFailed: with the first call that is wrong.

    >>> left(left_of)
    left: all checks passed.
    """
    for given in ((0.1, 1.0, 1, 0.5), (0.5, 1.0, 3, 0.9), (0.1, 2.0, 4, 0.0)):
        expect_left(answer, *given)


def expect_left(
    answer: Callable, lr: float, decay: float, steps: int, fall_from: float
) -> None:
    """Ask what is left of a weight.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another share.
    """
    given = lr, decay, steps, fall_from
    call, expected = spell(answer, *given), left_of(*given)
    found = number(ask(answer, *given), call)
    if abs(found - expected) > 1e-9:
        fail(f"{call} is {found:.10g}, expected {expected:.10g}")


def left_of(lr: float, decay: float, steps: int, fall_from: float) -> float:
    """Return what AdamW leaves of a weight of 1 that has no gradient.

    The rate is constant, and falls linearly to 0 from a share of the run on, as in
    :func:`grokcore.optimizers.schedules.share`.

    >>> left_of(lr=0.1, decay=1.0, steps=2, fall_from=0.9)
    0.81
    """
    shares = (
        schedules.share("linear", step, steps, fall_from=fall_from, warmup=0)
        for step in range(steps)
    )
    return math.prod(1 - lr * decay * share for share in shares)


@check
def share_taken(answer: Callable[[Tensor, Tensor, float, float], Tensor]) -> None:
    """Check a function (g [N], w [N], lr, l2) → [N]: what Adam's step takes by L2.

    Raises:
        ~grokcore.checks.CheckFailed: with the first weight for which it is wrong.

    >>> share_taken(taken)
    share_taken: all checks passed.
    """
    g = torch.tensor([0.0, 1e-3, 0.1, 3.0, 1.0], dtype=torch.float64)
    w = torch.tensor([1.0, 2.0, -1.0, 0.5, 4.0], dtype=torch.float64)
    expect_taken(answer, g, w, lr=0.01, l2=1.0)
    expect_taken(answer, g, w, lr=0.5, l2=0.1)


def expect_taken(answer: Callable, g: Tensor, w: Tensor, lr: float, l2: float) -> None:
    """Ask what L2 takes off some weights in a step.

    Raises:
        ~grokcore.checks.CheckFailed: with the first weight for which it is wrong.
    """
    call = f"share_taken(g, w, {lr:g}, {l2:g})"
    found = tensor(ask(answer, g, w, lr, l2), w.shape, call)
    for i, expected in enumerate(taken(g, w, lr, l2)):
        same(found[i], expected, f"{call} for g = {g[i]:g}, w = {w[i]:g}")


def taken(g: Tensor, w: Tensor, lr: float, l2: float) -> Tensor:
    """Return the share that L2 regularization takes off weights in a step of Adam.

    The gradients of the loss are now g and now -g, so that they push nowhere.

    >>> taken(torch.tensor([0.0, 4.0]), torch.tensor([3.0, 3.0]), lr=0.1, l2=1.0)
    tensor([0.0333, 0.0200])
    """
    return lr * l2 / (g**2 + (l2 * w) ** 2).sqrt()


# -- a law to be found -------------------------------------------------------------


def unknown_law(lr: float, decay: float) -> float:
    """Return the epoch at which networks of an unknown kind generalize.

    Which law they keep to, and down to what, a question asks.

    >>> unknown_law(lr=1.0, decay=1.0)
    60.0
    """
    constant, a, b, least = _LAW
    return max(constant * lr**-a * decay**-b, least)


# -- the same clock ----------------------------------------------------------------


def clock(experiment: Experiment) -> float:
    """Return the share that decay takes off a weight a step, in the long run.

    Momentum adds up what decay that goes through it takes, 1 / (1 - momentum) times.

    >>> clock(Experiment().replace(lr=0.1, weight_decay=0.5))
    0.05
    """
    optimizer = experiment.optimizer
    momentum = optimizer.momentum if isinstance(optimizer, SGD) else 0.0
    return optimizer.lr * optimizer.weight_decay / (1 - momentum)


@check
def same_clock(start: Experiment, **others: Any) -> None:
    """Check the form of experiments that should have another's lifetime of a weight.

    Args:
        start: the one that sets the clock.
        others: by name; they may differ from it in their optimizers alone.

    Raises:
        ~grokcore.checks.CheckFailed: if one is none, or differs in something else.

    >>> same_clock(Experiment(), other=Experiment(epochs=2))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: other differs from start in more than its ...
    """
    for name, other in others.items():
        _expect_other_optimizer(other, start, name)
        print(f"{name}: {other.optimizer}")


def expect_clock(other: Any, start: Experiment, name: str) -> None:
    """Hold the clock of an experiment against that of another.

    Raises:
        ~grokcore.checks.CheckFailed: if it differs.
    """
    _expect_other_optimizer(other, start, name)
    if not np.isclose(clock(other), clock(start), rtol=1e-6):
        fail(
            f"decay takes {clock(other):.3g} off a weight a step in {name}, and "
            f"{clock(start):.3g} in start"
        )


def _expect_other_optimizer(other: Any, start: Experiment, name: str) -> None:
    if not isinstance(other, Experiment):
        fail(f"{name} is no Experiment; make one with replace(…) of start")
    if other.replace(optimizer=start.optimizer) != start:
        fail(f"{name} differs from start in more than its optimizer")
    if other == start:
        fail(f"{name} is start itself")


# -- three recorded runs -----------------------------------------------------------


def three_runs() -> dict[str, tuple[Any, Any]]:
    """Return the weight norms of three recorded runs, by letters: (epochs, norms).

    Which is which, a question asks.

    >>> list(three_runs())
    ['A', 'B', 'C']
    """
    norms = [(h.epoch, h.weight_norm) for h in three()]
    return dict(zip("ABC", norms, strict=True))


def three() -> list[Any]:
    """Return the first 1,000 epochs of their histories, in the order of the letters."""
    coupled, decay = STUDIES["mlp-coupled"].arms, STUDIES["mlp-decay"].arms
    arms = (decay["weight decay 0.1"], coupled["L2 0.1"], decay["weight decay 0"])
    histories = (load(arm[0]).history for arm in arms)
    return [h[h.epoch <= 1_000] for h in histories]
