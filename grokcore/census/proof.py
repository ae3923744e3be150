"""What breaks a network, and how it grew: statistics of proof (chapter 06)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import torch

from grokcore.analysis import clock, fourier, logits, neurons, progress
from grokcore.analysis.activations import activations
from grokcore.census.base import Specimen, statistic
from grokcore.runs.measured import progress_measures

if TYPE_CHECKING:
    import pandas as pd

_SHARE, _TIMES = ".1%", ",.3g"

# -- break it: what is left when frequencies are cut -----------------------------------

#: Where frequencies are cut, from the way in to the way out.
PLACES = ("embedding", "neurons", "logits")

#: How often other frequencies are drawn, to be cut in the place of the key ones.
DRAWS = 5


def cut(
    network: Specimen, place: str, how: Literal["remove", "keep"], which: Iterable[int]
) -> logits.Score:
    """Score the whole table while frequencies are removed at a place, or only kept.

    What a hook does in the chapter, done with the weights: the embedding is edited;
    what comes of the neurons is linear, so the same is cut from their part of the
    logits.
    """
    change = getattr(neurons, how)
    if place == "embedding":
        model = deepcopy(network.model)
        model.embed.W_E[: network.task.p] = getattr(fourier, how)(network.W_E, which)
        cube = model(network.table.tokens).view_as(network.inside.logits)
    elif place == "neurons":
        model, cube = network.model, network.inside.logits
        read = network.inside.neurons @ (model.blocks[-1].mlp.W_out @ model.unembed.W_U)
        cube = cube - read + change(read, which)
    else:
        cube = change(network.inside.logits, which)
    return logits.evaluate(cube)


@lru_cache(maxsize=1)
def _cuts(network: Specimen) -> dict[str, dict[str, list[logits.Score]]]:
    """What the chapter's nine operations leave, and its draws of others."""
    others = sorted({*fourier.frequencies(network.task.p)} - {*network.keys})
    dice = random.Random(0)
    drawn = [dice.sample(others, len(network.keys)) for _ in range(DRAWS)]
    return {
        "keys removed": {p: [cut(network, p, "remove", network.keys)] for p in PLACES},
        "others removed": {
            p: [cut(network, p, "remove", which) for which in drawn] for p in PLACES
        },
        "keys kept": {p: [cut(network, p, "keep", network.keys)] for p in PLACES},
    }


def _all(network: Specimen, what: str) -> list[logits.Score]:
    return [score for group in _cuts(network)[what].values() for score in group]


@lru_cache(maxsize=1)
def _intact(network: Specimen) -> float:
    return logits.evaluate(network.inside.logits).loss


@statistic("accuracy, key frequencies cut (best place)", ".1%")
def keys_cut(network: Specimen) -> float:
    """Return the highest accuracy without them: embedding, neurons or logits."""
    return max(score.accuracy for score in _all(network, "keys removed"))


@statistic("accuracy, others cut (worst place)", ".2%")
def others_cut(network: Specimen) -> float:
    """Return the lowest accuracy of five draws of others at each of three places."""
    return min(score.accuracy for score in _all(network, "others removed"))


@statistic("accuracy, only key ones left (worst place)", ".2%")
def keys_kept(network: Specimen) -> float:
    """Return the lowest accuracy with all else cut: embedding, neurons or logits."""
    return min(score.accuracy for score in _all(network, "keys kept"))


@statistic("loss over intact, only key ones in the logits", _TIMES)
def clean_logits(network: Specimen) -> float:
    """Return how many times as high the loss is when the logits are cleaned."""
    return _cuts(network)["keys kept"]["logits"][0].loss / _intact(network)


@statistic("loss over intact, only key ones embedded", _TIMES)
def clean_embedding(network: Specimen) -> float:
    """Return how many times as high the loss is when the embedding is cleaned."""
    return _cuts(network)["keys kept"]["embedding"][0].loss / _intact(network)


@lru_cache(maxsize=1)
def _one_cut(network: Specimen) -> dict[str, list[logits.Score]]:
    """At each place: what is left when one key frequency is cut, for each of them."""
    return {p: [cut(network, p, "remove", [k]) for k in network.keys] for p in PLACES}


