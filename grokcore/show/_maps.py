"""Numbers as colors: around a ring, from nothing to much, from minus to plus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from grokcore.show._axes import root_figure
from grokcore.show._words import signed
from grokcore.show.style import RULE

_FROM_OKLAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)

_LEVELS = 128
"""Steps of a color map: images have a palette of 256, which text needs a part of."""


def oklch(lightness: ArrayLike, chroma: ArrayLike, hue: ArrayLike) -> np.ndarray:
    """Return colors in Oklab from lightness (0 to 1), chroma and hue (degrees).

    In this space of Björn Ottosson's, equal steps look equally large.
    """
    angle = np.radians(hue)
    lab = [lightness, chroma * np.cos(angle), chroma * np.sin(angle)]
    return np.stack(np.broadcast_arrays(*lab), axis=-1)


def srgb(oklab: np.ndarray) -> np.ndarray:
    """Return colors of Oklab in sRGB, 0 to 1.

    >>> srgb(oklch([0.0, 1.0], 0.0, 0.0)).round(3).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """
    linear = np.clip((oklab @ _FROM_OKLAB.T) ** 3 @ _TO_LINEAR.T, 0, 1)
    bent = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, bent)


def around(count: int) -> list[str]:
    """Return colors around a ring, in even steps; the last is next to the first.

    Hue goes around once; lightness falls and rises once, so that the halves of the ring
    differ on a gray print, too. No color is too pale for white paper, and all are such
    that a screen has them.

    >>> len(set(around(59)))
    59
    """
    turn = np.arange(count) / count
    lightness = 0.51 + 0.13 * np.cos(2 * np.pi * turn)
    return [to_hex(color) for color in srgb(oklch(lightness, 0.105, 360 * turn + 170))]


def _ramp(name: str, *stops: tuple[float, float, float]) -> ListedColormap:
    """A color map through stops of lightness, chroma and hue."""
    lab = oklch(*np.array(stops).T)
    along = np.linspace(0, len(stops) - 1, _LEVELS)
    mixed = [np.interp(along, range(len(stops)), channel) for channel in lab.T]
    return ListedColormap(srgb(np.stack(mixed, axis=-1)), name)


SEQUENTIAL = _ramp(
    "grokcore.sequential",
    (1.0, 0.0, 150),
    (0.86, 0.085, 160),
    (0.64, 0.10, 180),
    (0.43, 0.09, 235),
    (0.22, 0.08, 300),
)
"""From paper to ink, ever darker: more is darker on a gray print, too."""

DIVERGING = _ramp(
    "grokcore.diverging",
    (0.26, 0.14, 300),
    (0.46, 0.11, 300),
    (0.68, 0.0, 0),
    (0.83, 0.10, 100),
    (0.97, 0.13, 105),
)
"""From dark (minus) over gray (0) to light (plus): the sign survives a gray print."""


def color_scale(
    values: np.ndarray, limit: float | tuple[float, float] | None, *, centered: bool
) -> tuple[float, float]:
    """Return the numbers at the ends of a color bar.

    Args:
        values: what is drawn.
        limit: both ends; or the upper end, and the lower is its opposite where
            ``centered``, otherwise 0; by default the ends that fit the values.
        centered: whether 0 is to be in the middle.

    >>> color_scale(np.array([0.5, 2.0]), None, centered=False)
    (0.0, 2.0)
    >>> color_scale(np.array([-3.0, 2.0]), None, centered=True)
    (-3.0, 3.0)
    """
    if isinstance(limit, tuple):
        low, high = map(float, limit)
    elif centered:
        high = float(abs(values).max()) if limit is None else float(limit)
        low = -high
    else:
        high = float(values.max()) if limit is None else float(limit)
        low = min(0.0, float(values.min()))
    if low == high:  # an even table: any scale shows it
        high = low + 1.0
    if not low < high:
        raise ValueError(f"limit={limit!r} gives a color scale from {low} to {high}")
    return low, high


def color_bar(image: ScalarMappable, beside: Axes | Sequence[Axes], label: str) -> None:
    """Draw the scale of an image to the right of the axes."""
    axes = beside if isinstance(beside, Axes) else beside[0]
    bar = root_figure(axes).colorbar(
        image, ax=beside, fraction=0.05, pad=0.02, aspect=24
    )
    bar.outline.set(edgecolor=RULE, linewidth=0.8)  # one end is as white as paper
    bar.ax.grid(False)
    bar.ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    bar.set_label(label)
