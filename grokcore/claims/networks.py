"""From the inside of networks to the numbers of the ledger, one a run.

What a census measures, too, is measured by its function, :func:`statistic`, of the last
weights that were kept. Of a run that ships these are the last without a mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from grokcore.analysis import fourier, geometry, progress
from grokcore.census import STATISTICS, Specimen
from grokcore.claims.histories import val_step
from grokcore.claims.values import Value
from grokcore.runs import Run
from grokcore.runs.measured import progress_measures

__all__ = [
    "circle_and_accuracy",
    "own_start",
    "phase_ends",
    "rank_at_start",
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
