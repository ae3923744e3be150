"""Flipbooks side by side whose sliders move together."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from grokcore.show._encode import png
from grokcore.show._page import apart_html, document, shelf_html
from grokcore.show.flipbook import Flipbook
from grokcore.show.picture import base64_text
from grokcore.show.style import PAPER

_GAP = 32
"""Pixels between two posters."""


def beside(*books: Flipbook) -> Shelf:
    """Put Flipbooks side by side; on a phone they stand one below the other.

    If all have the same number of frames they move together: each slider moves all of
    them, and so do each play button and the keys. Poster and speed are then those of
    the first one. Otherwise each moves on its own.

    Args:
        books: the Flipbooks, from left to right.

    Returns:
        A ``Shelf``, which notebooks and the book show like a Flipbook.

    Raises:
        ValueError: if there are no books.
        TypeError: if one is not a Flipbook.

    >>> from grokcore.show import Flipbook, waves
    >>> def draw(height):
    ...     return waves({"head": [0, height, 0]}, limits=(0, 3))
    >>> beside(Flipbook(draw, [1, 2]), Flipbook(draw, [2, 1]))
    Shelf(2 Flipbooks that move together)
    """
    return Shelf(books)


class Shelf:
    """Flipbooks side by side, as ``beside`` makes them.

    Attributes:
        books: the Flipbooks, from left to right.
        linked: whether they move together.
    """

    def __init__(self, books: tuple[Flipbook, ...]) -> None:
        if not books:
            raise ValueError("there are no books; give at least one Flipbook")
        for book in books:
            if not isinstance(book, Flipbook):
                raise TypeError(f"beside takes Flipbooks, not {book!r}")
        self.books = books
        self.linked = len({len(book.pictures) for book in books}) == 1

    @cached_property
    def html(self) -> str:
        """The shelf as one self-contained piece of HTML."""
        if not self.linked:
            return apart_html([book.html for book in self.books])
        first = self.books[0]
        views = [book.view for book in self.books]
        return shelf_html(views, first.poster, first.delay)

    @property
    def png(self) -> bytes:
        """The posters side by side as the bytes of a PNG file."""
        first = self.books[0]
        images = [
            book.pictures[first.poster if self.linked else book.poster].image
            for book in self.books
        ]
        width = sum(image.width + _GAP for image in images) - _GAP
        sheet = Image.new("RGB", (width, max(i.height for i in images)), PAPER)
        left = 0
        for image in images:
            sheet.paste(image, (left, 0))
            left += image.width + _GAP
        return png(sheet)

    def save(self, path: str | Path) -> None:
        """Write a page of its own that shows the shelf in any browser."""
        Path(path).write_text(document("Flipbooks", self.html), encoding="utf-8")

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        return {"text/html": self.html, "image/png": base64_text(self.png)}

    def __repr__(self) -> str:
        how = "move together" if self.linked else "move each on its own"
        return f"Shelf({len(self.books)} Flipbooks that {how})"
