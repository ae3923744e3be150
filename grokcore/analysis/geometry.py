"""Number embeddings as points: principal components, planes, circles, rings.

A frequency k puts number n at the angle w n, w = 2πk/p, on a circle. Neighbors on that
circle are the numbers whose difference is k⁻¹ mod p: joined in that order, they make a
ring.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from grokcore.analysis import fourier

__all__ = [
    "Circularity",
    "PrincipalComponents",
    "Ring",
    "align",
    "best_ring",
    "circularity",
    "frequency_plane",
    "principal_components",
    "ring",
    "ring_order",
    "rotation",
]


def ring(p: int, k: int) -> Tensor:
    """Return the numbers in the order in which they stand on the circle of frequency k.

    Raises:
        ValueError: if k and p have a common divisor, so that numbers share places.

    >>> ring(7, 3)  # 3 · 5 = 15 = 1 mod 7
    tensor([0, 5, 3, 1, 6, 4, 2])
    """
    if math.gcd(p, k) != 1:
        raise ValueError(
            f"frequency k={k} puts several of p={p} numbers in one place; "
            f"allowed: k without a common divisor with p"
        )
    return torch.arange(p) * pow(k, -1, p) % p


@dataclass(frozen=True)
class PrincipalComponents:
    """The directions in which points spread most.

    Attributes:
        axes: [count, D], orthonormal.
        shares: [count], which part of the variance lies along each, descending.
    """

    axes: Tensor
    shares: Tensor

    def project(self, x: Tensor) -> Tensor:
        """Coordinates [N, count] of points [N, D], which may be other ones.

        Points are centered on *their own* mean: what moves all of them alike says
        nothing about their order.
        """
        x = x.detach().to("cpu", torch.float64)
        return (x - x.mean(0)) @ self.axes.T


def principal_components(x: Tensor, count: int = 2) -> PrincipalComponents:
    """Return the first principal components of points [p, D].

    Each axis points to where its largest entry is positive: signs mean nothing, but
    should not depend on chance.

    Raises:
        ValueError: if there are no that many components.

    >>> x = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> principal_components(x).shares
    tensor([0.8000, 0.2000], dtype=torch.float64)
    """
    if not 1 <= count <= min(x.shape):
        raise ValueError(f"count={count} is not in 1 … {min(x.shape)}")
    x = x.detach().to("cpu", torch.float64)
    _, sizes, axes = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    shares = sizes.square() / sizes.square().sum()
    return PrincipalComponents((axes * largest.sign())[:count], shares[:count])


def frequency_plane(x: Tensor, k: int) -> Tensor:
    """Return points [p, D] as seen in the plane of a frequency, [p, 2].

    The waves cos w n and sin w n of the embedding point in two directions of its space;
    they span the plane. Unlike principal components, planes of different frequencies
    do not mix.

    Raises:
        ValueError: for a frequency that p numbers do not have, or that has no sine.

    >>> n = 2 * torch.pi * 5 * torch.arange(59) / 59
    >>> circle = torch.stack([n.cos(), n.sin(), 0 * n], 1)
    >>> round(ring_order(frequency_plane(circle, 5), 5), 6)
    1.0
    """
    p = len(x)
    if not 1 <= k < p / 2:
        raise ValueError(f"k={k} spans no plane; {p} numbers allow 1 … {(p - 1) // 2}")
    x = x.detach().to("cpu", torch.float64)
    directions = fourier.basis(p)[2 * k - 1 : 2 * k + 1] @ x
    axes = torch.linalg.svd(directions, full_matrices=False).Vh
    return (x - x.mean(0)) @ axes.T


def align(points: Tensor, reference: Tensor) -> Tensor:
    """Turn and mirror points [p, 2] so that they lie as near as can be to a reference.

    The frames of an animation then do not jump where a component changes its sign or
    two swap places (the orthogonal Procrustes problem; Schönemann 1966).

    >>> points = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]])
    >>> torch.allclose(align(points.flip(1), points), points.double())
    True
    """
    return points.detach().double() @ rotation(points, reference)


def rotation(points: Tensor, reference: Tensor) -> Tensor:
    """Return the orthogonal matrix [D, D] that brings points nearest to a reference.

    Of all matrices Q that turn and mirror, and change no distance, the one with the
    least sum of squares of ``points @ Q - reference``, both [N, D] (the orthogonal
    Procrustes problem; Schönemann 1966). Where N < D, it does as it likes in the
    directions that no point has.

    Raises:
        ValueError: if the two do not have one shape.

    >>> points = torch.eye(3)[:2]
    >>> turn = rotation(points, points.flip(1))
    >>> torch.allclose(points.double() @ turn, points.flip(1).double())
    True
    """
    if points.shape != reference.shape:
        raise ValueError(
            f"points have shape {tuple(points.shape)}, the reference "
            f"{tuple(reference.shape)}; expected the same"
        )
    points, reference = (t.detach().double() for t in (points, reference))
    u, _, vh = torch.linalg.svd(points.T @ reference)
    return u @ vh


@dataclass(frozen=True)
class Circularity:
    """How far the two first components draw the circle of one frequency.

    Attributes:
        value: from near 0 to 1.
        frequency: the one whose circle it is.
    """

    value: float
    frequency: int


def circularity(x: Tensor) -> Circularity:
    """Return how much of a circle the first two principal components of [p, D] show.

    For each frequency: the smaller of its shares of the power in the first and in the
    second component. The largest of all frequencies is the circularity. It is small
    where components mix several frequencies, however clean their own circles are.

    >>> n = 2 * torch.pi * 5 * torch.arange(59) / 59
    >>> circularity(torch.stack([n.cos(), n.sin(), 0 * n], 1))
    Circularity(value=1.0, frequency=5)
    """
    power = fourier.amplitudes(principal_components(x).project(x)).square()
    smaller = (power / power.sum(0)).amin(1)
    return Circularity(round(float(smaller.max()), 12), int(smaller.argmax()) + 1)


def ring_order(points: Tensor, k: int) -> float:
    """Return how well the angles of points [p, 2] are in the ring order of frequency k.

    The length of the mean over n of exp(i (angle of n − w n)), or with + w n, whichever
    is larger: 1 if
    every number stands at its angle, about 1/√p by chance. Distances from the middle do
    not count.

    >>> n = 2 * torch.pi * 5 * torch.arange(59) / 59
    >>> spiral = torch.stack([n.cos(), n.sin()], 1) * torch.rand(59, 1)
    >>> ring_order(spiral, 5) > 0.5
    True
    """
    points = points.detach().double() - points.detach().double().mean(0)
    p = len(points)
    turn = 2 * math.pi * (k * torch.arange(p) % p).double() / p
    angle = torch.atan2(points[:, 1], points[:, 0])
    unit = torch.ones_like(angle)
    return max(
        float(torch.polar(unit, angle - sign * turn).mean().abs()) for sign in (1, -1)
    )


@dataclass(frozen=True)
class Ring:
    """The frequency in whose ring order some points stand best.

    Attributes:
        frequency: that one.
        order: how well they do, see :func:`ring_order`.
    """

    frequency: int
    order: float


def best_ring(points: Tensor) -> Ring:
    """Return the frequency whose ring points [p, 2] follow best.

    Frequencies that put several numbers in one place are left out.

    >>> n = 2 * torch.pi * 5 * torch.arange(59) / 59
    >>> best_ring(torch.stack([n.cos(), n.sin()], 1)).frequency
    5
    """
    p = len(points)
    orders = {
        k: ring_order(points, k) for k in fourier.frequencies(p) if math.gcd(k, p) == 1
    }
    k = max(orders, key=orders.get)
    return Ring(k, orders[k])
