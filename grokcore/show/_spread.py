"""Labels in a row that would collide are moved apart, as little as possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(
    centers: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return where to center labels in a row so that none overlaps the next.

    Of all such places, these are nearest to those wanted (least squares): labels that
    collide move apart about their common middle.

    Args:
        centers: where each label would stand.
        sizes: how long each is along the row.
        low: where the row begins.
        high: where it ends; labels that need more room than there is stand beyond it.

    >>> spread([0.5, 0.5, 0.9], [0.2, 0.2, 0.1], 0, 1)
    [0.4, 0.6, 0.9]
    >>> spread([0.0, 1.0], [0.2, 0.2], 0, 1)
    [0.1, 0.9]
    """
    if not len(centers):
        return []
    order = np.argsort(centers, kind="stable")
    size = np.asarray(sizes, dtype=float)[order]
    # Where each would stand if all were pushed against the first.
    behind = np.concatenate([[0.0], np.cumsum((size[1:] + size[:-1]) / 2)])
    ahead = _never_falling(np.asarray(centers, dtype=float)[order] - behind)
    first = low + size[0] / 2
    last = max(first, high - size[-1] / 2 - behind[-1])
    places = np.clip(ahead, first, last) + behind
    return places[np.argsort(order)].round(12).tolist()


def _never_falling(wanted: np.ndarray) -> np.ndarray:
    """The nearest sequence that never falls: neighbors that fall take their mean."""
    runs: list[tuple[float, int]] = []
    for value in wanted:
        runs.append((float(value), 1))
        while len(runs) > 1 and runs[-2][0] > runs[-1][0]:
            (a, m), (b, n) = runs[-2:]
            runs[-2:] = [((a * m + b * n) / (m + n), m + n)]
    return np.repeat([value for value, _ in runs], [n for _, n in runs])
