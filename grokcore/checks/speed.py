"""Checks of the exercises on speeding grokking up."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grokcore.analysis import filtering
from grokcore.catalogue import CATALOGUE
from grokcore.checks.asking import ask, check, fail, missed, same, spell, tensor
from grokcore.experiments import Experiment
from grokcore.filters import GrokfastMA
from grokcore.speedrun import Rules, Verdict, racing
from grokcore.tasks import ModularTask

__all__ = [
    "BUDGET",
    "RACE",
    "SLOW",
    "double_gain",
    "expect_filtered",
    "expect_gain",
    "expect_lap",
    "filtered",
    "grokfast_ma",
    "mean_of_mean",
    "missing_cells",
    "race_entry",
    "step_cost",
    "unknown_filter",
    "walk",
]

#: The slow experiment of a question that asks for controls; nothing of it is trained.
SLOW = CATALOGUE["grokfast-none"].replace(p=59, epochs=400)

#: The rules of the speedrun, on a smaller clock and with a milder end: what an
#: evaluation misses by a hair a processor decides, so a lap has to stay above a floor.
RACE = Rules(task=ModularTask("add", p=59, train_fraction=0.5), threads=1, floor=0.95)

#: What an entry may cost until it is there: weights × rows, added up over its steps.
BUDGET = 5_000_000_000

#: Further limits, so that a lap takes seconds.
_STEPS, _WEIGHTS = 1_000, 300_000

#: What a figure shows without saying what it is.
_UNKNOWN = GrokfastMA(window=40, lamb=4.0)


# -- filters -----------------------------------------------------------------------


@check
def grokfast_ma(answer: Callable[[Tensor, int, float], Tensor]) -> None:
    """Check a function (gradients [T, N], window, lamb) → [T, N]: Grokfast's MA.

    Raises:
        ~grokcore.checks.CheckFailed: with the first step that is wrong.

    >>> grokfast_ma(filtered)
    grokfast_ma: all checks passed.
    """
    stream = torch.tensor([[3.0, 0], [-1, 2], [4, 4], [1, 0], [-2, 6]]).double()
    for window, lamb in ((2, 1.0), (3, 6.0), (9, 2.0)):
        expect_filtered(answer, stream, window, lamb)


def expect_filtered(answer: Callable, stream: Tensor, window: int, lamb: float) -> None:
    """Ask what the MA makes of a stream.

    Raises:
        ~grokcore.checks.CheckFailed: with the first step that is wrong.
    """
    call = spell(answer, stream, window, lamb)
    found = tensor(ask(answer, stream, window, lamb), stream.shape, call)
    for step, expected in enumerate(filtered(stream, window, lamb)):
        full = "" if step + 1 >= window else " (whose window is not full)"
        same(found[step], expected, f"step {step} of {call}{full}")


def filtered(gradients: Tensor, window: int, lamb: float) -> Tensor:
    """Return what the library's MA makes of a stream [T, N].

    >>> filtered(torch.tensor([[1.0], [3.0], [5.0]]), window=2, lamb=4.0).T
    tensor([[ 1., 11., 21.]])
    """
    weight = torch.nn.Parameter(torch.zeros_like(gradients[0]))
    act = GrokfastMA(window=window, lamb=lamb).build({"weight": weight})
    rows = []
    for gradient in gradients:
        weight.grad = gradient.clone()
        act()
        rows.append(weight.grad.clone())
    return torch.stack(rows)


def unknown_filter(at: Tensor) -> Tensor:
    """Return by how much a filter multiplies what it adds to a wave, [F].

    Which filter, a question asks.

    Args:
        at: frequencies in cycles a step, [F].
    """
    return (filtering.response(_UNKNOWN, at) - 1).abs()


@check
def mean_of_mean(answer: Callable[[Tensor, float, float], Tensor]) -> None:
    """Check a function (f [F], alpha, lamb) → [F]: the gain of an EMA of an EMA.

    Raises:
        ~grokcore.checks.CheckFailed: with the first frequency where it is wrong.

    >>> mean_of_mean(double_gain)
    mean_of_mean: all checks passed.
    """
    f = torch.tensor([0.0, 0.01, 0.1, 0.25, 0.5], dtype=torch.float64)
    for alpha, lamb in ((0.0, 3.0), (0.9, 1.0), (0.6, 4.0)):
        expect_gain(answer, f, alpha, lamb)


def expect_gain(answer: Callable, f: Tensor, alpha: float, lamb: float) -> None:
    """Ask for the gain of an EMA of an EMA.

    Raises:
        ~grokcore.checks.CheckFailed: with the first frequency where it is wrong.
    """
    call = f"mean_of_mean(f, {alpha:g}, {lamb:g})"
    found = tensor(ask(answer, f, alpha, lamb), f.shape, call)
    for place, expected in enumerate(double_gain(f, alpha, lamb)):
        same(found[place], expected, f"{call} at {f[place]:g} cycles a step")


def double_gain(f: Tensor, alpha: float, lamb: float) -> Tensor:
    """Return by how much g + λ · (an EMA of an EMA of g) multiplies waves, [F].

    >>> double_gain(torch.tensor([0.0]), alpha=0.9, lamb=2.0)
    tensor([3.], dtype=torch.float64)
    """
    turn = torch.exp(-2j * math.pi * f.double())
    mean = (1 - alpha) / (1 - alpha * turn)
    return (1 + lamb * mean**2).abs()


# -- controls ----------------------------------------------------------------------


@check
def missing_cells(slow: Experiment, fast: Experiment, **cells: Any) -> None:
    """Check the form of some controls, and that ``twin`` walks like ``gain``.

    Args:
        slow: the experiment without anything.
        fast: the one with a filter and decay.
        cells: by name, experiments that differ from slow in filter and optimizer alone.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> slow = Experiment()
    >>> missing_cells(slow, slow.replace(epochs=2), alone=slow.replace(epochs=3))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: alone differs from slow in epochs; only ...
    """
    taken = {"slow": slow, "fast": fast}
    for name, cell in cells.items():
        _expect_experiment(cell, name)
        parts = _differing(cell, slow)
        if others := [part for part in parts if part not in ("filter", "optimizer")]:
            fail(
                f"{name} differs from slow in {', '.join(others)}; only filter and "
                f"optimizer are under test, the rest is the same for all"
            )
        for other, known in taken.items():
            if cell == known:
                fail(f"{name} is the same experiment as {other}")
        taken[name] = cell
        print(f"{name} differs from slow in {', '.join(parts)}.")
    if "twin" in cells:
        expect_twin(cells["twin"], cells["gain"], size=0.01)


def expect_twin(twin: Experiment, gain: Experiment, size: float) -> None:
    """Hold an experiment without a filter against one with a gain.

    Args:
        twin: without.
        gain: with.
        size: of the gradients that both get.

    Raises:
        ~grokcore.checks.CheckFailed: if it has a filter, or its weights go elsewhere.
    """
    _expect_experiment(twin, "twin")
    if twin.filter is not None:
        fail(f"twin has the filter {twin.filter}; it should do without")
    gradients = size * torch.randn(10, 4, generator=torch.manual_seed(0)).double()
    pairs = zip(walk(twin, gradients), walk(gain, gradients), strict=True)
    for step, (found, expected) in enumerate(pairs, 1):
        if not torch.allclose(found, expected, rtol=1e-6, atol=1e-9):
            away = (found - expected).abs().max()
            fail(
                f"with gradients of size {size:g}, the weights of twin and gain are "
                f"{away:.2g} apart after step {step}"
            )


def walk(experiment: Experiment, gradients: Tensor) -> Tensor:
    """Return where weights go that get some gradients, [T, N].

    They start at 0, 1, 2, … times the size of the gradients, and are moved by the
    experiment's filter and optimizer.

    Args:
        experiment: whose model and task do not matter.
        gradients: [T, N].

    >>> walk(Experiment().replace(lr=0.5, weight_decay=0.0), torch.ones(2, 1)).T
    tensor([[-0.5000, -1.0000]])
    """
    start = torch.arange(len(gradients[0]), dtype=gradients.dtype)
    weight = torch.nn.Parameter(start * gradients.std(correction=0))
    optimizer = experiment.optimizer.build({"weight": weight})
    act = experiment.filter and experiment.filter.build({"weight": weight})
    places = []
    for gradient in gradients:
        weight.grad = gradient.clone()
        if act:
            act()
        optimizer.step()
        places.append(weight.detach().clone())
    return torch.stack(places)


def _expect_experiment(value: Any, name: str) -> None:
    if not isinstance(value, Experiment):
        fail(f"{name} is no Experiment; make one with replace(…) of another")


def _differing(one: Experiment, other: Experiment) -> list[str]:
    """The parts in which two experiments differ."""
    names = [field.name for field in dataclasses.fields(one)]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


# -- the race ----------------------------------------------------------------------


@check
def race_entry(answer: Any, laps: int = 2) -> None:
    """Check an entry of the small race: what it costs, and some of its laps.

    Args:
        answer: an experiment.
        laps: how many of its seeds are tried; a grade depends on others.

    Raises:
        ~grokcore.checks.CheckFailed: if it breaks a rule, or a lap fails.
    """
    for number in range(laps):
        steps = expect_lap(answer, number)
        cost = steps * step_cost(answer)
        print(
            f"lap {number}: 99% after {steps} steps, {cost / BUDGET:.0%} of the budget"
        )


def step_cost(entry: Experiment) -> float:
    """Return the cost of a step: weights × rows.

    >>> entry = Experiment(task=RACE.task)
    >>> round(step_cost(entry)) == 212_864 * RACE.task.train_rows
    True
    """
    return _weights(entry) * entry.task.train_rows / entry.steps_per_epoch


def expect_lap(entry: Any, number: int) -> int:
    """Train an entry with one of the seeds that follow from it.

    Returns:
        the steps that it took.

    Raises:
        ~grokcore.checks.CheckFailed: if it is none, or is not there within the budget,
            or does not stay.
    """
    _expect_experiment(entry, "entry")
    try:
        RACE.check(entry)
    except ValueError as error:
        fail(f"entry: {error}")
    if (weights := _weights(entry)) > _WEIGHTS:
        fail(f"entry has {weights:,} weights; at most {_WEIGHTS:,} are allowed")
    paid = int(BUDGET / step_cost(entry))
    pays = f"the {paid:,} steps that {BUDGET:,} pay for"
    if paid > _STEPS:
        pays = f"{_STEPS:,} steps, the most that an entry may take"
    verdict = lap(entry, number)
    if verdict.reached is None:
        right = "a right answer is there with two thirds of the budget"
        short = missed(verdict.best, RACE.accuracy, right)
        fail(f"lap {number}: {verdict.best:.1%} at best within {pays}, {short}")
    if not verdict.stays:
        right = "a right answer stays above 96%"
        short = missed(verdict.lowest, RACE.floor, right)
        fail(
            f"lap {number}: 99% at step {verdict.reached}, but {verdict.lowest:.1%} at "
            f"step {verdict.fell}, {short}; it has to stay there for {RACE.stay} steps"
        )
    return verdict.reached


def lap(entry: Experiment, number: int, room: float = 1.0) -> Verdict:
    """Train an entry with one of the seeds that follow from it, and judge it.

    Args:
        entry: an experiment that keeps the rules.
        number: of the lap, from 0.
        room: the budget, as a multiple of the one that there is.
    """
    steps = max(1, int(room * min(BUDGET / step_cost(entry), _STEPS)))
    draw = RACE.draw(entry, more=max(0, number + 1 - RACE.seeds))
    split_seed, seed = draw[number]
    limited = entry.replace(
        epochs=steps,
        max_steps=steps,
        stop_val_accuracy=None,
        epochs_after_stop=0,
        snapshots=0,
        snapshot_parameters=None,
    )
    return racing.lap(limited, split_seed, seed, RACE)[0]


def _weights(entry: Experiment) -> int:
    model = entry.model.build(entry.task, seed=0)
    return sum(weight.numel() for weight in model.parameters())
