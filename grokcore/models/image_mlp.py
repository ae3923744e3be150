"""An MLP over the pixels of an image, such as Omnigrok's (Liu et al. 2023).

Letters used for shapes: B examples, P pixels, M neurons, C classes.
"""

from itertools import pairwise
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.config import description
from grokcore.models.layers import ACTIVATIONS
from grokcore.tasks import DigitsTask

__all__ = ["ImageMLP", "ImageMLPConfig"]


@description
class ImageMLPConfig:
    """Sizes of an :class:`ImageMLP`; by default 784-200-200-10.

    Args:
        mlp_width: M, neurons a hidden layer.
        layers: of neurons.
        activation: of the neurons; "square" is x².

    >>> ImageMLPConfig().kind
    'image_mlp'
    """

    mlp_width: int = Field(200, ge=1)
    layers: int = Field(2, ge=1)
    activation: Literal["relu", "gelu", "square"] = "relu"
    kind: Literal["image_mlp"] = Field("image_mlp", kw_only=True)
    reads: ClassVar[str] = "images"

    def build(self, task: DigitsTask, seed: int) -> "ImageMLP":
        """Return a freshly initialized model for ``task``."""
        return ImageMLP(self, task.inputs, task.numbers, seed)


class ImageMLP(nn.Module):
    """Hidden layers over pixels, each with biases, then a linear one.

    Args:
        config: sizes.
        pixels: P, of an image.
        classes: C, how many answers.
        seed: of the initial weights (torch's default: Kaiming-uniform); the global
            random state is left alone.

    >>> model = ImageMLPConfig().build(DigitsTask(), seed=0)
    >>> model(torch.rand(3, 784)).shape
    torch.Size([3, 10])
    >>> sum(w.numel() for w in model.parameters())
    199210
    """

    def __init__(
        self, config: ImageMLPConfig, pixels: int, classes: int, seed: int
    ) -> None:
        super().__init__()
        self.config = config
        sizes = [pixels, *[config.mlp_width] * config.layers, classes]
        self.layers = nn.ModuleList(
            nn.Linear(inputs, outputs, device="meta")
            for inputs, outputs in pairwise(sizes)
        ).to_empty(device="cpu")
        self._activate = ACTIVATIONS[config.activation]
        generator = torch.Generator().manual_seed(seed)
        for layer in self.layers:
            bound = layer.in_features**-0.5
            for parameter in layer.parameters():
                nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Logits [B, C] for images [B, P].

        Raises:
            ValueError: for another number of pixels.
        """
        pixels = self.layers[0].in_features
        if x.ndim != 2 or x.shape[1] != pixels:
            raise ValueError(
                f"images have shape {tuple(x.shape)}; expected [B, {pixels}]"
            )
        return self.answer(x)

    def answer(self, x: Tensor) -> Tensor:
        """Logits [B, C] for images [B, P], unchecked."""
        return self.layers[-1](self.neurons(x))

    def neurons(self, x: Tensor) -> Tensor:
        """The last hidden layer [B, M] for images [B, P]."""
        for layer in self.layers[:-1]:
            x = self._activate(layer(x))
        return x
