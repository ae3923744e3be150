"""From the inside of networks to the numbers of the ledger, one a run.

What a census measures, too, is measured by its function, :func:`statistic`, of the last
weights that were kept. Of a run that ships these are the last without a mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from grokcore.analysis import (
    fourier,
    geometry,
    landscape,
    norms,
    progress,
)
from grokcore.census import STATISTICS, Specimen
from grokcore.claims.histories import val_step
from grokcore.claims.values import Value
from grokcore.runs import Run
from grokcore.runs.measured import part_norms, progress_measures

__all__ = [
    "circle_and_accuracy",
    "norm_peak",
    "norm_spike",
    "own_start",
    "phase_ends",
    "pull",
    "rank_at_start",
    "rougher",
    "sharper",
    "statistic",
]

#: What Nanda et al. (2023) read off their figures: the ends of the three phases.
PHASES = (1_400, 9_400, 14_000)


def statistic(name: str) -> Callable[[Run], Value]:
    """Return the function that measures a statistic of the census of a run.

    >>> import grokcore as gc
    >>> statistic("key_count")(gc.load("nanda-p113"))
    Value(number=6.0, bound='')
    """
    measure = STATISTICS[name].measure
    return lambda run: Value(measure(Specimen(run)))


def phase_ends(run: Run) -> Value:
    """Return how far the ends of the phases are from the published ones, at most."""
    ends = vars(progress.phases(progress_measures(run))).values()
    return Value(max(abs(a / b - 1) for a, b in zip(ends, PHASES, strict=True)))


# -- circles -----------------------------------------------------------------------


def _embedding(run: Run, step: int) -> Tensor:
    return run.weights(step)["embed.W_E"][: run.experiment.task.p].double()


def _start(run: Run) -> Tensor:
    """The embedding of the numbers before training."""
    model = run.experiment.untrained()
    return model.W_E[: run.experiment.task.p]


def circle_and_accuracy(run: Run) -> Value:
    """Return when circularity first exceeds ½, over when validation reaches 95%."""
    circle = Value(run.snapshots[-1], ">")
    for step in run.snapshots:
        if geometry.circularity(_embedding(run, step)).value > 0.5:
            circle = Value(step)
            break
    return circle.over(val_step(run))


def own_start(runs: list[Run]) -> list[Value]:
    """Return the ring order of each start in its final plane, over that of others.

    The final plane are the principal components of the last embedding; the ring is that
    of the frequency which fits best there.
    """
    starts = [_start(run) for run in runs]
    values = []
    for i, run in enumerate(runs):
        x = _embedding(run, run.snapshots[-1])
        final = geometry.principal_components(x)
        k = geometry.best_ring(final.project(x)).frequency
        seen = [geometry.ring_order(final.project(start), k) for start in starts]
        own = seen.pop(i)
        values.append(Value(own).over(Value(sum(seen) / len(seen))))
    return values


def rank_at_start(run: Run) -> Value:
    """Return the share of the other frequencies that had more power before training.

    On average over the final key frequencies: 0 for the strongest, ½ by chance.
    """
    final = _embedding(run, run.snapshots[-1])
    start = _start(run)
    places = fourier.ranks(start, fourier.key_frequencies(final))
    if not places:
        return Value(math.nan)
    mean = sum(places) / len(places)
    return Value((mean - 1) / (len(start) // 2 - 1))


# -- the loss around a network -----------------------------------------------------

#: Where a slice is looked at, in lengths of the network's own filters.
PLACES = torch.linspace(-1, 1, 41)

#: Seeds of the directions that a roughness is the mean of.
DIRECTIONS = range(10)


def _around(run: Run) -> tuple[landscape.Loss, landscape.Weights]:
    """The training loss as a function of weights, and the weights of the end."""
    data, model = run.experiment.task.data(), run.model
    rows = data.train
    loss = landscape.loss_of(model, data.tokens[rows], data.targets[rows])
    return loss, landscape.weights_of(model)


def _roughness(run: Run) -> float:
    loss, at = _around(run)
    found = []
    for seed in DIRECTIONS:
        along = landscape.direction(at, seed)
        heights = landscape.line(loss, at, along, PLACES)
        found.append(landscape.roughness(heights, PLACES))
    return sum(found) / len(found)


def rougher(run: Run, other: Run) -> Value:
    """Return how rough slices of the training loss are, over those of another run.

    The mean over ten random directions, each filter of which is as long as the
    network's own.
    """
    return Value(_roughness(run)).over(Value(_roughness(other)))


def sharper(run: Run, other: Run) -> Value:
    """Return the Hessian's largest eigenvalue, over that of another run."""
    tops = [landscape.top_eigenvalue(*_around(r)) for r in (run, other)]
    return Value(tops[0]).over(Value(tops[1]))


def pull(run: Run) -> Value:
    """Return the cosine of the steepest descent with the weights, at the end."""
    return Value(landscape.pull(*_around(run)))


# -- norms over time ---------------------------------------------------------------


def _waiting(run: Run) -> tuple[int, int]:
    """First rows with training and with validation accuracy 95%.

    Raises:
        ValueError: if there are none, or none between them.
    """
    delay, steps = run.delay(), run.history.step.tolist()
    if not delay.steps:
        raise ValueError(f"{run.folder.name} has no delay: {delay}")
    return steps.index(delay.train_step), steps.index(delay.val_step)


def norm_spike(run: Run, part: str = "attn") -> Value:
    """Return how far a part's norm stands out once a network memorized, as a factor.

    From training accuracy 95% to the last step: highest over the higher end.
    """
    start, _ = _waiting(run)
    return Value(norms.spike(part_norms(run)[part][start:].tolist()))


def norm_peak(run: Run, part: str = "attn") -> Value:
    """Return when a part's norm is highest.

    0 is where it has memorized, 1 where it has generalized, 95% of each.
    """
    start, end = _waiting(run)
    top = int(part_norms(run)[part].argmax())
    return Value((top - start) / (end - start))
