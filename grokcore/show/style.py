"""One look for every figure of the course.

The palette is Okabe and Ito's, safe for color-blind readers. Training data is always
blue and solid, validation data always orange and dashed, so that a figure still reads
on a gray print. Sizes are chosen for a phone: at 6.4 inches wide, shrunk to 360 CSS
pixels, the smallest letter is still 8 pixels tall.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import matplotlib
from matplotlib.colors import to_hex, to_rgb

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
TRAIN = OKABE_ITO["blue"]
VALIDATION = OKABE_ITO["orange"]
NEUTRAL = OKABE_ITO["green"]

INK = "#262626"
FAINT = "#6E6E6E"
RULE = "#E4E4E4"
PAPER = "#FFFFFF"

SOLID = "-"
DASHED = (0, (4.5, 1.2))
DOTTED = (0, (1, 1.4))
DASHES = (SOLID, DASHED, (0, (1, 1.2)), (0, (6, 1.2, 1, 1.2)))
"""Lines of several kinds, told apart on a gray print."""

WIDTH = 6.4
"""Inches across a figure."""

SMALL, TITLE = 11, 12.5
"""Points of what is written beside marks, and of titles."""

RC = {
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "savefig.facecolor": PAPER,
    "savefig.dpi": 200,
    "savefig.bbox": None,  # a tight box would make the frames of a Flipbook jump
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same page everywhere
    "font.size": 12,
    "text.color": INK,
    "axes.facecolor": PAPER,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.prop_cycle": matplotlib.cycler(
        color=[OKABE_ITO[c] for c in ("blue", "orange", "green", "vermilion", "purple")]
    ),
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "lines.dash_joinstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 11,
    "image.interpolation": "nearest",
}


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the style of the course.

    It can also decorate a function. matplotlib's own settings come back afterwards.

    >>> import matplotlib
    >>> with style():
    ...     matplotlib.rcParams["axes.spines.top"]
    False
    """
    return matplotlib.rc_context(RC)


def readable(color: str, contrast: float = 4.5) -> str:
    """Darken a color until text in it stands out from white paper.

    Args:
        color: any color that matplotlib knows.
        contrast: the contrast ratio to reach; 4.5 is what WCAG 2 asks of text.

    Returns:
        The color as ``#rrggbb``, unchanged if it is dark enough already.

    >>> readable("#0072B2")
    '#0072b2'
    >>> readable("#E69F00")
    '#9d6c00'
    """
    rgb = to_rgb(color)
    while 1.05 / (_luminance(rgb) + 0.05) < contrast:
        rgb = tuple(0.98 * channel for channel in rgb)
    return to_hex(rgb)


def shades(color: str, count: int) -> list[str]:
    """Return shades of one color, from dark to light, to tell several runs apart.

    Args:
        color: any color that matplotlib knows; it is the only shade when ``count`` is
            1.
        count: how many shades, at least 1.

    >>> shades("#0072B2", 1)
    ['#0072b2']
    >>> shades("#0072B2", 3)
    ['#003959', '#00649c', '#4095c5']
    """
    base = to_rgb(color)
    depths = (
        [0.0] if count == 1 else [-0.5 + 0.75 * i / (count - 1) for i in range(count)]
    )
    return [to_hex(_toward(base, 0.0 if d < 0 else 1.0, abs(d))) for d in depths]


def _toward(
    rgb: tuple[float, float, float], gray: float, share: float
) -> tuple[float, ...]:
    return tuple((1 - share) * channel + share * gray for channel in rgb)


def _luminance(rgb: tuple[float, ...]) -> float:
    """Relative luminance of an sRGB color, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
