"""How a network adds: statistics of attention, neurons and logits (chapter 05)."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import linear

from grokcore.analysis import (
    activations,
    attention,
    fourier,
    geometry,
    logits,
    neurons,
    progress,
)
from grokcore.census.base import Specimen, statistic

#: A frequency has a voice if its part of the logits is so much of the loudest one's.
_VOICE = 0.01

# -- what statistics share, computed once a network ----------------------------------


def _scores(inside: activations.Activations) -> Tensor:
    """[H, P] each head's scores from "=" to the position of b."""
    return inside.scores[0, :, :, 1].T


def _purest_head(network: Specimen) -> tuple[int, int]:
    """The head with most of one frequency in its score, and that frequency."""
    fit = attention.fit_wave(_scores(network.inside))
    head = int(fit.explained.argmax())
    return head, int(fit.frequency[head])


@lru_cache(maxsize=1)
def _teams(network: Specimen) -> neurons.NeuronFrequencies:
    return neurons.fit_frequencies(network.inside.neurons)


@lru_cache(maxsize=1)
def _formula(network: Specimen) -> logits.CosineFit:
    return logits.fit_cosines(network.inside.logits, network.keys)


@lru_cache(maxsize=1)
def _half(network: Specimen) -> Tensor:
    """[P, P, P] logits if all heads give half of their attention to each number."""
    half = torch.tensor([0.5, 0.5, 0.0])
    return activations.activations(network.model, half).logits


def _entering(network: Specimen) -> Tensor:
    """[P, P, M] what enters the neurons, before the activation function."""
    model, pattern = network.model, network.inside.pattern
    attn, mlp = model.blocks[0].attn, model.blocks[0].mlp
    x = model.W_E[activations.table_tokens(model)] + model.pos_embed.W_pos
    values = torch.einsum("abtd,hdk->abthk", x, attn.W_V)
    moved = torch.einsum("abht,abthk,hke->abe", pattern, values, attn.W_O)
    return linear(x[:, :, 2] + moved, mlp.W_in.T, mlp.b_in)


def _voices(network: Specimen) -> dict[int, float]:
    """The strength α of each key frequency that is heard in the logits."""
    fit = _formula(network)
    alpha = dict(zip(fit.frequencies, fit.coefficients.tolist(), strict=True))
    loudest = max(alpha.values(), default=0.0)
    return {k: a for k, a in alpha.items() if a > _VOICE * loudest}


def _sum_share(x: Tensor) -> float:
    """Which part of a table's variance f(a) + g(b) has at best."""
    x = x.double() - x.double().mean((0, 1))
    both = x.mean(0).square().sum() + x.mean(1).square().sum()
    return len(x) * float(both / x.square().sum())


def _plus_share(x: Tensor, keys: tuple[int, ...]) -> float:
    """Which part of a table's variance moves along the waves of a + b."""
    x = x.double() - x.double().mean((0, 1))
    waves = progress.key_directions(len(x), keys).flatten(1)
    return float((waves @ x.flatten(0, 1)).square().sum() / x.square().sum())


# -- attention -----------------------------------------------------------------------


@statistic("one frequency in the least pure head's score", ".0%")
def score_share(network: Specimen) -> float:
    """Return the share of a head's own frequency in its score to b, at the lowest."""
    return float(attention.fit_wave(_scores(network.inside)).explained.min())


@statistic("one frequency in the purest untrained head", ".0%")
def untrained_score_share(network: Specimen) -> float:
    """Return the highest share of one frequency in a score before training."""
    return float(attention.fit_wave(_scores(network.before)).explained.max())


@statistic("key frequencies in a head's score, lowest", ".1%")
def key_score_share(network: Specimen) -> float:
    """Return how much of each head's score is in the key frequencies, the lowest."""
    scores = _scores(network.inside)
    return min(fourier.share(score, network.keys) for score in scores)


@statistic("scores, trained over untrained", ",.0f")
def louder_scores(network: Specimen) -> float:
    """Return how many times as much the scores vary as before training, at least."""
    trained, before = (_scores(x).std(1) for x in (network.inside, network.before))
    return float(trained.min() / before.max())


