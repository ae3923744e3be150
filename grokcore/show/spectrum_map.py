"""The Fourier embedding, frequency by frequency and dimension by dimension."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from grokcore.show._arrays import numbers, whole
from grokcore.show._axes import axes_or_new, settle, text_height
from grokcore.show._maps import SEQUENTIAL, color_bar, color_scale
from grokcore.show._spread import spread
from grokcore.show._words import listed, number, sentence
from grokcore.show.picture import Picture, titled
from grokcore.show.style import FAINT, INK, RULE, style


@style()
def spectrum_map(
    amplitudes: ArrayLike,
    keys: Iterable[int] = (),
    *,
    limit: float | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw how much of each frequency is in each dimension of an embedding.

    Dimensions are sorted by their strongest frequency, so that those of one frequency
    stand together: a trained embedding shows a few bars, an untrained one noise along a
    diagonal, which is what sorting makes of noise.

    Args:
        amplitudes: of the frequencies 1 … F in D dimensions, [F, D], as from
            ``grokcore.analysis.fourier.amplitudes``.
        keys: the key frequencies, named at the right edge.
        limit: the amplitude of the darkest color, to compare models or moments on one
            scale; the largest one by default.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text says in how many dimensions the strongest frequency is
        a key frequency, and how large the amplitudes are.

    Raises:
        ValueError: if the amplitudes are not [F, D], not finite or below 0, or a key is
            not one of 1 … F.

    >>> print(spectrum_map([[0, 2], [3, 1], [0, 0]], keys=[2]).alt)
    Amplitudes of 3 frequencies in 2 embedding dimensions, sorted by strongest \
frequency, at most 3. In 1 of 2 dimensions the strongest frequency is the key \
frequency 2.
    """
    table = numbers("amplitudes", amplitudes, "F", "D")
    if table.min() < 0:
        raise ValueError(f"amplitudes go down to {table.min():g}; none may be below 0")
    count, width = table.shape
    keys = sorted(whole("keys", keys, 1, count))
    strongest = table.argmax(axis=0) + 1
    order = np.lexsort((-table.max(axis=0), strongest))
    low, high = color_scale(table, limit, centered=False)
    ax = axes_or_new(ax, height=4.3)
    image = ax.imshow(
        table[:, order],
        cmap=SEQUENTIAL,
        vmin=low,
        vmax=high,
        aspect="auto",
        origin="lower",
        extent=(-0.5, width - 0.5, 0.5, count + 0.5),
    )
    ax.grid(False)
    ax.spines[:].set(visible=True, edgecolor=RULE)
    ax.set(xlabel="dimension, sorted by frequency", ylabel="frequency k")
    ax.yaxis.set_major_locator(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]))
    _name_keys(ax, keys, count)
    color_bar(image, ax, "amplitude")
    alt = _alt(table, keys, strongest)
    return titled(ax, alt, title)


def _name_keys(ax: Axes, keys: list[int], count: int) -> None:
    """Write the key frequencies at the right edge, each with a line to its row."""
    settle(ax)
    heights = [(key - 0.5) / count for key in keys]
    sizes = [0.95 * text_height(ax)] * len(keys)
    for key, row, place in zip(
        keys, heights, spread(heights, sizes, 0, 1), strict=True
    ):
        ax.annotate(
            str(key),
            (1.025, place),
            xycoords="axes fraction",
            va="center_baseline",
            fontweight="bold",
            color=INK,
        )
        ax.plot(
            [1, 1.02],
            [row, place],
            transform=ax.transAxes,
            color=FAINT,
            linewidth=1,
            clip_on=False,
            solid_capstyle="butt",
        )


def _alt(table: np.ndarray, keys: list[int], strongest: np.ndarray) -> str:
    count, width = table.shape
    told = [
        f"Amplitudes of {count} frequencies in {width} embedding dimensions, sorted by "
        f"strongest frequency, at most {number(table.max())}."
    ]
    if keys:
        members = int(np.isin(strongest, keys).sum())
        which = "the key frequency" if len(keys) == 1 else "one of the key frequencies"
        told.append(
            sentence(
                f"in {members} of {width} dimensions the strongest frequency is "
                f"{which} {listed([str(key) for key in keys])}"
            )
        )
    return " ".join(told)
