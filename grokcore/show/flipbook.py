"""Many pictures and a slider: an animation that a reader holds in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from grokcore.show._encode import css_size
from grokcore.show._page import View, document, flipbook_html
from grokcore.show._steady import hold_still
from grokcore.show.picture import Picture, base64_text


class Flipbook:
    """Draw every frame once and show them with a slider and a play button.

    The result is a single piece of HTML. It needs no kernel, no widget and no network,
    and so it moves in the rendered book, in Jupyter, on Colab and offline. Where
    scripts do not run, the poster frame is shown with its alt text. Readers who asked
    their system for less motion get a button for the next frame instead of "play".

    Args:
        draw: called with each frame; returns a new Picture, or a new matplotlib figure.
            All figures must have the same size. Their axes are held still over the
            frames.
        frames: what to draw: epochs, indices, arrays, anything.
        alt: for each frame what it shows; the Picture's own alt text by default.
        label: for each frame the words beside the slider, such as ``"epoch 580"``.
        name: what the slider moves through, for readers who hear the page.
        poster: the index of the frame that is shown first, and alone where nothing
            moves.
        fps: frames a second while playing.

    Raises:
        ValueError: if there are no frames, a frame has no alt text, ``draw`` returned
            the same figure twice, figures differ in size, or ``poster`` or ``fps`` is
            out of range.
        TypeError: if ``draw`` returned neither a Picture nor a figure.

    >>> from grokcore.show import prediction_grid
    >>> def draw(known):
    ...     return prediction_grid([[i < known for i in range(4)]], [[True] * 4])
    >>> book = Flipbook(draw, range(5), label=lambda known: f"{known} of 4")
    >>> book
    Flipbook(5 frames, '0 of 4' to '4 of 4')
    >>> 'type="range"' in book.html
    True
    """

    def __init__(
        self,
        draw: Callable[[Any], Picture | Figure],
        frames: Sequence[Any],
        alt: Callable[[Any], str] | None = None,
        *,
        label: Callable[[Any], str] = str,
        name: str = "Frame",
        poster: int = -1,
        fps: float = 8,
    ) -> None:
        frames = list(frames)
        if not frames:
            raise ValueError("frames is empty; give at least one")
        if not -len(frames) <= poster < len(frames):
            raise ValueError(
                f"poster={poster} is out of range; there are {len(frames)} frames"
            )
        if not fps > 0:
            raise ValueError(f"fps={fps!r} must be above 0")
        self.labels = [str(label(frame)) for frame in frames]
        self.pictures = [_picture(draw(frame), frame, alt) for frame in frames]
        self.name = name
        self.poster = poster % len(frames)
        self.fps = fps
        figures = [picture.figure for picture in self.pictures]
        if len(set(map(id, figures))) < len(figures):
            raise ValueError("draw returned the same figure twice; make a new one each")
        hold_still(figures)
        sizes = {css_size(picture.image) for picture in self.pictures}
        if len(sizes) > 1:
            raise ValueError(f"frames differ in size: {sorted(sizes)} pixels")
        self._size = sizes.pop()

    @cached_property
    def view(self) -> View:
        """The frames as a page shows them."""
        frames = [
            {
                "webp": base64_text(picture.webp),
                "alt": picture.alt,
                "label": label,
            }
            for picture, label in zip(self.pictures, self.labels, strict=True)
        ]
        return View(frames, self._size, self.name)

    @property
    def delay(self) -> int:
        """Milliseconds from one frame to the next while playing."""
        return round(1000 / self.fps)

    @cached_property
    def html(self) -> str:
        """The Flipbook as one self-contained piece of HTML."""
        return flipbook_html(self.view, self.poster, self.delay)

    def save(self, path: str | Path) -> None:
        """Write a page of its own that shows the Flipbook in any browser."""
        Path(path).write_text(document("Flipbook", self.html), encoding="utf-8")

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        poster = self.pictures[self.poster].png
        return {"text/html": self.html, "image/png": base64_text(poster)}

    def __repr__(self) -> str:
        count = len(self.pictures)
        return f"Flipbook({count} frames, {self.labels[0]!r} to {self.labels[-1]!r})"


def _picture(
    drawn: Picture | Figure, frame: Any, alt: Callable[[Any], str] | None
) -> Picture:
    if isinstance(drawn, Picture):
        return drawn if alt is None else Picture(drawn.figure, alt(frame), drawn.ax)
    if not isinstance(drawn, Figure):
        raise TypeError(f"draw must return a Picture or a Figure, not {drawn!r}")
    if alt is None:
        raise ValueError("draw returned a bare figure; pass alt, or return a Picture")
    return Picture(drawn, alt(frame))
