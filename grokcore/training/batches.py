"""Which rows a step learns from: all that are shown, or a batch of them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from grokcore.experiments import Experiment
from grokcore.tasks import Table

__all__ = ["Batches", "seed_for"]


class Batches:
    """The rows of each step. They are a function of the seed and the step.

    An epoch takes every row once, in an order of its own.

    Args:
        experiment: with the batch size and the seed.
        table: of its task, on the device.

    >>> from grokcore.tasks import ModularTask
    >>> task = ModularTask("add", p=5, train_fraction=0.6)
    >>> batches = Batches(Experiment(task=task, batch_size=6), task.data())
    >>> [len(batches.at(step)[1]) for step in range(4)]
    [6, 6, 3, 6]
    """

    def __init__(self, experiment: Experiment, table: Table) -> None:
        self.experiment, self.table = experiment, table
        rows = len(table.train)
        self.size = min(experiment.batch_size or rows, rows)
        self._epoch: int | None = None

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Return the operands and the targets of a step's rows."""
        steps = self.experiment.steps_per_epoch
        epoch, i = divmod(step, steps)
        if self._epoch is None or (self._epoch != epoch and steps > 1):
            rows = self._order(epoch) if steps > 1 else self.table.train
            self._operands = self.table.operands[rows]
            self._targets = self.table.targets[rows]
            self._epoch = epoch
        here = slice(i * self.size, (i + 1) * self.size)
        operands, targets = self._operands[here], self._targets[here]
        if augment := getattr(self.experiment.task, "augment", None):
            operands = augment(operands, seed_for(self.experiment, step))
        return operands, targets

    def _order(self, epoch: int) -> Tensor:
        rows = self.table.train
        generator = torch.Generator().manual_seed(seed_for(self.experiment, epoch))
        return rows[torch.randperm(len(rows), generator=generator).to(rows.device)]


def seed_for(experiment: Experiment, moment: int) -> int:
    """Give each moment of each seed random numbers of its own.

    Args:
        experiment: whose seed it is.
        moment: a step or an epoch.

    >>> one, other = Experiment(seed=0), Experiment(seed=1)
    >>> len({seed_for(e, moment) for e in (one, other) for moment in range(50)})
    100
    """
    sequence = np.random.SeedSequence([experiment.seed, moment])
    return int(sequence.generate_state(1, np.uint64)[0] >> 1)
