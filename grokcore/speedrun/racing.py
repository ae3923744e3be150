"""The race: an entry trained with each of its seeds, and the clock beside it.

Nothing is loaded from the run store, and nothing is left there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from statistics import median

import torch

from grokcore.experiments import Experiment
from grokcore.speedrun import yardsticks
from grokcore.speedrun.rules import RULES, Rules, Verdict
from grokcore.training import Trainer, TrainingDiverged, TrainingState
from grokcore.training.moments import History

__all__ = ["Lap", "Result", "lap", "race"]

#: Steps before the clock runs: libraries prepare themselves when first called.
_WARM_UP_STEPS = 20

#: Steps of the reference, and epochs of the demo, that are timed beside each training.
_REFERENCE_STEPS, _DEMO_EPOCHS = 20, 3


@dataclass(frozen=True)
class Lap:
    """One training of an entry. Seconds are those until it is there, set-up left out.

    Attributes:
        split_seed: decides which rows are trained on.
        seed: of the weights, the batches and dropout.
        verdict: how it went.
        seconds: of training; 0 if it never got there.
        seconds_evaluating: of the rules' evaluations meanwhile.
        reference: seconds of a step of the reference, timed right after.
        demo: seconds of an epoch of the demo, likewise, if TransformerLens is there.
    """

    split_seed: int
    seed: int
    verdict: Verdict
    seconds: float
    seconds_evaluating: float
    reference: float
    demo: float | None = None

    @property
    def seconds_with_evaluation(self) -> float:
        """Both together."""
        return self.seconds + self.seconds_evaluating


@dataclass(frozen=True)
class Result:
    """What a race found.

    Attributes:
        entry: the experiment.
        rules: that it was run by.
        laps: those that count.
        more: further ones of the same sequence of seeds, which do not.
    """

    entry: Experiment
    rules: Rules
    laps: tuple[Lap, ...]
    more: tuple[Lap, ...] = ()

    @property
    def qualifies(self) -> bool:
        """Whether every lap that counts gets there and stays."""
        return all(lap.verdict.stays for lap in self.laps)

    @property
    def reference_steps(self) -> float:
        """What a training costs, in steps of the reference: this number ranks.

        Infinitely many, if the entry does not qualify.
        """
        if not self.qualifies:
            return inf
        return median(lap.seconds / lap.reference for lap in self.laps)

    @property
    def over_demo(self) -> float | None:
        """How many times as long the demo takes, evaluation on both sides.

        The demo's seconds are those of an epoch here times its epochs. ``None`` without
        TransformerLens, or if the entry does not qualify.
        """
        if not self.qualifies or any(lap.demo is None for lap in self.laps):
            return None
        return median(
            lap.demo * yardsticks.DEMO_EPOCHS / lap.seconds_with_evaluation
            for lap in self.laps
        )


def race(
    entry: Experiment,
    *,
    rules: Rules = RULES,
    more: int = 0,
    told: Callable[[Lap], None] = lambda lap: None,
) -> Result:
    """Train an entry with each of its seeds and time it.

    A step of the reference and an epoch of the demo take turns with the trainings, so
    that a slow minute is slow for all of them.

    Args:
        entry: an experiment that keeps the task.
        rules: what it is judged by.
        more: seeds beyond those that count, to tell skill from luck.
        told: is told each lap when it is over.

    Raises:
        ValueError: if the entry does not keep the task.
    """
    rules.check(entry)
    with _threads(rules.threads):
        reference = yardsticks.reference_step(rules.reference)
        demo = None
        if yardsticks.has_demo():
            demo = yardsticks.demo_epoch(rules.reference)
            yardsticks.seconds_of(demo, 1)
        yardsticks.seconds_of(reference, _WARM_UP_STEPS)
        yardsticks.seconds_of(yardsticks.reference_step(entry), _WARM_UP_STEPS)
        laps = []
        for split_seed, seed in rules.draw(entry, more):
            verdict, seconds, evaluating = lap(entry, split_seed, seed, rules)
            laps.append(
                Lap(
                    split_seed,
                    seed,
                    verdict,
                    seconds,
                    evaluating,
                    yardsticks.seconds_of(reference, _REFERENCE_STEPS),
                    demo and yardsticks.seconds_of(demo, _DEMO_EPOCHS),
                )
            )
            told(laps[-1])
    return Result(entry, rules, tuple(laps[: rules.seeds]), tuple(laps[rules.seeds :]))


def lap(
    entry: Experiment, split_seed: int, seed: int, rules: Rules = RULES
) -> tuple[Verdict, float, float]:
    """Train an entry with one pair of seeds, from nothing, until the verdict is clear.

    It has as many steps to get there as the entry says.

    Returns:
        the verdict; seconds of training and of evaluating until it got there.
    """
    entry = entry.replace(split_seed=split_seed, seed=seed)
    trainer = Trainer(entry, device="cpu", moments=_Judged(entry, rules))
    clock = [0.0, 0.0]

    def stop_the_clock(state: TrainingState) -> None:
        if state.row is not None and rules.judge(trainer.history).reached == state.step:
            clock[:] = (
                trainer.seconds - trainer.seconds_evaluating,
                trainer.seconds_evaluating,
            )

    with suppress(TrainingDiverged):  # the last row says how good it was
        trainer.train([stop_the_clock])
    return rules.judge(trainer.history), *clock


@dataclass(frozen=True)
class _Judged:
    """The moments that the rules decide."""

    experiment: Experiment
    rules: Rules

    def due(self, step: int, history: History, last: bool) -> bool:
        # Whoever is not there by the entry's last step is not looked at any more.
        late = step > self.experiment.last_step
        if late and self.rules.judge(history).reached is None:
            return False
        return step % self.rules.every == 0

    def last_step(self, history: History) -> int:
        verdict = self.rules.judge(history)
        if verdict.reached is None:
            # One more, or there would be no going on if it gets there at the last.
            return self.experiment.last_step + 1
        return verdict.fell or verdict.reached + self.rules.stay


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
