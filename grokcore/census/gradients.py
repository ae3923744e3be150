"""What a gradient sounds like: statistics of networks that are listened to (11)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from grokcore.analysis import filtering
from grokcore.census.base import Statistic, statistic
from grokcore.census.listening import Heard

__all__ = ["BATCHES", "WHOLE", "Sound"]

#: Steps of a stretch with batches, and with all examples at each step.
BATCH_STRETCH, WHOLE_STRETCH = 128, 64

PHASES = ("memorizing", "waiting", "generalizing")

#: Of networks that see a batch at each step.
BATCHES: dict[str, Statistic] = {}

#: Of networks that see all examples at each step.
WHOLE: dict[str, Statistic] = {}


class Sound:
    """What was heard of a network, and what several statistics need of it.

    Args:
        heard: a training that was listened to.
    """

    def __init__(self, heard: Heard) -> None:
        self.history = heard.run.history.set_index("step")
        self.delay = heard.run.delay()
        self.gradients = heard.gradients

    @property
    def labels(self) -> dict[str, Any]:
        """What its row of a census says besides numbers: nothing."""
        return {}

    @cached_property
    def slow(self) -> dict[str, Tensor]:
        """[stretches] the share of the power at frequency 0, by phase.

        Memorizing lasts to 95% training accuracy, waiting to 10% validation accuracy,
        generalizing to 95%; a stretch belongs to the phase that holds all of it.
        """
        ends = [train_95(self), rises(self), val_95(self)]
        bounds = [0, *(int(min(end, len(self.gradients))) for end in ends)]
        return {
            name: filtering.shares(self.gradients[a:b], BATCH_STRETCH)[:, 0]
            for name, a, b in zip(PHASES, bounds, bounds[1:], strict=False)
        }

    @cached_property
    def slow_whole(self) -> Tensor:
        """[stretches] the share of the power at frequency 0, from the first step on."""
        return filtering.shares(self.gradients, WHOLE_STRETCH)[:, 0]


# -- a batch at each step ------------------------------------------------------------


@statistic("step with training accuracy 95%", ",.0f", BATCHES)
def train_95(network: Sound) -> float:
    """Return the first evaluation with so much; ``inf`` if there is none."""
    step = network.delay.train_step
    return math.inf if step is None else step


@statistic("step with validation accuracy 10%", ",.0f", BATCHES)
def rises(network: Sound) -> float:
    """Return the first evaluation with so much; ``inf`` if there is none."""
    accuracy = network.history.val_accuracy
    there = accuracy.index[accuracy > 0.1]
    return float(there[0]) if len(there) else math.inf


@statistic("step with validation accuracy 95%", ",.0f", BATCHES)
def val_95(network: Sound) -> float:
    """Return the first evaluation with so much; ``inf`` if there is none."""
    step = network.delay.val_step
    return math.inf if step is None else step


def _of_a_phase(name: str, phase: str, word: str, take: Callable) -> None:
    def measure(network: Sound) -> float:
        return float(take(network.slow[phase]))

    measure.__name__ = name
    measure.__doc__ = f"Return that of the stretch of {phase} with the {word} share."
    words = f"{word} share at frequency 0 while {phase}"
    statistic(words, ".2%", BATCHES)(measure)


for _phase in PHASES:
    _of_a_phase(f"low_{_phase}", _phase, "lowest", Tensor.min)
    _of_a_phase(f"high_{_phase}", _phase, "highest", Tensor.max)


@statistic("stretches with less slow power than noise", ".0%", BATCHES)
def below_noise(network: Sound) -> float:
    """Return their share; noise has an equal part of its power at each step."""
    slow = torch.cat([*network.slow.values()])
    return float((slow < 1 / BATCH_STRETCH).double().mean())


# -- all examples at each step -------------------------------------------------------

statistic("step with training accuracy 95%", ",.0f", WHOLE)(train_95)
statistic("step with validation accuracy 95%", ",.0f", WHOLE)(val_95)


@statistic("highest validation accuracy", ".1%", WHOLE)
def best_val(network: Sound) -> float:
    """Return that of the best evaluation."""
    return float(network.history.val_accuracy.max())


@statistic("share at frequency 0 in the first 64 steps", ".1%", WHOLE)
def slow_at_first(network: Sound) -> float:
    """Return that of the first stretch, in which it memorizes."""
    return float(network.slow_whole[0])


@statistic("share at frequency 0 in the last 64 steps", ".1%", WHOLE)
def slow_at_last(network: Sound) -> float:
    """Return that of the last whole stretch, well after all is memorized."""
    return float(network.slow_whole[-1])


@statistic("gradient, last 64 steps over the 64 before", ".2f", WHOLE)
def shrinking(network: Sound) -> float:
    """Return the ratio of the roots of the mean squares."""
    *_, before, after = network.gradients.split(WHOLE_STRETCH)
    return float((after.square().mean() / before.square().mean()).sqrt())
