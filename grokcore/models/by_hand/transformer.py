"""A transformer that adds modulo p without training: its weights are trigonometry."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from grokcore.models.transformer import Transformer, TransformerConfig

__all__ = ["by_hand"]

#: How many offsets ψ − φ there are; ``None``: about as many as phases φ.
_OFFSETS = {"clock": None, "two pizzas": 2, "pizza": 1}

#: Fewer alias; _phases says why.
_FEWEST_PHASES = 5

#: A difference of scores whose softmax leaves less than float64 can tell from nothing.
_SHARP = 40.0


@torch.no_grad()
def by_hand(
    p: int = 113,
    frequencies: Sequence[int] = (1, 14, 20, 44, 52),
    *,
    width: int = 128,
    heads: int = 4,
    neurons: int = 512,
    algorithm: str = "clock",
    scale: float = 10.0,
) -> Transformer:
    """Return a one-layer transformer for (a + b) mod p, built instead of trained.

    With w = 2πk/p for each frequency k, and ``scale`` written as α:

    1. The embedding of a number n is a point of a circle, (cos wn, sin wn), two
       dimensions for each frequency. The embedding of "=" is 0.
    2. At "=", one head copies the point of a, another one the point of b. (In a pizza
       a head attends to all positions alike, so that only their sum arrives.)
    3. A neuron with the phases φ and ψ sees cos(wa − φ) + cos(wb − ψ), which is the
       product 2 cos((wa − wb − φ + ψ)/2) · cos((wa + wb − φ − ψ)/2). Its ReLU folds
       the second cosine over, and what is folded has a second harmonic: a cosine of
       wa + wb − φ − ψ. No linear layer could make that of a and b apart.
    4. W_out adds the neurons up with weights cos(φ + ψ) and sin(φ + ψ). All else
       cancels, and f · cos w(a + b) and f · sin w(a + b) are left.
    5. W_U holds cos wc and sin wc. The cosine of a difference does the rest: the
       logits are Σ_k α f_k cos w_k(a + b − c), highest at c = (a + b) mod p.

    The factor f is what the first cosine of step 3 adds up to; its mean over all pairs
    is 1. It tells three algorithms apart, named after Zhong et al. (2023),
    arXiv:2306.17844, who found pizzas and clocks in trained networks:

    * ψ = φ: a *pizza*. ``f = π/2 |cos(w(a − b)/2)|``, so it sees little where a and b
      face each other on the circle.
    * ψ = φ and ψ = φ + π: *two pizzas*, each strong where the other is weak.
      ``f = π/4 (|cos(w(a − b)/2)| + |sin(w(a − b)/2)|)``, which varies by √2.
    * φ and ψ in all combinations: a *clock*, whose hand is turned by a and then by b.
      ``f = 1``, give or take a percent.

    Args:
        p: the modulus, prime or not. Only a pizza fails if p is even: where a and b
            are p/2 apart, it cannot tell c from c + p/2.
        frequencies: which k, from 1 to p // 2, each once, without a divisor common to
            all of them and p. One suffices; more of them widen the margin.
        width: D, at least 6 for each frequency and 3 for the positions.
        heads: H, of which two are used, in a pizza one. ``width // heads`` must be at
            least 2 for each frequency.
        neurons: M, shared evenly among the frequencies; what is left over stays 0.
        algorithm: "clock", "two pizzas" or "pizza".
        scale: α, how high each frequency's cosine is in the logits.

    Returns:
        A model of the default ``TransformerConfig`` but for the sizes, with its
        biases 0, in evaluation mode and without gradients.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> model = by_hand(p=7, frequencies=(1, 2), width=32, neurons=64)
    >>> model(torch.tensor([[3, 6, 7]])).argmax().item()  # 3 + 6 = 2 mod 7
    2
    """
    _check(p, frequencies, width, heads, algorithm)
    phi, psi = _phases(algorithm, neurons, len(frequencies))
    model = Transformer(
        TransformerConfig(width=width, heads=heads, mlp_width=neurons),
        vocabulary=p + 1,
        classes=p,
        layout=(None, None, p),
        seed=0,
    )
    for parameter in model.parameters():
        parameter.zero_()

    # The residual stream holds a (or the sum), b and the answer; then the positions.
    room = 2 * len(frequencies)
    first, second, answer = (slice(i * room, (i + 1) * room) for i in range(3))
    turns = torch.outer(torch.arange(p), torch.tensor(frequencies)) % p / p
    circles = _point(2 * math.pi * turns.double()).flatten(1).float()
    model.embed.W_E[:p, first] = circles
    model.unembed.W_U[answer] = circles.T

    if algorithm == "pizza":
        _copy(model, 0, first, first, gain=3)  # "=", too, gets a third of the attention
    else:
        for head, target in enumerate((first, second)):
            _look_at(model, head, positions=3 * room)
            _copy(model, head, first, target)

    mlp = model.blocks[0].mlp
    # ReLU(2 cos x) has 4/(3π) of cos 2x, a sum over N phases keeps N/2 of that, and the
    # other factor, |cos|, is 2/π on average.
    gain = scale * 3 * math.pi**2 / (4 * len(phi))
    for i in range(len(frequencies)):
        own = slice(i * len(phi), (i + 1) * len(phi))
        plane = slice(2 * i, 2 * i + 2)
        mlp.W_in[first][plane, own] = _point(phi).T.float()
        if algorithm != "pizza":
            mlp.W_in[second][plane, own] = _point(psi).T.float()
        mlp.W_out[own, answer][:, plane] = (gain * _point(phi + psi)).float()
    return model.eval().requires_grad_(False)


def _point(angle: Tensor) -> Tensor:
    """Points of the circle: [...] → [..., 2]."""
    return torch.stack((angle.cos(), angle.sin()), -1)


def _phases(algorithm: str, neurons: int, frequencies: int) -> tuple[Tensor, Tensor]:
    """The phases φ and ψ of one frequency's neurons, each equally spaced.

    Their number n is odd, for the sake of the harmonics that a sum over n phases cannot
    tell from the second: 2 + n, 2 − n, 2 + 2n, … A folded cosine has even harmonics
    only, so with odd n the nearest ones, 2 ± n, are not there, and n phases do as much
    as 2n would. What is not folded, the linear half of ReLU(x) = (x + |x|)/2, has the
    harmonics ±1, and 2 − n = −1 rules out n = 3.

    The number of offsets has no divisor in common with n. The half sum of step 3 has
    the phases φ + offset/2, and then no two of these are the same.
    """
    share, offsets = neurons // frequencies, _OFFSETS[algorithm]
    count = math.isqrt(share) if offsets is None else share // offsets
    if count < _FEWEST_PHASES:
        needed = _FEWEST_PHASES * (offsets or _FEWEST_PHASES) * frequencies
        raise ValueError(
            f"neurons={neurons} are too few for {frequencies} frequencies in the "
            f"algorithm {algorithm!r}; allowed: {needed} or more"
        )
    count -= 1 - count % 2
    if offsets is None:
        offsets = next(
            s for s in range(share // count, 0, -1) if math.gcd(s, count) == 1
        )
    phi, offset = torch.cartesian_prod(_angles(count), _angles(offsets)).unbind(1)
    return phi, phi + offset


def _angles(count: int) -> Tensor:
    return 2 * math.pi * torch.arange(count).double() / count


def _copy(
    model: Transformer, head: int, source: slice, target: slice, gain: float = 1
) -> None:
    """Let a head move some dimensions, from where it looks, to others."""
    attn = model.blocks[0].attn
    identity = torch.eye(source.stop - source.start)
    attn.W_V[head, source, : len(identity)] = identity
    attn.W_O[head, : len(identity), target] = gain * identity


def _look_at(model: Transformer, head: int, positions: int) -> None:
    """Let "=", at position 2, attend to the position that has the head's number."""
    attn, position = model.blocks[0].attn, torch.arange(3)
    model.pos_embed.W_pos[position, positions + position] = 1
    attn.W_Q[head, positions + 2, 0] = _SHARP * attn.W_Q.shape[-1] ** 0.5
    attn.W_K[head, positions + head, 0] = 1


