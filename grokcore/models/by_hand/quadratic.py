"""A network of squares that adds modulo p without training, after Gromov (2023)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from grokcore.models.mlp import EmbeddingMLP, EmbeddingMLPConfig

__all__ = ["quadratic_by_hand"]

#: Phases φ and ψ of a frequency's neurons, in sixths of a turn.
_PHI, _PSI = (0, 1, 2, 3, 4, 5), (0, 4, 2, 0, 4, 2)


@torch.no_grad()
def quadratic_by_hand(
    p: int = 97, frequencies: Sequence[int] | None = None
) -> EmbeddingMLP:
    """Return a network with one hidden layer of squares for (a + b) mod p.

    It has one-hot inputs, no biases, and six neurons for each frequency. With
    w = 2πk/p, a neuron of the phases φ and ψ is (cos(wa + φ) + cos(wb + ψ))². Squared
    out, it has cos(w(a + b) + φ + ψ), which is wanted, and three more waves and a
    constant, which are not. The output weights cos(wc + φ + ψ) turn the first into
    ½ cos w(a + b − c). All else cancels among the six phases φ = 2πj/6, ψ = 4φ, since
    none of φ ± ψ, 2φ, 2ψ, 3φ + ψ, φ + 3ψ, 2(φ + ψ) is a whole turn for all j.

    With all frequencies, the waves add up to p times the one-hot answer, less 1. One
    more neuron, the constant 1, gives that back: the outputs *are* the one-hot answers.

    Gromov (2023, arXiv:2301.02679, section 3) draws the phases at random, so that the
    rest cancels in the limit of many neurons; with these it does so exactly.

    Args:
        p: the modulus, odd.
        frequencies: which k, from 1 to (p − 1)/2, each once; all by default. With
            fewer, the outputs are Σ_k 2/p · cos w_k(a + b − c) + 1/p, highest at the
            answer as long as no divisor is common to all of them and p.

    Returns:
        A model in evaluation mode and without gradients, in float64.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> model = quadratic_by_hand(7)
    >>> model.config.mlp_width  # 6 · 3 + 1
    19
    >>> model(torch.tensor([[3, 6, 7]])).round(decimals=12).abs()
    tensor([[0., 0., 1., 0., 0., 0., 0.]], dtype=torch.float64)
    """
    k = torch.tensor(_checked(p, frequencies))
    neurons = 6 * len(k) + 1
    config = EmbeddingMLPConfig(
        width=None, mlp_width=neurons, activation="square", biases="none"
    )
    model = EmbeddingMLP(config, p, (None, None, p), seed=0).double()
    turn = 2 * math.pi * torch.outer(torch.arange(p), k).double() / p
    phi, psi = (2 * math.pi * torch.tensor(j).double() / 6 for j in (_PHI, _PSI))

    # The last neuron is (½ + ½)².
    first, second = model.embed.W_E.fill_(0.5).split(neurons, dim=1)
    first[:, :-1] = _waves(turn, phi)
    second[:, :-1] = _waves(turn, psi)
    # Six halves of a cosine are three.
    model.unembed.W_U.fill_(1 / p)[:-1] = 2 / (3 * p) * _waves(turn, phi + psi).T
    return model.eval().requires_grad_(False)


def _waves(turn: Tensor, phase: Tensor) -> Tensor:
    """cos(turn + phase) for turns [p, K] and six phases: [p, 6 K]."""
    return torch.cos(turn[:, :, None] + phase).flatten(1)


def _checked(p: int, frequencies: Sequence[int] | None) -> list[int]:
    if p < 3 or p % 2 == 0:
        raise ValueError(f"p={p}; allowed: odd numbers from 3 on")
    half = (p - 1) // 2
    chosen = [*(range(1, half + 1) if frequencies is None else frequencies)]
    repeated = len({*chosen}) < len(chosen)
    if not chosen or repeated or not all(1 <= k <= half for k in chosen):
        raise ValueError(
            f"frequencies={tuple(chosen)}; allowed: numbers from 1 to {half}, at least "
            f"one, each once"
        )
    if (common := math.gcd(p, *chosen)) > 1:
        raise ValueError(
            f"frequencies={tuple(chosen)} and p={p} have the divisor {common} in "
            f"common, so c and c + {p // common} would look the same; allowed: "
            f"frequencies that have none in common with p"
        )
    return chosen
