"""What is measured of a network of a census, and how a statistic joins the others.

A statistic is one function, in the file of its theme. The chapters use the same
functions, so that a number in the text and a number of the census are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from grokcore.analysis import activations, fourier
from grokcore.runs import Run

__all__ = ["STATISTICS", "Specimen", "Statistic", "statistic"]


class Specimen:
    """A finished run, and what several statistics need of it, computed once.

    Args:
        run: of a live recipe, with the weights of its end.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.task = run.experiment.task
        self.history = run.history.set_index("epoch")
        self.delay = run.delay()

    @cached_property
    def model(self) -> nn.Module:
        """The network at the end."""
        return self.run.model

    @cached_property
    def untrained(self) -> nn.Module:
        """The network before the first step."""
        experiment = self.run.experiment
        model = experiment.untrained()
        return model.eval().requires_grad_(False)

    @cached_property
    def table(self):
        """The rows of the task."""
        return self.task.data()

    @cached_property
    def W_E(self) -> Tensor:
        """[P, D] the embedding of the numbers at the end."""
        return self.model.W_E[: self.task.p]

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """The key frequencies of that embedding."""
        return fourier.key_frequencies(self.W_E)

    @property
    def labels(self) -> dict[str, str]:
        """What its row of a census says besides numbers."""
        return {"keys": " ".join(map(str, self.keys))}

    @cached_property
    def inside(self) -> activations.Activations:
        """What passes through the network at the end, for the whole table."""
        return activations.activations(self.model)

    @cached_property
    def before(self) -> activations.Activations:
        """The same before the first step."""
        return activations.activations(self.untrained)

    @cached_property
    def in_training(self) -> Tensor:
        """[P * P] which cells of the table are trained on."""
        shown = torch.zeros(len(self.table.targets), dtype=torch.bool)
        shown[self.table.train] = True
        return shown

    def right(self, model: nn.Module) -> Tensor:
        """[P * P] which cells of the table a network answers rightly."""
        with torch.no_grad():
            return model(self.table.tokens).argmax(-1) == self.table.targets

    def embedding(self, step: int) -> Tensor:
        """[P, D] the embedding of the numbers at a step that was kept."""
        return self.run.weights(step)["embed.W_E"][: self.task.p]


@dataclass(frozen=True)
class Statistic:
    """A number that is measured of a network.

    Attributes:
        name: its column in a census.
        words: what it is, for people, as an axis or a sentence has it.
        form: how it is written, a format specification such as ".0%".
        measure: of what the census looks at, such as a :class:`Specimen`. ``inf`` is
            "not within the run", ``nan`` "not defined".
    """

    name: str
    words: str
    form: str
    measure: Callable[[Any], float]

    def tell(self, value: float) -> str:
        """Write a value."""
        return format(value, self.form)


#: All statistics of a :class:`Specimen`, by name.
STATISTICS: dict[str, Statistic] = {}


def statistic(
    words: str, form: str, into: dict[str, Statistic] = STATISTICS
) -> Callable[[Callable], Callable]:
    """Add a function to the statistics of some kind of census, under its name.

    Args:
        words: what it measures.
        form: how it is written.
        into: those that it joins; by default the ones of a :class:`Specimen`.
    """

    def add(measure: Callable[[Any], float]) -> Callable[[Any], float]:
        name = measure.__name__
        if name in into:
            raise ValueError(f"there is a statistic {name!r} already")
        into[name] = Statistic(name, words, form, measure)
        return measure

    return add
