"""Several filters in a row."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from grokcore.descriptions import description
from grokcore.filters.base import GradientFilter, Parameters, below
from grokcore.filters.grokfast import GrokfastEMA, GrokfastMA
from grokcore.filters.plain import Gain, OrthoGrad

__all__ = ["Chain"]

_Simple = Annotated[
    GrokfastEMA | GrokfastMA | OrthoGrad | Gain, Field(discriminator="kind")
]


@description
class Chain:
    """Several filters, one after the other.

    Args:
        filters: at least one; the first acts first.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> import torch
    >>> w = torch.nn.Parameter(torch.zeros(1))
    >>> w.grad = torch.tensor([1.0])
    >>> Chain([Gain(lamb=1.0), GrokfastEMA(lamb=2.0)]).build({"w": w})()
    >>> w.grad.item()
    6.0
    """

    filters: tuple[_Simple, ...] = Field(min_length=1)
    kind: Literal["chain"] = Field("chain", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filters at work on some parameters."""
        return _Chain([each.build(parameters) for each in self.filters])


class _Chain:
    def __init__(self, links: list[GradientFilter]) -> None:
        self.links = links

    def __call__(self) -> None:
        for link in self.links:
            link()

    def state(self) -> dict[str, Tensor]:
        return {
            f"{i}.{name}": tensor
            for i, link in enumerate(self.links)
            for name, tensor in link.state().items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        for i, link in enumerate(self.links):
            link.restore(below(f"{i}.", tensors))
