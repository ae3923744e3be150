"""Moments of a training: when it is looked at, when it ends, what is kept.

Early moments matter as much as late ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grokcore.experiments import Experiment

__all__ = ["AsDescribed", "Moments", "log_spaced"]

#: Rows of a history so far, by column.
History = Sequence[dict[str, float]]


class Moments(Protocol):
    """When a training is evaluated and when it ends, by its history so far."""

    def due(self, step: int, history: History, last: bool) -> bool:
        """Whether a step is evaluated, which may be the last one."""

    def last_step(self, history: History) -> int:
        """Return the step at which training ends, as far as is known."""


@dataclass(frozen=True)
class AsDescribed:
    """The moments that an experiment says.

    >>> moments = AsDescribed(Experiment(epochs=300))
    >>> [step for step in range(301) if moments.due(step, [], False)][-6:]
    [200, 220, 240, 260, 280, 300]
    """

    experiment: Experiment

    def due(self, step: int, history: History, last: bool) -> bool:
        """Whether an epoch ends there that is evaluated, or the training."""
        epoch, i = divmod(step, self.experiment.steps_per_epoch)
        every = self.experiment.eval_every or (10 if epoch <= 200 else 20)
        return last or (i == 0 and epoch % every == 0)

    def last_step(self, history: History) -> int:
        """Return that of the experiment, or an earlier one that its accuracy sets."""
        end, enough = self.experiment.last_step, self.experiment.stop_val_accuracy
        if enough is None:
            return end
        reached = (int(r["step"]) for r in history if r["val_accuracy"] >= enough)
        if (first := next(reached, None)) is None:
            return end
        after = self.experiment.epochs_after_stop * self.experiment.steps_per_epoch
        return min(first + after, end)


def log_spaced(count: int, last: int) -> Sequence[int]:
    """Up to ``count`` different steps from 0 to ``last``, evenly spread on a log scale.

    >>> log_spaced(5, 1000)
    [0, 1, 10, 100, 1000]
    """
    if count < 2:
        return [last][:count]
    spread = (
        last ** (i / (count - 2)) if count > 2 else last for i in range(count - 1)
    )
    return sorted({0, *(round(step) for step in spread)})
