"""What a study is, and how its arms repeat one experiment over seeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from grokcore.experiments import Experiment
from grokcore.runs import Run, load

__all__ = ["Arm", "Study", "both_seeds", "seeds"]

#: One experiment a seed.
Arm = tuple[Experiment, ...]


@dataclass(frozen=True)
class Study:
    """Arms to compare, and what they are compared for.

    Attributes:
        question: what it answers.
        arms: by name, an experiment a seed.
        budget: steps; what has not happened by then counts as "> budget".
        weights: what ships with the histories: "none"; "norms", how long each part is
            at all snapshots; "generalized", all weights of the last step with no
            mistake, and the progress measures; "embedding", that of all snapshots;
            "specimen", that and all weights of the end; "inside", what
            :mod:`grokcore.runs.inside` finds in the snapshots, and no weights.
    """

    question: str
    arms: dict[str, Arm]
    budget: int
    weights: Literal[
        "none", "norms", "generalized", "embedding", "specimen", "inside"
    ] = "none"

    @property
    def experiments(self) -> list[Experiment]:
        """Those of all arms, each once."""
        return list(dict.fromkeys(e for arm in self.arms.values() for e in arm))

    def runs(self) -> dict[str, list[Run]]:
        """Return the runs of each arm, in the order of its experiments.

        Raises:
            ~grokcore.runs.files.StoreError: if one is missing, or cannot be read.

        >>> from grokcore.studies import STUDIES
        >>> runs = STUDIES["grokfast"].runs()
        >>> [len(arm) for arm in runs.values()]
        [3, 3, 3]
        """
        return {name: [load(e) for e in arm] for name, arm in self.arms.items()}


def seeds(experiment: Experiment, among: Iterable[int] = range(3)) -> Arm:
    """One experiment a seed, of the weights alone.

    >>> [e.seed for e in seeds(Experiment())]
    [0, 1, 2]
    """
    return tuple(experiment.grid(seed=among))


def both_seeds(experiment: Experiment, among: Iterable[int] = range(3)) -> Arm:
    """As published code has it: one seed for the weights, the split and the batches.

    >>> [(e.seed, e.task.split_seed) for e in both_seeds(Experiment())]
    [(0, 0), (1, 1), (2, 2)]
    """
    return tuple(experiment.replace(seed=s, split_seed=s) for s in among)
