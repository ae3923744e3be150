"""From the inside of networks to the numbers of the ledger, one a run."""

from __future__ import annotations

import math

from torch import Tensor, nn

from grokcore.analysis import (
    activations,
    attention,
    fourier,
    geometry,
    logits,
    neurons,
    progress,
)
from grokcore.census import proof
from grokcore.claims.histories import val_step
from grokcore.claims.values import Value
from grokcore.derived import progress_measures
from grokcore.runs import Run

__all__ = [
    "circle_and_accuracy",
    "cosines",
    "key_share",
    "loss_of_formula",
    "overlap",
    "own_start",
    "phase_ends",
    "rank_at_start",
    "restricted_first",
    "score_share",
    "swapped",
    "untrained_score_share",
    "untrained_share",
]

#: What Nanda et al. (2023) read off their figures: the ends of the three phases.
PHASES = (1_400, 9_400, 14_000)

# -- read off weights --------------------------------------------------------------


def _trained(run: Run) -> nn.Module:
    return run.at(run.last_generalized())


def _untrained(run: Run) -> nn.Module:
    return run.experiment.model.build(run.experiment.task, run.experiment.seed)


def _numbers(run: Run, model: nn.Module) -> Tensor:
    """Return the embedding of the numbers; later rows are other tokens."""
    return model.W_E[: run.experiment.task.p]


def key_share(run: Run) -> Value:
    """Return the share of the trained embedding's power in its key frequencies."""
    W_E = _numbers(run, _trained(run))
    return Value(fourier.share(W_E, fourier.key_frequencies(W_E)))


def untrained_share(run: Run) -> Value:
    """Return the share of as many frequencies, the strongest, before training."""
    count = len(fourier.key_frequencies(_numbers(run, _trained(run))))
    W_0 = _numbers(run, _untrained(run))
    strongest = fourier.spectrum(W_0).argsort(descending=True)[:count] + 1
    return Value(fourier.share(W_0, strongest.tolist()))


def score_share(run: Run) -> Value:
    """Return the share of one frequency in the score to b, in the least pure head."""
    return Value(float(_score_shares(_trained(run)).min()))


def untrained_score_share(run: Run) -> Value:
    """Return the same before training, in the purest head."""
    return Value(float(_score_shares(_untrained(run)).max()))


def _score_shares(model: nn.Module) -> Tensor:
    scores = activations.activations(model).scores  # [a, b, head, position]
    return attention.fit_wave(scores[0, :, :, 1].T).explained


def swapped(run: Run) -> Value:
    """Return the share of the neurons' variance that a swap of a and b changes."""
    return Value(neurons.swapped(activations.activations(_trained(run)).neurons))


def cosines(run: Run) -> Value:
    """Return the share of the logits' variance in Σ α cos w(a + b − c)."""
    return Value(_formula(run)[1].explained)


def loss_of_formula(run: Run) -> Value:
    """Return the loss of that sum alone, as a multiple of the network's own."""
    cube, fit = _formula(run)
    alone, whole = logits.evaluate(fit.logits).loss, logits.evaluate(cube).loss
    return Value(alone / whole)


def _formula(run: Run) -> tuple[Tensor, logits.CosineFit]:
    model = _trained(run)
    cube = activations.activations(model).logits
    keys = fourier.key_frequencies(_numbers(run, model))
    return cube, logits.fit_cosines(cube, keys)


# -- how the mechanism grew --------------------------------------------------------


def restricted_first(run: Run) -> Value:
    """Return restricted loss over ln p, when the validation loss was last above ln p.

    ln p is the loss of a network that knows nothing.
    """
    measures = progress_measures(run)
    return Value(proof.restricted_when_wrong(measures, run.experiment.task.p))


def overlap(run: Run) -> Value:
    """Return how much of the restricted loss is gone at the end of memorization."""
    measures = progress_measures(run)
    return Value(proof.gone_when_memorized(measures, run.experiment.task.p))


def phase_ends(run: Run) -> Value:
    """Return how far the ends of the phases are from the published ones, at most."""
    ends = vars(progress.phases(progress_measures(run))).values()
    return Value(max(abs(a / b - 1) for a, b in zip(ends, PHASES, strict=True)))


# -- circles -----------------------------------------------------------------------


def _embedding(run: Run, step: int) -> Tensor:
    return run.weights(step)["embed.W_E"][: run.experiment.task.p].double()


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
    starts = [_numbers(run, _untrained(run)) for run in runs]
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
    start = _numbers(run, _untrained(run))
    places = fourier.ranks(start, fourier.key_frequencies(final))
    if not places:
        return Value(math.nan)
    mean = sum(places) / len(places)
    return Value((mean - 1) / (len(start) // 2 - 1))