@statistic("score of a minus that of b, per deviation", ".1%")
def score_gap(network: Specimen) -> float:
    """Return how far a head tells the positions apart, over how its score varies."""
    scores = _scores(network.inside)
    gap = network.inside.scores[:, 0, :, 0].T - scores
    return float((gap.mean(1).abs() / scores.std(1)).max())


@statistic("one frequency in the least pure pattern", ".0%")
def pattern_share(network: Specimen) -> float:
    """Return how well the formula fits the attention to a, in the worst head."""
    patterns = network.inside.pattern[..., 0].movedim(-1, 0)
    return min(attention.fit_pattern(pattern).explained for pattern in patterns)


@statistic('attention to "=", highest head', ".2%")
def equals_attention(network: Specimen) -> float:
    """Return the mean attention to the equals sign itself, the highest of the heads."""
    return float(network.inside.pattern[..., 2].mean((0, 1)).max())


# -- neurons -------------------------------------------------------------------------


@statistic("neurons with over 85% in one frequency", ".0%")
def pure_neurons(network: Specimen) -> float:
    """Return how many of the neurons that vary are that pure."""
    teams = _teams(network)
    return float((teams.share[teams.active] > 0.85).double().mean())


@statistic("one frequency in the purest neuron", ".1%")
def purest_neuron(network: Specimen) -> float:
    """Return the highest share of one frequency in a neuron's variance."""
    return float(_teams(network).share.max())


@statistic("one frequency in the purest untrained neuron", ".0%")
def untrained_purest_neuron(network: Specimen) -> float:
    """Return the highest share of one frequency in a neuron before training."""
    return float(neurons.fit_frequencies(network.before.neurons).share.max())


@statistic("neurons whose frequency is a key one", ".1%")
def key_neurons(network: Specimen) -> float:
    """Return how many of all neurons belong to a key frequency."""
    key = torch.tensor(network.keys or [-1])
    return float(torch.isin(_teams(network).frequency, key).double().mean())


@statistic("f(a) + g(b) in what enters the neurons", ".1%")
def sum_before_relu(network: Specimen) -> float:
    """Return the share of the variance that a sum explains, before the ReLU."""
    return _sum_share(_entering(network))


@statistic("w(a + b) behind the ReLU over before it", ",.1f")
def relu_gain(network: Specimen) -> float:
    """Return how many times as large the share of the waves of a + b becomes."""
    before = _plus_share(_entering(network), network.keys)
    return _plus_share(network.inside.neurons, network.keys) / before


@statistic("w(a + b) in the logits", ".1%")
def sum_waves(network: Specimen) -> float:
    """Return the share of the logits' variance along the key directions."""
    x = network.inside.logits.double()
    return _plus_share(x - x.mean(2, keepdim=True), network.keys)


@statistic("neurons' variance that a swap changes", ".4%")
def swapped(network: Specimen) -> float:
    """Return how differently the neurons treat the two numbers."""
    return neurons.swapped(network.inside.neurons)


# -- logits --------------------------------------------------------------------------


@statistic("weights' largest distance from 0, 1, −1", ".2f")
def theorem_error(network: Specimen) -> float:
    """Return the largest difference from the addition theorems' 1, −1 and 0."""
    alpha = _voices(network)
    if not alpha:
        return math.inf
    k, p = max(alpha, key=alpha.get), network.task.p
    rows = [2 * k - 1, 2 * k]  # cos and sin of the Fourier basis
    x = network.inside.logits.double()
    for axis in range(3):
        x = fourier.transform(x, dim=axis).index_select(axis, torch.tensor(rows))
    signs = torch.tensor([[[1, 0], [0, 1]], [[0, 1], [-1, 0]]])  # [a, b, c]
    return float((x / (p / 2) ** 1.5 / alpha[k] - signs).abs().max())