@statistic("loss over intact, one key cut in embedding", ",.0f")
def one_cut(network: Specimen) -> float:
    """Return how many times as high the loss is, for the middle one of the keys."""
    losses = sorted(score.loss for score in _one_cut(network)["embedding"])
    return losses[(len(losses) - 1) // 2] / _intact(network) if losses else 1.0


@statistic("loss, one key cut: embedding over neurons", ".1f")
def deeper_cut(network: Specimen) -> float:
    """Return how many times as high it is on the way in, for the middle key."""
    both = (_one_cut(network)[place] for place in ("embedding", "neurons"))
    times = sorted(a.loss / b.loss for a, b in zip(*both, strict=True))
    return times[(len(times) - 1) // 2] if times else 1.0


@statistic("key frequencies not missed in the logits", ".0f")
def not_missed(network: Specimen) -> float:
    """Return how many can be cut there one at a time, 99.9% of the answers staying."""
    return float(sum(s.accuracy > 0.999 for s in _one_cut(network)["logits"]))


# -- measure it: restricted and excluded loss ------------------------------------------


@lru_cache(maxsize=1)
def _growth(network: Specimen) -> pd.DataFrame:
    return progress_measures(network.run)


@statistic("restricted over validation loss at the end", ".2f")
def restricted_at_end(network: Specimen) -> float:
    """Return the loss on unseen questions with the key directions alone, over all."""
    last = _growth(network).iloc[-1]
    return float(last.restricted_val / last.val_loss)


@statistic("excluded loss over ln p at the end", ".2f")
def excluded_at_end(network: Specimen) -> float:
    """Return the loss on the whole table without the key directions, over ln p."""
    return float(_growth(network).excluded_all.iloc[-1]) / math.log(network.task.p)


@statistic("restricted loss / ln p, validation at ln p", _SHARE)
def restricted_first(network: Specimen) -> float:
    """Return restricted loss over ln p, when validation loss was last above ln p.

    ln p is the loss of a network that knows nothing.
    """
    measures, nothing = _growth(network), math.log(network.task.p)
    wrong = measures[measures.val_loss > nothing]
    return float(wrong.restricted_val.iloc[-1]) / nothing


@statistic("unseen restricted / ln p, validation at ln p", _SHARE)
def unseen_first(network: Specimen) -> float:
    """Return the same, told by pairs that were never shown alone.

    At the last moment with a validation loss above ln p of which weights were kept.
    """
    measures, nothing = _growth(network), math.log(network.task.p)
    wrong = measures[(measures.val_loss > nothing) & measures.restricted_unseen.notna()]
    return float(wrong.restricted_unseen.iloc[-1]) / nothing


@statistic("restricted loss gone when memorization ends", _SHARE)
def overlap(network: Specimen) -> float:
    """Return how much of ln p the restricted loss has lost by then."""
    measures = _growth(network)
    end = progress.phases(measures).memorization
    left = measures.restricted_val[measures.step == end].iloc[0]
    return 1 - float(left) / math.log(network.task.p)


@statistic("unseen restricted gone when memorization ends", _SHARE)
def unseen_overlap(network: Specimen) -> float:
    """Return the same, told by pairs that were never shown alone.

    Memorized answers have no share in it.
    """
    measures = _growth(network)
    end = progress.phases(measures).memorization
    left = measures.restricted_unseen[measures.step == end].iloc[0]
    return 1 - float(left) / math.log(network.task.p)


@statistic("lowest excluded loss, over ln p", _SHARE)
def excluded_lowest(network: Specimen) -> float:
    """Return how near the network comes to knowing its rows without the formula."""
    return float(_growth(network).excluded_train.min()) / math.log(network.task.p)


@statistic("rises of restricted loss until 95% are right", ".0f")
def steps_back(network: Specimen) -> float:
    """Return at how many snapshots, from 95% in training on, it is higher than before.

    The snapshots are kept about 11% of the time apart.
    """
    first, last = network.delay.train_epoch, network.delay.val_epoch
    if first is None or last is None:
        return math.inf
    measures = _growth(network)
    between = measures[measures.epoch.between(first, last)]
    return float((between.restricted_val.diff() > 0).sum())


def _end(network: Specimen, phase: str) -> float:
    """The end of a phase, over the epoch with validation accuracy 95%."""
    if network.delay.val_epoch is None:
        return math.inf
    end = getattr(progress.phases(_growth(network)), phase)
    return end / network.run.experiment.steps_per_epoch / network.delay.val_epoch


@statistic("end of memorization (95% right = 1)", ".2f")
def memorization_end(network: Specimen) -> float:
    """Return it by the chapter's rule, over the epoch with validation accuracy 95%."""
    return _end(network, "memorization")


@statistic("end of circuit formation (95% right = 1)", ".2f")
def formation_end(network: Specimen) -> float:
    """Return it by the chapter's rule, over the epoch with validation accuracy 95%."""
    return _end(network, "circuit_formation")


@statistic("end of cleanup (95% right = 1)", ".2f")
def cleanup_end(network: Specimen) -> float:
    """Return it by the chapter's rule, over the epoch with validation accuracy 95%."""
    return _end(network, "cleanup")


def _changes(network: Specimen, column: str) -> list[float]:
    """By how much something changes in each of the three phases."""
    measures = _growth(network)
    marks = [0, *vars(progress.phases(measures)).values()]
    return measures.set_index("step").loc[marks, column].diff().iloc[1:].tolist()


@statistic("share of the Gini's rise that is in cleanup", ".0%")
def gini_in_cleanup(network: Specimen) -> float:
    """Return the change in the third phase, over that in all three."""
    changes = _changes(network, "gini")
    return changes[-1] / sum(changes)


# -- clock or pizza --------------------------------------------------------------------


@statistic("gradient symmetricity", ".2f")
def symmetricity(network: Specimen) -> float:
    """Return how alike the logits depend on a and b."""
    return clock.gradient_symmetricity(network.model)


@statistic("distance irrelevance", ".2f")
def irrelevance(network: Specimen) -> float:
    """Return how little the right logit depends on the distance of a and b."""
    return clock.distance_irrelevance(network.inside.logits)


@statistic("spread of the right logit, over its mean", _SHARE)
def right_spread(network: Specimen) -> float:
    """Return its standard deviation over the whole table, in means."""
    right = logits.right_logits(network.inside.logits)
    return float(right.std() / right.mean())


@statistic("share of second-order products in neurons", ".3f")
def second_order(network: Specimen) -> float:
    """Return the mean over the neurons that vary at all."""
    teams = neurons.fit_frequencies(network.inside.neurons)
    return float(teams.second_order[teams.active].mean())


@statistic("irrelevance, half and half over intact", ".2f")
def half_irrelevance(network: Specimen) -> float:
    """Return what is left of it while each head looks at a and b alike, always."""
    halved = activations(network.model, torch.tensor([0.5, 0.5, 0.0])).logits
    return clock.distance_irrelevance(halved) / irrelevance(network)
