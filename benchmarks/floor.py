"""The reference floor: the matrix products of a textbook step, timed alone.

MLP in, MLP out and unembed, forward and both backward, on the shapes of the answer
position. No bias, activation, attention, loss or optimizer.

It is a yardstick and not a bound: the reference multiplies by ``torch.mm``, as the
peers do, and our step by the quicker of torch's libraries
(:mod:`grokcore.backend.matmul`). The same products by that library are timed beside it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.timing import Action
from grokcore import Experiment
from grokcore.backend.matmul import affine


def shapes(experiment: Experiment) -> list[tuple[int, int, int]]:
    """Rows, inputs and outputs of each of the three products of a forward pass."""
    task, model = experiment.task, experiment.model
    rows = len(task.data().train)
    width, neurons, classes = model.width, model.neurons, task.numbers
    sizes = [(width, neurons), (neurons, width), (width, classes)]
    return [(rows, *size) for size in sizes]


def by_mm(experiment: Experiment) -> Action:
    """Do the nine products by ``torch.mm``, into memory that is already there."""
    pairs = []
    for x, weight, gradient in map(_random, shapes(experiment)):
        pairs += [(x, weight), (gradient, weight.T), (x.T, gradient)]
    products = [(a, b, a @ b) for a, b in pairs]

    @torch.no_grad()
    def step() -> None:
        for a, b, out in products:
            torch.mm(a, b, out=out)

    return step


def by_affine(experiment: Experiment) -> Action:
    """Do the same products as our step does, through autograd."""
    triples = [_random(shape) for shape in shapes(experiment)]
    for x, weight, _ in triples:
        x.requires_grad_(), weight.requires_grad_()

    def step() -> None:
        for x, weight, gradient in triples:
            x.grad = weight.grad = None
            affine(x, weight).backward(gradient)

    return step


def _random(shape: tuple[int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """An input, a weight, and the gradient of what they make."""
    rows, inputs, outputs = shape
    scale = inputs**-0.5
    return (
        torch.randn(rows, inputs),
        scale * torch.randn(inputs, outputs),
        scale * torch.randn(rows, outputs),
    )
