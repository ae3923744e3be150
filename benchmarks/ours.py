"""Our side: the trainer's own step and evaluation, one call at a time."""

from __future__ import annotations

from benchmarks.timing import Times
from grokcore import Experiment
from grokcore.training import Trainer


class Ours:
    """One experiment on the CPU, step by step as :meth:`Trainer.train` takes them."""

    def __init__(self, experiment: Experiment) -> None:
        self.trainer = Trainer(experiment, device="cpu")
        self.evaluations_a_step = self._count_evaluations() / self._steps

    def step(self) -> None:
        self.answers = self.trainer.forward()
        self.trainer.backward(self.answers)
        self.trainer.update()

    def evaluate(self) -> None:
        """Take a row of the history, as the trainer does after some of the steps."""
        self.trainer.evaluate(self.answers)

    def seconds_a_step(self, times: Times) -> list[float]:
        """Add the share of evaluations to each measured step.

        ``times`` has the sides "step" and "evaluation".
        """
        return [
            step + self.evaluations_a_step * evaluation
            for step, evaluation in zip(
                times.seconds["step"], times.seconds["evaluation"], strict=True
            )
        ]

    @property
    def _steps(self) -> int:
        return self.trainer.last_step

    def _count_evaluations(self) -> int:
        moments, last = self.trainer.moments, self._steps
        return sum(moments.due(step, [], step == last) for step in range(last + 1))
