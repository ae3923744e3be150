"""The floor: matrix products that no step of the textbook model can do without.

MLP in, MLP out and unembed, forward and both backward, on the shapes of the answer
position. No bias, activation, attention, loss or optimizer; results are written into
memory that is already there.
"""

from __future__ import annotations

import torch

from benchmarks.timing import Action
from grokcore import Experiment


def products(experiment: Experiment) -> Action:
    """Return a function that does the nine products of one step of ``experiment``."""
    task, model = experiment.task, experiment.model
    rows = len(task.data().train)
    width, neurons, classes = model.width, model.neurons, task.numbers

    def matrix(*shape: int) -> torch.Tensor:
        return torch.randn(*shape) / shape[-1] ** 0.5

    weights = [matrix(width, neurons), matrix(neurons, width), matrix(width, classes)]
    inputs = [matrix(rows, width), matrix(rows, neurons), matrix(rows, width)]
    # Gradients of the outputs: of what each product makes of its input.
    gradients = [matrix(rows, neurons), matrix(rows, width), matrix(rows, classes)]
    outputs = [torch.empty_like(g) for g in gradients]
    input_gradients = [torch.empty_like(x) for x in inputs]
    weight_gradients = [torch.empty_like(w) for w in weights]

    @torch.no_grad()
    def step() -> None:
        for x, w, out in zip(inputs, weights, outputs, strict=True):
            torch.mm(x, w, out=out)
        for g, w, out in zip(gradients, weights, input_gradients, strict=True):
            torch.mm(g, w.T, out=out)
        for g, x, out in zip(gradients, inputs, weight_gradients, strict=True):
            torch.mm(x.T, g, out=out)

    return step