@statistic("negative weights in the read-out", ".1%")
def negative_weights(network: Specimen) -> float:
    """Return how many of the read-out's weights are below zero."""
    readout = network.model.blocks[0].mlp.W_out @ network.model.unembed.W_U
    return float((readout < 0).double().mean())


@statistic("logits explained by Σ α cos w(a + b − c)", ".1%")
def formula_share(network: Specimen) -> float:
    """Return the fit of one cosine for each key frequency."""
    return _formula(network).explained


@statistic("loss of the formula over the network's", ".0%")
def formula_loss(network: Specimen) -> float:
    """Return the loss of the fitted cosines, over that of all logits."""
    alone = logits.evaluate(_formula(network).logits).loss
    return alone / logits.evaluate(network.inside.logits).loss


@statistic("correlation of bonus and height of wave", ".2f")
def bonus_correlation(network: Specimen) -> float:
    """Return whether answers with a low wave have a higher logit on average."""
    x = network.inside.logits.double()
    x = x - x.mean(2, keepdim=True)
    curves = _formula(network).logits
    height = (curves * x).sum((0, 1)) / curves.square().sum((0, 1))
    return float(torch.corrcoef(torch.stack([height, x.mean((0, 1))]))[0, 1])


@statistic("frequencies with a voice in the logits", ".0f")
def voices(network: Specimen) -> float:
    """Return how many key frequencies have 1% of the loudest one's strength."""
    return float(len(_voices(network)))


@statistic("gap to the best rival over one frequency's", ",.0f")
def formula_gap(network: Specimen) -> float:
    """Return how many times as clearly several frequencies answer as one would."""
    alpha, p = _voices(network), network.task.p
    if not alpha:
        return math.nan
    heights = torch.tensor([*alpha.values()])
    curve = logits.interference(heights, alpha, p)[-1]
    gap = float(curve[0] - curve[1:].max()) / float(heights.sum())
    return gap / (1 - math.cos(2 * math.pi / p))


@statistic("key frequencies without a voice", ".0f")
def silent(network: Specimen) -> float:
    """Return how many key frequencies of the embedding the logits do not have."""
    return float(len(network.keys) - len(_voices(network)))


@statistic("silent key frequencies that are doubles", ".0f")
def silent_doubles(network: Specimen) -> float:
    """Return how many of the silent ones are twice another frequency, mod p."""
    alpha, p = _voices(network), network.task.p
    doubles = {min(2 * k % p, -2 * k % p) for k in alpha}
    return float(len(doubles & (set(network.keys) - set(alpha))))


# -- who multiplies ------------------------------------------------------------------


@statistic("accuracy with attention half and half", ".0%")
def half_accuracy(network: Specimen) -> float:
    """Return the accuracy on the table if no head may prefer a number."""
    return logits.evaluate(_half(network)).accuracy


@statistic("attention to the preferred number", ".0%")
def preference(network: Specimen) -> float:
    """Return it for the purest head, on the circle of its frequency, on average."""
    head, k = _purest_head(network)
    p = network.task.p
    n = torch.arange(p)
    opposite = (n + geometry.ring(p, k)[p // 2]) % p
    both = network.inside.pattern[opposite, n, head, :2]
    return float(both.amax(1).mean())


@statistic("strength left with attention half and half", ".0%")
def strength_left(network: Specimen) -> float:
    """Return how much is left of it on average if no head may prefer a number."""
    _, k = _purest_head(network)
    half, own = (
        logits.strength(x, k).mean() for x in (_half(network), network.inside.logits)
    )
    return float(half / own)


@statistic("weakest over strongest, as trained", ".0%")
def evenness(network: Specimen) -> float:
    """Return how evenly strong it is, whatever the angle between a and b."""
    _, k = _purest_head(network)
    return _evenness(logits.strength(network.inside.logits, k))


@statistic("weakest over strongest, half and half", ".0%")
def half_evenness(network: Specimen) -> float:
    """Return how evenly strong that frequency is if no head may prefer a number."""
    _, k = _purest_head(network)
    return _evenness(logits.strength(_half(network), k))


def _evenness(curve: Tensor) -> float:
    return float(curve.min() / curve.max())
