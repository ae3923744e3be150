"""Measures that look inside of a network: at its weights, or at what passes through."""

from __future__ import annotations

import math

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
)
from grokcore.instruments.instrument import NANDA, OURS, ZHONG, Instrument
from grokcore.instruments.outside import smallest_lead
from grokcore.instruments.specimen import Specimen

__all__ = ["INSIDE"]


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
    return 1e6 * smallest_lead(s) / math.prod(float(w.norm()) for w in matrices)


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


#: Along the way of a number; then the weights as a whole; then what a cut changes.
INSIDE = (
    Instrument(
        "key share of the embedding",
        "The share of its power that the key frequencies have.",
        NANDA,
        "04",
        "A rule with nothing to tune",
        "high",
        ".1%",
        lambda s: fourier.share(s.W_E, s.keys),
        inside=True,
    ),
    Instrument(
        "Gini coefficient",
        "How unevenly the embedding's frequencies are spread: 0 if all are equally "
        "strong.",
        NANDA,
        "06b",
        "Two measures of the weights alone",
        "high",
        ".2f",
        lambda s: norms.gini(fourier.amplitudes(s.W_E).norm(dim=1)),
        inside=True,
    ),
    Instrument(
        "circularity",
        "How much of the first two principal components is a circle of one frequency.",
        "Kitouni 2022, as a number",
        "03",
        "Before, with or after?",
        "high",
        ".2f",
        lambda s: geometry.circularity(s.W_E).value,
        inside=True,
    ),
    Instrument(
        "ring order",
        "How well the numbers stand in the order of a ring there: 1 if each is at its "
        "angle.",
        OURS,
        "03",
        "Build it once: frequency and ring",
        "high",
        ".2f",
        _ring,
        inside=True,
    ),
    Instrument(
        "scores of one frequency",
        "The share of one wave in a head's attention scores, in the least pure head.",
        NANDA,
        "05",
        "What the heads look at",
        "high",
        ".2f",
        _score_waves,
        inside=True,
    ),
    Instrument(
        "neurons of one frequency",
        "How many neurons have over 85% of their variance in one frequency.",
        NANDA,
        "05",
        "Neurons in teams",
        "high",
        ".0%",
        _pure_neurons,
        inside=True,
    ),
    Instrument(
        "products in a neuron",
        "The share of its variance that is a product of a wave of a and one of b, on "
        "average.",
        OURS,
        "06c",
        "Does the analysis recognize it?",
        "high",
        ".2f",
        lambda s: float(s.teams.second_order[s.teams.active].mean()),
        inside=True,
    ),
    Instrument(
        "changed by a swap",
        "The share of the neurons' variance that changes when a and b are swapped.",
        OURS,
        "05c",
        "Does it turn b into −b?",
        "either",
        ".1%",
        lambda s: neurons.swapped(s.inside.neurons),
        inside=True,
    ),
    Instrument(
        "gradient symmetricity",
        "The cosine between the gradients of a logit with respect to the embeddings of "
        "a and of b: 1 for a pizza.",
        ZHONG,
        "06c",
        "Two numbers",
        "either",
        ".2f",
        lambda s: clock.gradient_symmetricity(s.network),
        inside=True,
    ),
    Instrument(
        "directions of the read-out",
        "How many directions hold 99% of the neuron–logit map.",
        NANDA,
        "05c",
        "A narrow read-out",
        "low",
        ".0f",
        _directions,
        inside=True,
    ),
    Instrument(
        "key share of the read-out",
        "The share of the neuron–logit map that the key frequencies have.",
        NANDA,
        "05c",
        "A narrow read-out",
        "high",
        ".1%",
        lambda s: fourier.share(s.W_L.T, s.keys),
        inside=True,
    ),
    Instrument(
        "sum of squared weights",
        "What weight decay makes smaller.",
        NANDA,
        "06b",
        "Two measures of the weights alone",
        "low",
        ",.0f",
        _sum_of_squares,
        inside=True,
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
        _normalized_lead,
        inside=True,
    ),
    Instrument(
        "right without key frequencies",
        "How many cells are answered right if these are cut out of the embedding.",
        NANDA,
        "06",
        "First proof: break it",
        "low",
        ".1%",
        _left_without,
        inside=True,
    ),
    Instrument(
        "moved by an interchange",
        "The first number gets the key part of another one: how many answers move by "
        "exactly as much.",
        OURS,
        "06",
        "Is it only size?",
        "high",
        ".1%",
        _interchange,
        inside=True,
    ),
)
