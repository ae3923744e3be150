"""What acts on gradients before a step: frozen descriptions.

A filter's ``build`` takes the parameters by name and returns what does the work: called
once a step, between backward pass and optimizer, it changes the gradients in place.
Parameters without a gradient are left alone. What it remembers goes into a run's resume
points, so that a run that was cut short goes on with the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Protocol

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.descriptions import description

__all__ = [
    "Chain",
    "Filter",
    "Gain",
    "GradientFilter",
    "GrokfastEMA",
    "GrokfastMA",
    "OrthoGrad",
]

Parameters = Mapping[str, nn.Parameter]


class GradientFilter(Protocol):
    """What a filter's ``build`` returns."""

    def __call__(self) -> None:
        """Change the gradients in place; once a step."""

    def state(self) -> dict[str, Tensor]:
        """Return what it remembers, as named tensors."""

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to what :meth:`state` returned."""


@description
class GrokfastEMA:
    """Amplify slow gradients: g + λ m, with m the moving mean α m + (1 − α) g.

    m starts as the first gradient (Lee et al. 2024, arXiv:2405.20233, algorithm 2).

    Args:
        alpha: α, how much of m stays each step, in [0, 1).
        lamb: λ, the weight of m, ≥ 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = nn.Parameter(torch.zeros(1))
    >>> filter = GrokfastEMA(alpha=0.5, lamb=2.0).build({"w": w})
    >>> for gradient in (1.0, 3.0):  # m is 1, then 2
    ...     w.grad = torch.tensor([gradient])
    ...     filter()
    ...     print(w.grad.item())
    3.0
    7.0
    """

    alpha: float = Field(0.98, ge=0, lt=1)
    lamb: float = Field(2.0, ge=0)
    kind: Literal["grokfast_ema"] = Field("grokfast_ema", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _EMA(self, parameters)


class _EMA:
    def __init__(self, config: GrokfastEMA, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.means: dict[str, Tensor] = {}

    @torch.no_grad()
    def __call__(self) -> None:
        gradients = _gradients(self.parameters)
        for name, gradient in gradients.items():
            if name not in self.means:
                self.means[name] = gradient.clone()
        means = [self.means[name] for name in gradients]
        if means:  # one fused operation for all parameters each
            torch._foreach_lerp_(means, [*gradients.values()], 1 - self.config.alpha)
            torch._foreach_add_([*gradients.values()], means, alpha=self.config.lamb)

    def state(self) -> dict[str, Tensor]:
        return self.means

    def restore(self, tensors: dict[str, Tensor]) -> None:
        self.means = dict(tensors)


@description
class GrokfastMA:
    """Amplify slow gradients: g + λ m, with m the mean of the last, this one included.

    m comes from a running sum in float64, at a cost that does not depend on the
    window (Lee et al. 2024, arXiv:2405.20233, algorithm 1).

    Args:
        window: how many gradients are averaged, ≥ 1.
        lamb: λ, the weight of their mean, ≥ 0.
        wait_until_full: leave gradients alone until the window is full; otherwise
            average over those that there are.
        start: leave gradients alone for so many steps, while the window fills: the
            paper's two-stage start.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = nn.Parameter(torch.zeros(1))
    >>> filter = GrokfastMA(window=2, lamb=4.0).build({"w": w})
    >>> for gradient in (1.0, 3.0, 5.0):
    ...     w.grad = torch.tensor([gradient])
    ...     filter()
    ...     print(w.grad.item())
    1.0
    11.0
    21.0
    """

    window: int = Field(100, ge=1)
    lamb: float = Field(5.0, ge=0)
    wait_until_full: bool = True
    start: int = Field(0, ge=0)
    kind: Literal["grokfast_ma"] = Field("grokfast_ma", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _MA(self, parameters)


class _MA:
    """A ring of the last gradients, and their sum, for each parameter."""

    def __init__(self, config: GrokfastMA, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.calls = 0
        self.rings: dict[str, Tensor] = {}
        self.sums: dict[str, Tensor] = {}
        self.seen: dict[str, int] = {}

    @torch.no_grad()
    def __call__(self) -> None:
        window, lamb = self.config.window, self.config.lamb
        for name, gradient in _gradients(self.parameters).items():
            held = self._insert(name, gradient)
            waits = self.config.wait_until_full and held < window
            if not waits and self.calls >= self.config.start:
                gradient += self.sums[name] * (lamb / held)
        self.calls += 1

    def _insert(self, name: str, gradient: Tensor) -> int:
        """Take a gradient in, and return how many there are then."""
        if name not in self.rings:
            window = (self.config.window, *gradient.shape)
            self.rings[name] = gradient.new_zeros(window)
            self.sums[name] = torch.zeros_like(gradient, dtype=_precise(gradient))
            self.seen[name] = 0
        ring, total = self.rings[name], self.sums[name]
        slot = self.seen[name] % self.config.window
        total.add_(gradient).sub_(ring[slot])
        ring[slot] = gradient
        self.seen[name] += 1
        if slot == 0 and total.dtype != torch.float64:
            torch.sum(ring, dim=0, out=total)  # or rounding would pile up
        return min(self.seen[name], self.config.window)

    def state(self) -> dict[str, Tensor]:
        return {
            "calls": torch.tensor(self.calls),
            **{f"rings.{name}": ring for name, ring in self.rings.items()},
            **{f"sums.{name}": total for name, total in self.sums.items()},
            **{f"seen.{name}": torch.tensor(n) for name, n in self.seen.items()},
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        self.calls = int(tensors["calls"])
        self.rings = _below("rings.", tensors)
        self.sums = _below("sums.", tensors)
        self.seen = {name: int(n) for name, n in _below("seen.", tensors).items()}


@description
class OrthoGrad:
    """Take out of each gradient what points along its own weights, and keep its length.

    Growing the weights along themselves lowers the loss of a network that has memorized
    without changing its answers. Each tensor is treated apart: g − (w·g / w·w) w, then
    rescaled to ‖g‖ (Prieto et al. 2025, arXiv:2501.04697, section 5).

    >>> w = nn.Parameter(torch.tensor([1.0, 0.0]))
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> OrthoGrad().build({"w": w})()
    >>> w.grad
    tensor([0., 5.])
    """

    kind: Literal["orthograd"] = Field("orthograd", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _Forgetful(lambda: _orthogonalize(parameters))


def _orthogonalize(parameters: Parameters) -> None:
    tiny = 1e-30  # weights of zero, and gradients along the weights, divide by 0
    for name, gradient in _gradients(parameters).items():
        w, g = parameters[name].flatten(), gradient.flatten()
        across = g - w.dot(g) / (w.dot(w) + tiny) * w
        across *= g.norm() / (across.norm() + tiny)
        gradient.copy_(across.view_as(gradient))


@description
class Gain:
    """Multiply gradients by 1 + λ: what a Grokfast filter does, less the averaging.

    Adam does not see the scale of gradients, but weight decay that is coupled into them
    shrinks by 1 + λ in comparison. So this is a filter's honest control.

    Args:
        lamb: λ, ≥ 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = nn.Parameter(torch.zeros(1))
    >>> w.grad = torch.tensor([1.0])
    >>> Gain(lamb=2.0).build({"w": w})()
    >>> w.grad.item()
    3.0
    """

    lamb: float = Field(2.0, ge=0)
    kind: Literal["gain"] = Field("gain", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""

        def multiply() -> None:
            gradients = [*_gradients(parameters).values()]
            if gradients:
                torch._foreach_mul_(gradients, 1 + self.lamb)

        return _Forgetful(multiply)


class _Forgetful:
    """A filter that remembers nothing."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act

    @torch.no_grad()
    def __call__(self) -> None:
        self.act()

    def state(self) -> dict[str, Tensor]:
        return {}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        pass


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

    >>> w = nn.Parameter(torch.zeros(1))
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
            link.restore(_below(f"{i}.", tensors))


#: Any of the filters above, told apart by ``kind`` in JSON.
Filter = Annotated[
    GrokfastEMA | GrokfastMA | OrthoGrad | Gain | Chain, Field(discriminator="kind")
]


def _gradients(parameters: Parameters) -> dict[str, Tensor]:
    """The gradients that there are, by the parameter's name."""
    return {n: p.grad for n, p in parameters.items() if p.grad is not None}


def _precise(gradient: Tensor) -> torch.dtype:
    """What sums are kept in: Apple's MPS has no float64."""
    return gradient.dtype if gradient.device.type == "mps" else torch.float64


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose name starts so, by what follows."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
