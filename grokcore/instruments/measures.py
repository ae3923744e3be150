"""The measures of the course that give one number for a network or a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from grokcore.analysis import (
    attention,
    clock,
    fourier,
    geometry,
    logits,
    neurons,
    norms,
    progress,
)
from grokcore.instruments.specimen import Specimen

__all__ = ["INSTRUMENTS", "Instrument"]


@dataclass(frozen=True)
class Instrument:
    """A measure.

    Attributes:
        name: for people.
        what: what it is, in a sentence.
        source: who it is from.
        chapter: the file's number of the chapter that introduces it.
        section: the heading there.
        speaks: which readings its source takes for those of a mechanism: high ones, low
            ones, or, if it tells mechanisms apart, either.
        form: how a reading is written, as in ``format(reading, form)``.
        inside: whether it needs a network, or takes a table of logits.
        read: the measure, of a :class:`~grokcore.instruments.specimen.Specimen`.
    """

    name: str
    what: str
    source: str
    chapter: str
    section: str
    speaks: Literal["high", "low", "either"]
    form: str
    inside: bool
    read: Callable[[Specimen], float]


def _accuracy(rows: str) -> Callable[[Specimen], float]:
    return lambda s: logits.evaluate(s.logits, rows=getattr(s, rows)).accuracy


def _restricted(s: Specimen) -> float:
    only = progress.restricted(s.logits, s.keys)
    return logits.evaluate(only, rows=~s.shown).loss


def _excluded(s: Specimen) -> float:
    without = progress.excluded(s.logits, s.keys)
    return logits.evaluate(without, rows=s.shown).loss


def _smallest_lead(s: Specimen) -> float:
    return float(logits.margin(s.logits).min())


def _right_spread(s: Specimen) -> float:
    right = logits.right_logits(s.logits)
    return float(right.std() / right.mean())


def _evenness(s: Specimen) -> float:
    curves = [logits.strength(s.logits, k) for k in s.keys]
    loudest = max(curves, key=lambda curve: float(curve.mean()))
    return float(loudest.min() / loudest.max())


def _ring(s: Specimen) -> float:
    seen = geometry.principal_components(s.W_E).project(s.W_E)
    return geometry.best_ring(seen).order


def _score_waves(s: Specimen) -> float:
    heads = s.inside.scores[0, :, :, 1].T  # to b, at a = 0
    return float(attention.fit_wave(heads).explained.min())


def _pure_neurons(s: Specimen) -> float:
    return float((s.teams.share[s.teams.active] > 0.85).double().mean())


def _directions(s: Specimen) -> int:
    power = torch.linalg.svdvals(s.W_L.double()).square()
    return int((power.cumsum(0) < 0.99 * power.sum()).sum()) + 1


def _sum_of_squares(s: Specimen) -> float:
    return norms.sum_of_squares(s.network.parameters())


def _normalized_lead(s: Specimen) -> float:
    attn, mlp = s.network.blocks[0].attn, s.network.blocks[0].mlp
    matrices = [s.W_E, attn.W_V, attn.W_O, mlp.W_in, mlp.W_out]
    matrices += [s.network.unembed.W_U]
    return 1e6 * _smallest_lead(s) / math.prod(float(w.norm()) for w in matrices)


@torch.no_grad()
def _with_embedding(s: Specimen, W_E: Tensor) -> Tensor:
    """The answers [p, p] where the first number is embedded otherwise."""
    p = len(s.logits)
    network = s.network
    x = network.embed.W_E[s.table.tokens] + network.pos_embed.W_pos
    x[:, 0] += (W_E - s.W_E)[s.table.operands[:, 0]]
    for block in network.blocks:
        x = block(x)
    return network.read_answer(x)[:, -1].argmax(-1).view(p, p)


#: By how much the first number is moved in an interchange.
_SHIFTS = (1, 2, 5, 17, 50)


def _interchange(s: Specimen) -> float:
    part = fourier.keep(s.W_E, s.keys)
    sums = s.table.targets.view(s.logits.shape[:2])
    moved = [
        _with_embedding(s, s.W_E - part + part.roll(-d, 0)) == (sums + d) % len(sums)
        for d in _SHIFTS
    ]
    return float(torch.stack(moved).double().mean())


def _left_without(s: Specimen) -> float:
    network = s.network
    whole = network.embed.W_E.clone()
    try:
        network.embed.W_E[: len(s.logits)] = fourier.remove(s.W_E, s.keys)
        answers = network(s.table.tokens).view(s.logits.shape)
    finally:
        network.embed.W_E[:] = whole
    return logits.evaluate(answers).accuracy


_NANDA = "Nanda et al. 2023"
_ZHONG = "Zhong et al. 2023"
_OURS = "this course"

#: From the plainest to those that look inside. Which readings speak for a mechanism is
#: what a measure's source says, and not what was read.
INSTRUMENTS = (
    Instrument(
        "accuracy, shown",
        "How many of the training cells are answered right.",
        "Power et al. 2022",
        "01",
        "Predict, then watch",
        "high",
        ".1%",
        False,
        _accuracy("shown"),
    ),
    Instrument(
        "accuracy, validation",
        "How many of the other cells are.",
        "Power et al. 2022",
        "01",
        "Predict, then watch",
        "high",
        ".1%",
        False,
        lambda s: logits.evaluate(s.logits, rows=~s.shown).accuracy,
    ),
    Instrument(
        "accuracy, unseen",
        "How many are, of the cells that were shown neither way around.",
        _OURS,
        "02",
        "What a split gives away",
        "high",
        ".1%",
        False,
        _accuracy("unseen"),
    ),
    Instrument(
        "smallest lead",
        "The right logit minus the best other one, in the worst cell, in nats.",
        "Morwani et al. 2023",
        "06",
        "Third proof: build it",
        "high",
        ".1f",
        False,
        _smallest_lead,
    ),
    Instrument(
        "logits explained by cosines",
        "The share of the logits' variance that is a sum of cos w(a + b − c), one for "
        "each key frequency.",
        _NANDA,
        "05",
        "All frequencies together",
        "high",
        ".1%",
        False,
        lambda s: logits.fit_cosines(s.logits, s.keys).explained,
    ),
    Instrument(
        "restricted loss",
        "The validation loss if only the key directions are left of the logits, in "
        "nats.",
        _NANDA,
        "06",
        "Second proof: measure it",
        "low",
        ".1f",
        False,
        _restricted,
    ),
    Instrument(
        "restricted loss, unseen alone",
        "The same, told by cells that were shown neither way around, and judged on "
        "others of these.",
        _OURS,
        "06",
        "What would a parrot score?",
        "low",
        ".1f",
        False,
        lambda s: progress.unseen_loss(s.logits, s.keys, s.unseen),
    ),
    Instrument(
        "excluded loss",
        "The training loss if the key directions are taken out of the logits, in nats.",
        _NANDA,
        "06",
        "Second proof: measure it",
        "high",
        ".1f",
        False,
        _excluded,
    ),
    Instrument(
        "distance irrelevance",
        "How little of the right logit's spread goes with a − b: 0 for a pizza, high "
        "for a clock.",
        _ZHONG,
        "06c",
        "Two numbers",
        "either",
        ".2f",
        False,
        lambda s: clock.distance_irrelevance(s.logits),
    ),
    Instrument(
        "spread of the right logit",
        "Its standard deviation over the table, as a share of its mean.",
        _OURS,
        "06c",
        "Two numbers",
        "low",
        ".1%",
        False,
        _right_spread,
    ),
    Instrument(
        "evenness",
        "How strong the loudest wave cos w(a + b − c) is where it is weakest, as a "
        "share of where it is strongest: 0 for a pizza, 1 for a clock.",
        _OURS,
        "05",
        "Who multiplies?",
        "either",
        ".2f",
        False,
        _evenness,
    ),
    Instrument(
        "key share of the embedding",
        "The share of its power that the key frequencies have.",
        _NANDA,
        "04",
        "A rule with nothing to tune",
        "high",
        ".1%",
        True,
        lambda s: fourier.share(s.W_E, s.keys),
    ),
    Instrument(
        "Gini coefficient",
        "How unevenly the embedding's frequencies are spread: 0 if all are equally "
        "strong.",
        _NANDA,
        "06b",
        "Two measures of the weights alone",
        "high",
        ".2f",
        True,
        lambda s: norms.gini(fourier.amplitudes(s.W_E).norm(dim=1)),
    ),
    Instrument(
        "circularity",
        "How much of the first two principal components is a circle of one frequency.",
        "Kitouni 2022, as a number",
        "03",
        "Before, with or after?",
        "high",
        ".2f",
        True,
        lambda s: geometry.circularity(s.W_E).value,
    ),
    Instrument(
        "ring order",
        "How well the numbers stand in the order of a ring there: 1 if each is at its "
        "angle.",
        _OURS,
        "03",
        "Build it once: frequency and ring",
        "high",
        ".2f",
        True,
        _ring,
    ),
    Instrument(
        "scores of one frequency",
        "The share of one wave in a head's attention scores, in the least pure head.",
        _NANDA,
        "05",
        "What the heads look at",
        "high",
        ".2f",
        True,
        _score_waves,
    ),
    Instrument(
        "neurons of one frequency",
        "How many neurons have over 85% of their variance in one frequency.",
        _NANDA,
        "05",
        "Neurons in teams",
        "high",
        ".0%",
        True,
        _pure_neurons,
    ),
    Instrument(
        "products in a neuron",
        "The share of its variance that is a product of a wave of a and one of b, on "
        "average.",
        _OURS,
        "06",
        "Does the analysis recognize it?",
        "high",
        ".2f",
        True,
        lambda s: float(s.teams.second_order[s.teams.active].mean()),
    ),
    Instrument(
        "changed by a swap",
        "The share of the neurons' variance that changes when a and b are swapped.",
        _OURS,
        "05c",
        "Does it turn b into −b?",
        "either",
        ".1%",
        True,
        lambda s: neurons.swapped(s.inside.neurons),
    ),
    Instrument(
        "gradient symmetricity",
        "The cosine between the gradients of a logit with respect to the embeddings of "
        "a and of b: 1 for a pizza.",
        _ZHONG,
        "06c",
        "Two numbers",
        "either",
        ".2f",
        True,
        lambda s: clock.gradient_symmetricity(s.network),
    ),
    Instrument(
        "directions of the read-out",
        "How many directions hold 99% of the neuron–logit map.",
        _NANDA,
        "05c",
        "A narrow read-out",
        "low",
        ".0f",
        True,
        _directions,
    ),
    Instrument(
        "key share of the read-out",
        "The share of the neuron–logit map that the key frequencies have.",
        _NANDA,
        "05c",
        "A narrow read-out",
        "high",
        ".1%",
        True,
        lambda s: fourier.share(s.W_L.T, s.keys),
    ),
    Instrument(
        "sum of squared weights",
        "What weight decay makes smaller.",
        _NANDA,
        "06b",
        "Two measures of the weights alone",
        "low",
        ",.0f",
        True,
        _sum_of_squares,
    ),
    Instrument(
        "lead at equal norms",
        "The smallest lead, divided by the norms of the six matrices that numbers pass "
        "through, in millionths.",
        "Morwani et al. 2023, with other norms",
        "06d",
        "At equal cost",
        "high",
        ".1f",
        True,
        _normalized_lead,
    ),
    Instrument(
        "right without key frequencies",
        "How many cells are answered right if these are cut out of the embedding.",
        _NANDA,
        "06",
        "First proof: break it",
        "low",
        ".1%",
        True,
        _left_without,
    ),
    Instrument(
        "moved by an interchange",
        "The first number gets the key part of another one: how many answers move by "
        "exactly as much.",
        _OURS,
        "06",
        "Is it only size?",
        "high",
        ".1%",
        True,
        _interchange,
    ),
)
