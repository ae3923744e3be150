"""The circle of a frequency: numbers in a plane, joined in the order of its ring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from grokcore.analysis import geometry
from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, points_box, root_figure, settle
from grokcore.show._maps import around
from grokcore.show._words import sentence, signed
from grokcore.show.picture import Picture
from grokcore.show.style import PAPER, RULE, style

_LETTERS = 9.5
"""Size of the numbers in points."""

_WIDTH = 5.5
"""Inches across a figure: no more than 59 names need, as frames add up."""

_FLATTER = 0.2
"""By how many inches it is less high than wide, so that the axes are square."""

_REACH = 1.12
"""How far the axes reach beyond the farthest number, whose disc needs room."""


@style()
def circle(
    points: ArrayLike,
    k: int,
    *,
    p: int | None = None,
    names: Sequence[object] | None = None,
    labels: tuple[str, str] = ("PC 1", "PC 2"),
    title: str = "",
    moment: str = "",
    limit: float | None = None,
    width: float = _WIDTH,
    ax: Axes | None = None,
) -> Picture:
    """Draw the numbers 0 … p−1 in a plane, joined in the order of frequency k's ring.

    Neighbors on that ring differ by k⁻¹ mod p, so that each step turns by 1/p of a full
    turn where the numbers lie at the angles 2πkn/p. The line is then a circle; numbers
    that lie anywhere leave a tangle. Color says the place on the ring.

    Args:
        points: coordinates of the numbers, [p, 2], such as two principal components;
            a row each, in the order of the numbers.
        k: the frequency, without a common divisor with p.
        p: how many of the rows are numbers, from the first on; all by default.
        names: what the rows are called, the numbers 0 … p−1 by default. Where rows are
            in an order of their own, such as that of the powers of a number, these are
            the numbers.
        labels: names of the two axes.
        title: opens the heading and the alt text.
        moment: when this is, such as ``"epoch 580"``; stands after the title.
        limit: how far the axes reach from the origin, the same for all frames of a
            Flipbook; by default as far as the points need.
        width: inches across a new figure; less for films that stand side by side.
            Where there is no room for all numbers, every so many are named.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose heading and alt text say how well the order holds: 1 where all
        angles are in ring order, about 1/√p by chance.

    Raises:
        ValueError: if the points are not finite or not [p, 2], fewer than ``p``, if
            k and p have a common divisor, or if there is not a name for each row.

    >>> import numpy as np
    >>> angle = 2 * np.pi * 3 * np.arange(7) / 7
    >>> print(circle(np.stack([np.cos(angle), np.sin(angle)], 1), 3).alt)
    7 numbers joined along the ring of frequency 3: angles in ring order to 1.00 \
(1 is perfect, 0.38 is chance).
    """
    xy = numbers("points", points, "p", 2)
    p = len(xy) if p is None else p
    if not 1 < p <= len(xy):
        raise ValueError(f"p={p} must be from 2 to {len(xy)}, the number of points")
    xy = xy[:p]
    names = range(p) if names is None else names
    if len(names) != p:
        raise ValueError(f"there are {len(names)} names for {p} points")
    ring = np.asarray(geometry.ring(p, k))
    order = geometry.ring_order(torch.from_numpy(xy), k)
    ax = axes_or_new(ax, width - _FLATTER, width)
    _plane(ax, labels, limit or _REACH * abs(xy).max() or 1.0)
    heading = " · ".join(part for part in (title, moment) if part)
    order_text = f"ring order {order:.2f}"
    ax.set_title(
        f"{heading} · {order_text}" if heading else order_text,
        pad=9,
        fontweight="normal",
    )
    settle(ax)
    _draw_ring(ax, xy, ring, [str(name) for name in names])
    return Picture(root_figure(ax), _alt(heading, p, k, order), ax)


def _plane(ax: Axes, labels: tuple[str, str], limit: float) -> None:
    """Make both axes equally long and let thin lines cross at the origin."""
    if not limit > 0:
        raise ValueError(f"limit={limit!r} must be above 0")
    ax.grid(False)
    ax.set(xlabel=labels[0], ylabel=labels[1], xlim=(-limit, limit))
    ax.set_ylim(-limit, limit)
    ax.set_aspect("equal", adjustable="box")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    ax.axhline(0, color=RULE, linewidth=0.8, zorder=0)
    ax.axvline(0, color=RULE, linewidth=0.8, zorder=0)


def _draw_ring(ax: Axes, xy: np.ndarray, ring: np.ndarray, names: list[str]) -> None:
    """Draw the line, a dot for every number and a disc for those that are named."""
    colors = around(len(ring))
    path = xy[ring]
    segments = np.stack([path, np.roll(path, -1, axis=0)], axis=1)
    ax.add_collection(
        LineCollection(segments, colors=colors, linewidths=1.3, alpha=0.6, zorder=2),
        autolim=False,
    )
    ax.scatter(*path.T, s=24, c=colors, linewidths=0, zorder=3)
    disc = _disc(max(map(len, names)))
    # One after the other, number on disc: where two overlap, the upper one is whole.
    for i in range(0, len(ring), _stride(ax, len(ring), disc)):
        ax.plot(
            *path[i],
            marker="o",
            markersize=disc,
            color=colors[i],
            markeredgecolor=PAPER,
            markeredgewidth=0.7,
            zorder=4 + i / len(ring),
        )
        ax.annotate(
            names[ring[i]],
            path[i],
            ha="center",
            va="center_baseline",
            fontsize=_LETTERS,
            color=PAPER,
            zorder=4 + i / len(ring),
            clip_on=True,  # beyond the limits it takes no room from the axes
        )


def _disc(letters: int) -> float:
    """Points across a disc that holds so many letters."""
    return _LETTERS * (0.62 * letters + 0.3)


def _stride(ax: Axes, p: int, disc: float) -> int:
    """Every how many places a number is named, so that a clean ring has room for all.

    It depends on the size of the axes alone: in all frames the same numbers are named.
    """
    box = points_box(ax)
    room = np.pi * min(box.width, box.height) / _REACH
    discs = p * disc / room
    return 1 if discs <= 1 else int(np.ceil(1.6 * discs))


def _alt(heading: str, p: int, k: int, order: float) -> str:
    opening = f"{heading}: " if heading else ""
    return sentence(
        f"{opening}{p} numbers joined along the ring of frequency {k}: angles in ring "
        f"order to {order:.2f} (1 is perfect, {p**-0.5:.2f} is chance)"
    )
