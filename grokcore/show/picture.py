"""A figure together with the sentence that says what is in it."""

from __future__ import annotations

import base64
import re
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from grokcore.show._axes import root_figure
from grokcore.show._encode import css_size, pixels, png, webp

_FILE_NAME = re.compile(r".*\.(png|jpe?g|gif|svg|webp|pdf|html?|ipynb|py)", re.I | re.S)


class Picture:
    """A matplotlib figure that carries its own alt text.

    Notebooks and the book show it as an image with that text; ``figure`` and ``ax`` are
    plain matplotlib, to go on with. An image that was shown once is not drawn again:
    change the figure first, then show it.

    Args:
        figure: the figure to show.
        alt: what a reader who cannot see the figure should know, in whole sentences.
        ax: the axes to offer as ``ax``; the figure's first by default.

    Raises:
        ValueError: if the alt text is empty or is the name of a file.

    >>> figure = Figure()
    >>> picture = Picture(figure, "A line that rises from 0 to 1.", figure.subplots())
    >>> picture
    Picture('A line that rises from 0 to 1.')
    >>> Picture(figure, "loss.png")
    Traceback (most recent call last):
    ValueError: alt='loss.png' is the name of a file; say what the figure shows
    """

    def __init__(self, figure: Figure, alt: str, ax: Axes | None = None) -> None:
        self.figure = figure
        self.alt = checked_alt(alt)
        self._ax = ax

    @property
    def ax(self) -> Axes:
        """The axes that were drawn on, or the figure's first."""
        return self.figure.axes[0] if self._ax is None else self._ax

    @cached_property
    def image(self) -> Image.Image:
        """The figure as a Pillow image, twice as many pixels across as CSS pixels."""
        return pixels(self.figure)

    @cached_property
    def png(self) -> bytes:
        """The figure as the bytes of a PNG file."""
        return png(self.image)

    @cached_property
    def webp(self) -> bytes:
        """The same as lossless WebP, a quarter lighter: what pages carry."""
        return webp(self.image)

    @property
    def html(self) -> str:
        """The figure as a self-contained ``<img>``."""
        width, height = css_size(self.image)
        return (
            f'<img class="grokcore-picture" alt="{escape(self.alt)}" loading="lazy" '
            f'width="{width}" height="{height}" '
            'style="max-width:100%;height:auto;padding:0;border-radius:4px" '
            f'src="data:image/webp;base64,{base64_text(self.webp)}">'
        )

    def save(self, path: str | Path) -> None:
        """Write the figure to a file; the suffix names the format (png, svg, pdf)."""
        path = Path(path)
        if path.suffix.lower() == ".png":
            path.write_bytes(self.png)
        else:
            self.figure.savefig(path)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        return {
            "text/html": self.html,
            "image/png": base64_text(self.png),
        }

    def __repr__(self) -> str:
        return f"Picture({self.alt!r})"


def titled(ax: Axes, alt: str, title: str = "", pad: float | None = 9) -> Picture:
    """Return the whole figure of some axes; a title stands above and opens the alt.

    With ``pad=None`` it stands there already, since what was placed by measure had to
    know of it.
    """
    if title and pad is not None:
        ax.set_title(title, pad=pad)
    return Picture(root_figure(ax), f"{title}: {alt}" if title else alt, ax)


def checked_alt(alt: str) -> str:
    """Return the alt text in one line, or refuse what tells a reader nothing."""
    text = " ".join(str(alt).split())
    if not text:
        raise ValueError(f"alt={alt!r} is empty; say what the figure shows")
    if _FILE_NAME.fullmatch(text):
        raise ValueError(
            f"alt={alt!r} is the name of a file; say what the figure shows"
        )
    return text


def base64_text(data: bytes) -> str:
    """Bytes as text that may stand in a page or in a notebook."""
    return base64.b64encode(data).decode("ascii")
