"""Checks of the exercises on how much data, and how large a batch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from grokcore.checks.asking import ask, check, fail, number, same, tensor
from grokcore.experiments import Experiment
from grokcore.optimizers import AdamW
from grokcore.tasks import ModularTask

__all__ = [
    "BASE",
    "FACTOR",
    "chance_of_luck",
    "forgetting",
    "forgotten",
    "lucky",
    "null_delay",
    "null_epochs",
    "scarce_times",
    "share_of_wins",
    "win_share",
]

#: How many times as long a point less data takes, where a figure asks for it.
FACTOR = 1.32

#: An experiment whose controls are asked for; nothing of it is trained.
BASE = Experiment(
    task=ModularTask("add", p=59, train_fraction=0.5),
    optimizer=AdamW(lr=1e-3, weight_decay=1.0),
    batch_size=20,
    epochs=100,
)


# -- luck --------------------------------------------------------------------------


@check
def lucky(answer: Callable[[float, int, int], float]) -> None:
    """Check a function (share, batch, looks) → chance that one look is at least 95%.

    Raises:
        ~grokcore.checks.CheckFailed: with the first numbers for which it is wrong.

    >>> lucky(chance_of_luck)
    lucky: all checks passed.
    """
    for share, batch, looks in (
        (0.5, 1, 1),
        (0.5, 2, 3),
        (0.8, 10, 1),
        (0.8, 20, 1),
        (0.9, 20, 30),
        (0.0, 10, 5),
        (1.0, 10, 5),
    ):
        expect_luck(answer, share, batch, looks)


def expect_luck(answer: Callable, share: float, batch: int, looks: int) -> None:
    """Ask for one chance.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another than expected.
    """
    call = f"lucky({share:g}, {batch}, {looks})"
    found = number(ask(answer, share, batch, looks), call, 0, 1)
    expected = chance_of_luck(share, batch, looks)
    if abs(found - expected) > 1e-6:
        fail(f"{call} is {found:.4g}, expected {expected:.4g}")


def chance_of_luck(share: float, batch: int, looks: int) -> float:
    """Return the chance that a batch is at least 95% right at one look of several.

    Args:
        share: of all rows that the network knows, in [0, 1].
        batch: rows that are drawn for a look, as if with replacement.
        looks: how many batches are looked at.

    >>> chance_of_luck(0.5, 4, 1)
    0.0625
    """
    one = sum(
        math.comb(batch, right) * share**right * (1 - share) ** (batch - right)
        for right in range(batch + 1)
        if 100 * right >= 95 * batch
    )
    return 1 - (1 - one) ** looks


# -- the null of the band ----------------------------------------------------------


@check
def null_delay(answer: Callable[[Sequence[int], Sequence[int], int], Tensor]) -> None:
    """Check a function (rows [R], batches [B], steps) → epochs [R, B].

    Raises:
        ~grokcore.checks.CheckFailed: with the first table that is wrong.

    >>> null_delay(null_epochs)
    null_delay: all checks passed.
    """
    for rows, batches, steps in (
        ([100, 200], [10, 50, 100], 400),
        ([90, 95], [20], 30),
        ([50], [10, 500], 7),
    ):
        expect_null(answer, rows, batches, steps)


def expect_null(
    answer: Callable, rows: Sequence[int], batches: Sequence[int], steps: int
) -> None:
    """Ask for one table.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another than expected.
    """
    call = f"null_delay({[*rows]}, {[*batches]}, {steps})"
    found = ask(answer, [*rows], [*batches], steps)
    found = tensor(found, (len(rows), len(batches)), call)
    same(found, null_epochs(rows, batches, steps), call)


def null_epochs(rows: Sequence[int], batches: Sequence[int], steps: int) -> Tensor:
    """Return how many epochs so many steps are, [R, B], for each rows and batch.

    >>> null_epochs([100], [10, 30], 60)
    tensor([[ 6., 15.]], dtype=torch.float64)
    """
    table = [[steps / math.ceil(r / b) for b in batches] for r in rows]
    return torch.tensor(table, dtype=torch.float64)


# -- a figure ----------------------------------------------------------------------


def scarce_times(fractions: ArrayLike) -> Tensor:
    """Return how long networks take with some training fractions, by a law.

    Which law, a question asks.

    Args:
        fractions: [N].
    """
    at = torch.as_tensor(fractions, dtype=torch.float64)
    return 900 * FACTOR ** (100 * (0.3 - at))


# -- comparisons with bounds -------------------------------------------------------


@check
def win_share(answer: Callable[[Sequence[float], Sequence[float]], float]) -> None:
    """Check a function of two lists of times: the share of pairs where one is sooner.

    Raises:
        ~grokcore.checks.CheckFailed: with the first lists for which it is wrong.

    >>> win_share(share_of_wins)
    win_share: all checks passed.
    """
    never = math.inf
    for ours, theirs in (
        ([1, 2], [3, 4, 5]),
        ([3, 4, 5], [1, 2]),
        ([1, 4], [2, 3]),
        ([2, 2], [2, 3]),
        ([5, never], [9, never]),
        ([never, never], [700]),
        ([100, 5_000], [200, 300]),
    ):
        expect_share(answer, ours, theirs)


def expect_share(
    answer: Callable, ours: Sequence[float], theirs: Sequence[float]
) -> None:
    """Ask for one share.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another than expected.
    """
    call = f"win_share({[*ours]}, {[*theirs]})"
    found = number(ask(answer, [*ours], [*theirs]), call)
    expected = share_of_wins(ours, theirs)
    if abs(found - expected) > 1e-6:
        fail(f"{call} is {found:.4g}, expected {expected:.4g}")


def share_of_wins(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return in which share of all pairs ours is less; equal ones count half.

    >>> share_of_wins([1, math.inf], [2, math.inf])
    0.625
    """
    points = [(a < b) + (a == b) / 2 for a in ours for b in theirs]
    return sum(points) / len(points)


