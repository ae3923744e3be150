"""Where an embedding puts its numbers: statistics of circles (chapter 03)."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from grokcore.analysis import fourier, geometry
from grokcore.census.base import Specimen, statistic
from grokcore.census.course import val_95
from grokcore.models import TransformerConfig
from grokcore.optimizers import schedules
from grokcore.tasks import ModularTask

#: How many untrained networks say what is no circle yet.
_UNTRAINED = 500

#: A circle with less of the power than this is not looked at.
_LARGE = 0.1

_EPOCH, _SHARE, _RING = ",.0f", ".2f", ".2f"


@lru_cache(maxsize=8)
def largest_untrained(
    task: ModularTask, model: TransformerConfig, count: int = _UNTRAINED
) -> float:
    """Return the largest circularity of networks that were not trained."""
    starts = (model.build(task, seed).W_E[: task.p] for seed in range(count))
    return max(geometry.circularity(x).value for x in starts)


@lru_cache(maxsize=1)  # several statistics of one network look at it
def _circles(network: Specimen) -> dict[int, float]:
    """The circularity of each snapshot, by its step."""
    steps = network.run.snapshots
    return {s: geometry.circularity(network.embedding(s)).value for s in steps}


def _first_above(network: Specimen, level: float) -> float:
    steps = (s for s, value in _circles(network).items() if value > level)
    return float(next(steps, math.inf))


# -- the first two components --------------------------------------------------------


@statistic("ring order in the first two components at the end", _RING)
def ring_fit(network: Specimen) -> float:
    """Return how well the frequency fits that fits best."""
    points = geometry.principal_components(network.W_E).project(network.W_E)
    return geometry.best_ring(points).order


@statistic("ring order of the start in the final components", _RING)
def ring_at_start(network: Specimen) -> float:
    """Return how well the untrained numbers follow the ring that fits in the end."""
    final = geometry.principal_components(network.W_E)
    k = geometry.best_ring(final.project(network.W_E)).frequency
    return geometry.ring_order(final.project(network.embedding(0)), k)


@statistic("circularity at the end", _SHARE)
def circle(network: Specimen) -> float:
    """Return how much of a circle the first two components show."""
    return geometry.circularity(network.W_E).value


@statistic("epoch at which a circle stands out", _EPOCH)
def circle_out(network: Specimen) -> float:
    """Return the first snapshot with more circularity than 500 untrained networks."""
    experiment = network.run.experiment
    bound = largest_untrained(experiment.task, experiment.model)
    return _first_above(network, bound)


@statistic("accuracy on unseen pairs when a circle stands out", ".1%")
def unseen_then(network: Specimen) -> float:
    """Return it for pairs of which neither order was shown, then or at the end."""
    out = circle_out(network)
    model = network.model if math.isinf(out) else network.run.at(int(out))
    p = network.task.p
    hidden = ~network.in_training.view(p, p)
    unseen = (hidden & hidden.T).flatten()
    return float(network.right(model)[unseen].double().mean())


@statistic("lowest circularity once validation accuracy is 95%", _SHARE)
def circle_lowest(network: Specimen) -> float:
    """Return the lowest of the snapshots from then on, or the last one's."""
    generalized = val_95(network)
    later = [v for s, v in _circles(network).items() if s >= generalized]
    return min(later, default=circle(network))


@statistic("power of the strongest frequency (next strongest = 1)", ".2f")
def circle_lead(network: Specimen) -> float:
    """Return by how much the largest circle exceeds the next one, at the end."""
    strongest, next_one = fourier.spectrum(network.W_E).topk(2).values
    return float(strongest / next_one)


# -- each circle in its own plane ----------------------------------------------------


@statistic("ring order of the least clean circle, in its own plane", ".3f")
def circle_own(network: Specimen) -> float:
    """Return the lowest of the key frequencies with a tenth of the power or more."""
    W_E = network.W_E
    return min(
        (
            geometry.ring_order(geometry.frequency_plane(W_E, k), k)
            for k in network.keys
            if fourier.share(W_E, [k]) >= _LARGE
        ),
        default=0.0,
    )


# -- what is left of the start -------------------------------------------------------


@statistic("memory of its own start", _SHARE)
def memory(network: Specimen) -> float:
    """Return the cosine of a frequency's waves in the start and in what was added.

    On average over the key frequencies: 1 if training built each circle exactly where
    it already stood, about 0 if anywhere.
    """
    start = network.embedding(0).double()
    grown = network.W_E.double() - _left(network) * start
    cosines = []
    for k in network.keys:
        before, after = _waves(start, k), _waves(grown, k)
        cosines.append(float((before * after).sum() / (before.norm() * after.norm())))
    return sum(cosines) / max(len(cosines), 1)


def _waves(x: Tensor, k: int) -> Tensor:
    """[2, D] the directions of cos and sin of a frequency."""
    return fourier.transform(x)[fourier.rows([k], len(x))]


def _left(network: Specimen) -> float:
    """What weight decay leaves of an initial weight at the end."""
    recipe = network.run.experiment
    rate, decay = recipe.optimizer.lr, recipe.optimizer.weight_decay
    left = 1.0
    for step in range(network.run.snapshots[-1]):
        left *= 1 - decay * rate * schedules.share(
            recipe.schedule,
            step,
            recipe.last_step,
            fall_from=recipe.fall_from,
            warmup=recipe.warmup,
        )
    return left


@statistic("mean rank of the key frequencies before training (strongest = 1)", ".1f")
def rank_at_start(network: Specimen) -> float:
    """Return which place by power the winners had in the untrained embedding."""
    places = fourier.ranks(network.embedding(0), network.keys)
    return sum(places) / max(len(places), 1)


@statistic("growth of the key frequencies' power", ".1f")
def key_growth(network: Specimen) -> float:
    """Return their power at the end over that before training."""
    return _kept(network)[0]


@statistic("what is left of the other frequencies' power", ".0%")
def rest_left(network: Specimen) -> float:
    """Return the power of all others at the end over that before training."""
    return _kept(network)[1]


def _kept(network: Specimen) -> tuple[float, float]:
    before = fourier.spectrum(network.embedding(0))
    after = fourier.spectrum(network.W_E)
    won = torch.zeros(len(after), dtype=torch.bool)
    won[[k - 1 for k in network.keys]] = True
    grown = [float(after[w].sum() / before[w].sum()) for w in (won, ~won) if w.any()]
    return grown[0], grown[-1]
