"""The rules: what an entry has to keep, which seeds it gets, and when it is done."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.tasks import ModularTask

__all__ = ["RULES", "Rules", "Verdict"]

_TASK = ModularTask("add", p=113, train_fraction=0.3)
_REFERENCE = CATALOGUE["live-p113"]

#: Fields of a task that an entry may choose: how equations are written, and the split,
#: which is drawn anyway.
_FREE = ("split_seed", "token_format")

#: Fields that change no step of a training: they could only draw other seeds.
_IDLE = (
    "seed",
    "epochs",
    "max_steps",
    "eval_every",
    "eval_train",
    "stop_val_accuracy",
    "epochs_after_stop",
    "snapshots",
    "snapshot_parameters",
)


@dataclass(frozen=True)
class Verdict:
    """How one seed's training went.

    Attributes:
        reached: the first step whose evaluation reached the accuracy, if any did.
        lowest: the lowest accuracy from then on.
        fell: the first step after that whose evaluation was below it, if any was.
        best: the highest accuracy of all.
        stays: whether it got there and was there for as long as it has to.
    """

    reached: int | None = None
    lowest: float | None = None
    fell: int | None = None
    best: float = 0.0
    stays: bool = False


@dataclass(frozen=True)
class Rules:
    """What all entries have in common.

    Attributes:
        task: what is learned; the way equations are written is free.
        accuracy: on all rows that are not trained on, to be reached …
        stay: … and kept for so many steps …
        floor: … or at least not to fall below this, ``None`` for the accuracy itself …
        every: … as far as an evaluation every so many steps can tell. The cadence is
            the rules' and not the entry's, or an entry could look away when it falls.
        seeds: trainings of an entry; one that fails fails the entry.
        threads: of the CPU.
        reference: whose training step is the unit of time.
    """

    task: ModularTask = _TASK
    accuracy: float = 0.99
    stay: int = 200
    floor: float | None = None
    every: int = 10
    seeds: int = 5
    threads: int = 2
    reference: Experiment = _REFERENCE

    def check(self, entry: Experiment) -> None:
        """Refuse an experiment that does not keep the task.

        Raises:
            ValueError: naming what differs and what is allowed.

        >>> RULES.check(Experiment().replace(p=59))
        Traceback (most recent call last):
        ValueError: the speedrun's task has p=113, not 59; only split_seed and ... free
        """
        for field in dataclasses.fields(self.task):
            ours, theirs = (getattr(t, field.name) for t in (self.task, entry.task))
            if field.name not in _FREE and ours != theirs:
                raise ValueError(
                    f"the speedrun's task has {field.name}={ours!r}, not {theirs!r}; "
                    f"only {' and '.join(_FREE)} of a task are free"
                )

    def recipe(self, entry: Experiment) -> Experiment:
        """Return the entry without what changes no step: seeds, lengths, looks.

        >>> a = Experiment(seed=1, epochs=300, eval_every=5)
        >>> RULES.recipe(a) == RULES.recipe(Experiment(seed=2))
        True
        """
        default = Experiment()
        falls = entry.schedule != "constant"  # then its length is part of the recipe
        idle = {
            name: getattr(default, name)
            for name in _IDLE
            if not (falls and name in ("epochs", "max_steps"))
        }
        return entry.replace(split_seed=default.task.split_seed, **idle)

    def draw(self, entry: Experiment, more: int = 0) -> list[tuple[int, int]]:
        """Return the (split seed, weight seed) pairs that an entry is trained with.

        They follow from the hash of its recipe, so that nobody picks them.

        Args:
            entry: an experiment.
            more: so many beyond those that count, of the same sequence.

        >>> RULES.draw(Experiment(seed=1)) == RULES.draw(Experiment(seed=2))
        True
        >>> RULES.draw(Experiment()) == RULES.draw(Experiment(warmup=10))
        False
        """
        key = self.recipe(entry).key
        hashes = (
            hashlib.sha256(f"{key} {i}".encode()).digest()
            for i in range(self.seeds + more)
        )
        # 31 bits each: any generator takes them.
        return [
            (int.from_bytes(h[:4]) >> 1, int.from_bytes(h[4:8]) >> 1) for h in hashes
        ]

    def judge(self, history: Iterable[Mapping[str, float]]) -> Verdict:
        """Say how a training went, given its evaluations.

        The clock stops at the first evaluation that reaches the accuracy. A later one
        below the floor, within the steps to stay, is a fall; it is not forgiven when
        the accuracy comes back.

        Args:
            history: with the columns "step" and "val_accuracy".

        >>> rows = [(0, 0.01), (10, 0.99), (20, 1.0), (30, 0.98)]
        >>> RULES.judge({"step": s, "val_accuracy": a} for s, a in rows)
        Verdict(reached=10, lowest=0.98, fell=30, best=1.0, stays=False)
        """
        rows = [(int(row["step"]), row["val_accuracy"]) for row in history]
        best = max((accuracy for _, accuracy in rows), default=0.0)
        reached = next((step for step, a in rows if a >= self.accuracy), None)
        if reached is None:
            return Verdict(best=best)
        end = reached + self.stay
        later = {step: accuracy for step, accuracy in rows if reached <= step <= end}
        floor = self.accuracy if self.floor is None else self.floor
        fell = next((step for step, a in later.items() if a < floor), None)
        stays = fell is None and end in later
        return Verdict(reached, min(later.values()), fell, best, stays)


#: Those of the record table.
RULES = Rules()