def _check(
    p: int, frequencies: Sequence[int], width: int, heads: int, algorithm: str
) -> None:
    if algorithm not in _OFFSETS:
        raise ValueError(f"algorithm={algorithm!r}; allowed: {list(_OFFSETS)}")
    if p < 2:
        raise ValueError(f"p={p}; allowed: 2 or more")
    outside = [k for k in frequencies if not 1 <= k <= p // 2]
    repeated = len(set(frequencies)) < len(frequencies)
    if not frequencies or outside or repeated:
        raise ValueError(
            f"frequencies={tuple(frequencies)}; allowed: numbers from 1 to "
            f"{p // 2}, at least one, each once"
        )
    if (common := math.gcd(p, *frequencies)) > 1:
        raise ValueError(
            f"frequencies={tuple(frequencies)} and p={p} have the divisor {common} in "
            f"common, so c and c + {p // common} would look the same; allowed: "
            f"frequencies that have none in common with p"
        )
    if width < 6 * len(frequencies) + 3:
        raise ValueError(
            f"width={width} is too small for {len(frequencies)} frequencies; allowed: "
            f"{6 * len(frequencies) + 3} or more"
        )
    fewest = 1 if algorithm == "pizza" else 2
    most = width // (2 * len(frequencies))
    allowed = [h for h in range(fewest, most + 1) if width % h == 0]
    if heads not in allowed:
        raise ValueError(
            f"heads={heads} in the algorithm {algorithm!r} with width={width} and "
            f"{len(frequencies)} frequencies; allowed: {allowed}"
        )
