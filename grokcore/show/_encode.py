"""Figures as small image files."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from grokcore.show.style import style

_PACK = np.array([1 << 16, 1 << 8, 1], dtype=np.int32)

PIXEL_RATIO = 2
"""Dots per CSS pixel: the screens of today's phones and laptops show figures sharp."""


def pixels(figure: Figure) -> Image.Image:
    """Render a figure as an image with a palette, a third of the usual size."""
    raw = io.BytesIO()
    with style():
        figure.savefig(raw, format="png", pil_kwargs={"compress_level": 0})
    return _with_palette(Image.open(raw).convert("RGB"))


def png(image: Image.Image) -> bytes:
    """Encode an image as PNG.

    No time and no version is written into the file: the same figure gives the same
    bytes.
    """
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def webp(image: Image.Image) -> bytes:
    """Encode an image as lossless WebP, smaller than PNG: a page holds many frames."""
    buffer = io.BytesIO()
    # Without loss, quality is how hard to try.
    image.convert("RGB").save(buffer, "WEBP", lossless=True, quality=100)
    return buffer.getvalue()


def css_size(image: Image.Image) -> tuple[int, int]:
    """Width and height in CSS pixels at which an image of ours is meant to be seen."""
    return round(image.width / PIXEL_RATIO), round(image.height / PIXEL_RATIO)


def _with_palette(image: Image.Image) -> Image.Image:
    """Keep the 256 most frequent colors exactly and move the others to the nearest.

    Figures are flat colors and thin blends between them, so that this is invisible.
    Pillow's own quantizers are not: they turn white paper light gray.
    """
    frequent = sorted(image.getcolors(image.width * image.height), reverse=True)
    colors = np.array([color for _, color in frequent], dtype=np.int64)
    palette = colors[:256]
    differences = colors[:, None, :] - palette[None, :, :]
    nearest = (differences**2).sum(axis=2).argmin(axis=1)
    index_of = np.zeros(1 << 24, dtype=np.uint8)
    index_of[colors @ _PACK] = nearest
    indexed = Image.fromarray(index_of[np.asarray(image) @ _PACK])
    indexed.putpalette(palette.astype(np.uint8).tobytes())
    return indexed