# -- controls ----------------------------------------------------------------------


@check
def forgetting(
    base: Experiment, smaller_batch: Any, same_forgetting: Any, forgets_more: Any
) -> None:
    """Check three controls: what they change, and what they forget in an epoch.

    Args:
        base: what they are held against.
        smaller_batch: half the batch, the rest as it is.
        same_forgetting: half the batch, and an epoch forgets what base's does.
        forgets_more: base's batch; an epoch forgets what that of smaller_batch does.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.
    """
    given = {
        "smaller_batch": (smaller_batch, 1, 1),
        "same_forgetting": (same_forgetting, 1, 0),
        "forgets_more": (forgets_more, 0, 1),
    }
    for name, (experiment, halved, doubled) in given.items():
        if not isinstance(experiment, Experiment):
            fail(f"{name} is no Experiment; make one with base.replace(…)")
        _same_but(experiment, base, name)
        expected = base.batch_size // 2 if halved else base.batch_size
        if experiment.batch_size != expected:
            fail(f"{name} has batches of {experiment.batch_size}, expected {expected}")
        if experiment.optimizer.lr != base.optimizer.lr:
            fail(f"{name} has another learning rate than base; leave it as it is")
        if experiment.last_step != base.last_step:
            fail(
                f"{name} ends after {experiment.last_step:,} steps, base after "
                f"{base.last_step:,}; give it as many"
            )
        found, wanted = forgotten(experiment), forgotten(base)
        if doubled:
            wanted = 1 - (1 - wanted) ** 2
        if abs(found - wanted) > 0.01 * wanted:
            fail(
                f"{name} forgets {found:.2%} in an epoch, expected {wanted:.2%}; look "
                f"at its decay"
            )


def forgotten(experiment: Experiment) -> float:
    """Return the share of a weight that AdamW's decay takes in an epoch.

    Of a weight with no gradient, at a constant learning rate.

    >>> experiment = Experiment(batch_size=1_915).replace(lr=0.01, weight_decay=1.0)
    >>> round(forgotten(experiment), 6)  # two steps an epoch
    0.0199
    """
    optimizer = experiment.optimizer
    kept = (1 - optimizer.lr * optimizer.weight_decay) ** experiment.steps_per_epoch
    return 1 - kept


def _same_but(experiment: Experiment, base: Experiment, name: str) -> None:
    free = ("batch_size", "epochs", "max_steps", "optimizer")
    for field in dataclasses.fields(base):
        same_value = getattr(experiment, field.name) == getattr(base, field.name)
        if field.name not in free and not same_value:
            fail(f"{name} differs from base in {field.name}; leave it as it is")
    ours, theirs = experiment.optimizer, base.optimizer
    if type(ours) is not type(theirs):
        fail(f"{name} has the optimizer {ours.kind}; change nothing but its decay")
    with_its_decay = dataclasses.replace(
        theirs, lr=ours.lr, weight_decay=ours.weight_decay
    )
    if ours != with_its_decay:
        fail(f"{name} has other betas or another eps than base; leave them as they are")
