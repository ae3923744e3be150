"""What grokcore's own network does with the same weights and batches as the kernel.

Tests run a :class:`Reference` through the kernel and compare number by number, in the
browser by way of its JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from grokcore import AdamW, EmbeddingMLPConfig, ModularTask
from grokcore.losses import cross_entropy_float32
from grokcore.models.mlp import EmbeddingMLP

__all__ = ["RANDOM", "Reference", "reference"]

#: How near to 0 a neuron is too near: what rounding has made of it after some steps.
_MARGIN = 1e-4

#: The name of the table that no rule makes.
RANDOM = "random"


@dataclass(frozen=True)
class Reference:
    """A training in torch's float32, with all that it takes to repeat it.

    Attributes:
        p, width, neurons: sizes.
        rate, decay, beta1, beta2, eps: of AdamW.
        targets: [p²] the right answer of each cell, −1 where there is none.
        weights: before the first step, by name.
        batches: the cells of each step, a · p + b.
        losses: one a step.
        gradients: of the first step, by name.
    """

    p: int
    width: int
    neurons: int
    rate: float
    decay: float
    beta1: float
    beta2: float
    eps: float
    targets: list[int]
    weights: dict[str, list]
    batches: list[list[int]]
    losses: list[float]
    gradients: dict[str, list]

    def as_dict(self) -> dict:
        """Everything as plain numbers, for JSON."""
        return asdict(self)


def reference(
    operation: str,
    p: int,
    width: int,
    neurons: int,
    *,
    optimizer: AdamW,
    steps: int,
    batch: int = 512,
) -> Reference:
    """Train grokcore's EmbeddingMLP on half of a table.

    A neuron within rounding of 0 is open on one machine and shut on another, and from
    there on the two go apart. Rows that have one are left out of a batch: about one in
    fifty.

    Args:
        operation: one of grokcore's, or ``"random"``.
        p: how many numbers.
        width: of the embedding.
        neurons: of the hidden layer.
        optimizer: what moves the weights.
        steps: how many times.
        batch: rows a step, drawn anew each time.

    >>> short = reference("add", 5, 8, 8, optimizer=AdamW(), steps=2)
    >>> len(short.losses), len(short.batches[0]), short.targets[:5]
    (2, 12, [0, 1, 2, 3, 4])
    """
    rule = "add" if operation == RANDOM else operation
    task = ModularTask(rule, p=p, train_fraction=0.5)
    table = task.data()
    generator = torch.Generator().manual_seed(p)
    answers = table.targets
    if operation == RANDOM:
        answers = torch.randint(p, answers.shape, generator=generator)
    model = EmbeddingMLPConfig(width=width, mlp_width=neurons).build(task, seed=0)
    parameters = dict(model.named_parameters())
    weights = {name: w.tolist() for name, w in parameters.items()}
    moving = optimizer.build(parameters)
    batches, losses, gradients = [], [], {}
    for _ in range(steps):
        order = torch.randperm(len(table.train), generator=generator)
        rows = table.train[order[:batch]]
        rows = rows[_away_from_the_kink(model, table.operands[rows])]
        loss = cross_entropy_float32(model.answer(table.operands[rows]), answers[rows])
        moving.zero_grad()
        loss.backward()
        batches.append((table.operands[rows] @ torch.tensor([p, 1])).tolist())
        losses.append(loss.item())
        if not gradients:
            gradients = {name: w.grad.tolist() for name, w in parameters.items()}
        moving.step()
    targets = torch.full((p * p,), -1)
    targets[table.operands @ torch.tensor([p, 1])] = answers
    return Reference(
        p,
        width,
        neurons,
        optimizer.lr,
        optimizer.weight_decay,
        *optimizer.betas,
        optimizer.eps,
        targets.tolist(),
        weights,
        batches,
        losses,
        gradients,
    )


def _away_from_the_kink(model: EmbeddingMLP, operands: Tensor) -> Tensor:
    """Which rows [B] have no neuron that rounding may open or shut."""
    with torch.no_grad():
        x = model.W_E[operands].flatten(1).double()
        pre = x @ model.mlp.W_in.double() + model.mlp.b_in
    return pre.abs().amin(1) > _MARGIN
