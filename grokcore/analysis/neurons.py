"""Neurons by frequency: each varies over the table mostly with one.

Over all pairs (a, b), a frequency k has eight products of waves,
{1, cos w a, sin w a} × {1, cos w b, sin w b} without 1 · 1, w = 2πk/p. For even p,
frequency p/2 has no sine, and three products. A neuron belongs to the frequency whose
products carry most of its variance (Nanda et al. 2023, section 4 and appendix).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from grokcore.analysis import fourier
from grokcore.analysis._tables import project, table

__all__ = [
    "NeuronFrequencies",
    "fit_frequencies",
    "keep",
    "products",
    "remove",
    "swapped",
]


@dataclass(frozen=True)
class NeuronFrequencies:
    """Which frequency each of M neurons belongs to, and how purely.

    Attributes:
        frequency: [M], 1 … p // 2; 0 for a neuron that does not vary.
        share: [M], share of the neuron's variance in the products of that frequency.
        second_order: [M], share in those of a wave of a with a wave of b: what no sum
            of a function of a and a function of b can have.
        active: [M], whether the neuron varies over the table at all.
    """

    frequency: Tensor
    share: Tensor
    second_order: Tensor
    active: Tensor


def fit_frequencies(neurons: Tensor) -> NeuronFrequencies:
    """Find the frequency of each neuron.

    Args:
        neurons: [p, p, M] activations for all pairs (a, b).

    Raises:
        ValueError: if this is no square table of neurons.

    >>> wave = torch.cos(2 * torch.pi * 5 * torch.arange(59) / 59)
    >>> a, b = wave[:, None], wave
    >>> fit = fit_frequencies(torch.stack([a + b, a * b, 0 * a * b], dim=2))
    >>> fit.frequency, fit.active
    (tensor([5, 5, 0]), tensor([ True,  True, False]))
    >>> fit.second_order.round(decimals=3)
    tensor([0., 1., 0.], dtype=torch.float64)
    """
    if neurons.ndim != 3:
        raise ValueError(
            f"neurons have shape {tuple(neurons.shape)}; expected [p, p, M]"
        )
    neurons = table(neurons)
    power = fourier.amplitudes2(neurons).square()
    power[0, 0] = 0  # the mean
    second_order = power.diagonal().T[1:]
    own = power[1:, 0] + power[0, 1:] + second_order
    largest, index = own.max(0)
    variance = power.sum((0, 1))
    flat = neurons.flatten(0, 1)
    active = flat.amax(0) != flat.amin(0)
    second_order = second_order.gather(0, index[None])[0]
    return NeuronFrequencies(
        frequency=torch.where(active, index + 1, 0),
        share=torch.where(active, largest / variance, 0.0),
        second_order=torch.where(active, second_order / variance, 0.0),
        active=active,
    )


def products(p: int, frequencies: Iterable[int]) -> Tensor:
    """Return the products of waves of some frequencies, orthonormal, [8 K, p, p].

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> products(59, [5, 17]).shape
    torch.Size([16, 59, 59])
    """
    tables = [torch.empty(0, p, p, dtype=torch.float64)]
    for k in fourier.chosen(frequencies, p):
        waves = fourier.basis(p)[[0, *range(2 * k - 1, min(2 * k + 1, p))]]
        pairs = torch.einsum("ia,jb->ijab", waves, waves)
        tables.append(pairs.flatten(0, 1)[1:])
    return torch.cat(tables)


def keep(x: Tensor, frequencies: Iterable[int]) -> Tensor:
    """Return the mean and the products of some frequencies of tables, nothing else.

    Args:
        x: [p, p, …], such as neurons or logits for all pairs (a, b).
        frequencies: those to keep.

    Returns:
        A tensor of the shape and type of ``x``.

    Raises:
        ValueError: if ``x`` is no square table, for a frequency that p numbers do not
            have, or one given twice.

    >>> x = torch.randn(59, 59, 8)
    >>> kept, rest = keep(x, [5, 17]), remove(x, [5, 17])
    >>> torch.allclose(kept + rest, x + x.mean((0, 1)), atol=1e-5)
    True
    """
    whole = table(x)
    part = project(whole, products(len(x), frequencies))
    return (whole.mean((0, 1)) + part).to(x)


def remove(x: Tensor, frequencies: Iterable[int]) -> Tensor:
    """Return tables without the products of some frequencies; the mean stays.

    Args:
        x: [p, p, …], such as neurons or logits for all pairs (a, b).
        frequencies: those to remove.

    Returns:
        A tensor of the shape and type of ``x``.

    Raises:
        ValueError: if ``x`` is no square table, for a frequency that p numbers do not
            have, or one given twice.

    >>> n = 2 * torch.pi * 5 * torch.arange(59) / 59
    >>> wave = torch.cos(n[:, None] + n)
    >>> bool(remove(wave, [5]).abs().max() < 1e-4)
    True
    >>> torch.allclose(remove(wave, [17]), wave)
    True
    """
    whole = table(x)
    return (whole - project(whole, products(len(x), frequencies))).to(x)


def swapped(x: Tensor) -> float:
    """Return the share of the variance that changes when a and b are swapped, 0 … 1.

    0 for a function that treats them alike, ½ where the two tables have nothing to do
    with each other, 1 if a swap turns the sign around.

    Args:
        x: [p, p, …], such as neurons for all pairs (a, b).

    Raises:
        ValueError: if ``x`` is no square table.

    >>> a = torch.randn(59, 1, 8)
    >>> b = a.transpose(0, 1)
    >>> swapped(a * b), round(swapped(a - b), 6), round(swapped(a + 0 * b), 6)
    (0.0, 1.0, 0.5)
    """
    x = table(x)
    x = x - x.mean((0, 1))
    changed = (x - x.transpose(0, 1)) / 2
    total = float(x.square().sum())
    return float(changed.square().sum()) / total if total else 0.0
