"""From histories to the numbers of the ledger, one a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from grokcore.claims.values import Value, median
from grokcore.runs import Run

__all__ = [
    "at_their_best",
    "best_accuracy",
    "best_so_far",
    "delay",
    "delay_in_steps",
    "delays",
    "each",
    "later",
    "left_of_best",
    "soonest",
    "speed_up",
    "times_as_long",
    "train_epoch",
    "val_epoch",
    "val_step",
]


def each(measure: Callable[..., Value]) -> Callable[..., list[Value]]:
    """Measure seed by seed: one run of each arm at a time.

    >>> each(lambda a, b: a + b)([1, 2], [10, 20])
    [11, 22]
    """
    return lambda *arms: [measure(*runs) for runs in zip(*arms, strict=True)]


def val_step(run: Run, threshold: float = 0.95) -> Value:
    """Return the step at which validation accuracy first reaches a threshold."""
    return _or_later(run.delay(threshold).val_step, run.experiment.last_step)


def val_epoch(run: Run, threshold: float = 0.95) -> Value:
    """Return the epoch at which validation accuracy first reaches a threshold."""
    return _or_later(run.delay(threshold).val_epoch, _last_epoch(run))


def train_epoch(run: Run, threshold: float = 1.0) -> Value:
    """Return the epoch at which training accuracy first reaches a threshold."""
    return _or_later(run.delay(threshold).train_epoch, _last_epoch(run))


def delay(run: Run) -> Value:
    """Return the epochs from training to validation 95%; NaN if it never memorized."""
    found = run.delay()
    if found.train_epoch is None:
        return Value(math.nan)
    longest = _last_epoch(run) - found.train_epoch
    return _or_later(found.epochs, longest)


def best_accuracy(run: Run) -> Value:
    """Return the highest validation accuracy of a run."""
    return Value(float(run.history.val_accuracy.max()))


def best_so_far(run: Run) -> Value:
    """Return the highest validation accuracy; a bound, if it is in the last tenth."""
    accuracy, epoch = run.history.val_accuracy, run.history.epoch
    rising = epoch[accuracy.idxmax()] > 0.9 * epoch.iloc[-1]
    return Value(float(accuracy.max()), ">" if rising else "")


def left_of_best(run: Run) -> Value:
    """Return the last validation accuracy over the highest; NaN for one that stopped.

    Whoever is stopped on arrival might still have fallen back, or gone on.
    """
    accuracy = run.history.val_accuracy
    stopped = run.history.step.iloc[-1] < run.experiment.last_step
    return Value(math.nan if stopped else float(accuracy.iloc[-1] / accuracy.max()))


def delay_in_steps(run: Run) -> Value:
    """Return the steps from training to validation 95%; NaN if it never memorized."""
    found = run.delay()
    if found.train_step is None:
        return Value(math.nan)
    return _or_later(found.steps, run.experiment.last_step - found.train_step)


def times_as_long(run: Run, threshold: float = 0.95) -> Value:
    """Return how many times as many steps validation takes as training to a threshold.

    NaN if training never reaches it.
    """
    trained = _or_later(run.delay(threshold).train_step, math.nan)
    return val_step(run, threshold).over(trained)


def later(long: Run, short: Run) -> Value:
    """Return how many times as many epochs the first run takes to validation 95%."""
    return val_epoch(long).over(val_epoch(short))


def speed_up(before: Run, after: Run) -> Value:
    """Return how many times sooner the second run reaches validation accuracy 95%."""
    return val_step(before).over(val_step(after))


def delays(long: Run, short: Run) -> Value:
    """Return the delay of one run, as a multiple of that of another."""
    return delay(long).over(delay(short))


def soonest(arms: Sequence[list[Run]]) -> list[Run]:
    """Return the arm that is first to validation 95%, by its median over the seeds.

    One choice for all seeds: the best arm of each would flatter by luck.
    """
    return min(arms, key=lambda runs: median([*map(val_step, runs)]).place)


def at_their_best(measure: Callable[..., Value]) -> Callable[..., list[Value]]:
    """Compare two methods, each at the learning rate that suits it best.

    The arms are those of the first, then as many of the second.
    """

    def compare(*arms: list[Run]) -> list[Value]:
        half = len(arms) // 2
        return each(measure)(soonest(arms[:half]), soonest(arms[half:]))

    return compare


def _or_later(when: float | None, end: float) -> Value:
    return Value(end, ">") if when is None else Value(when)


def _last_epoch(run: Run) -> float:
    """Where a run ends by its description, should it never get where it stops.

    A run that diverged has ended sooner, and will not get there any more.
    """
    return run.experiment.last_step / run.experiment.steps_per_epoch
