"""A row of the history: how good a model is, on rows it was shown and on all others.

When one is taken is a matter of :mod:`grokcore.training.moments`.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from grokcore.tasks import Table

__all__ = ["COLUMNS", "Answers", "evaluate"]

#: The columns of a history. Losses in nats, accuracies in [0, 1]; a row is taken with
#: the weights after ``step`` steps. Train figures are those of the step's own rows, or
#: of all, as the experiment says.
COLUMNS = (
    "step",
    "epoch",
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "weight_norm",
)

#: Rows that go through the model at once.
_EVALUATION_ROWS = 16_384


class Answers(NamedTuple):
    """What a model answers to some rows, and how bad that is.

    Attributes:
        logits: [B, C].
        targets: [B] the right answers.
        loss: mean over the rows.
    """

    logits: Tensor
    targets: Tensor
    loss: Tensor

    @property
    def right(self) -> Tensor:
        """How many answers are right."""
        return (self.logits.argmax(-1) == self.targets).sum()


@torch.no_grad()
def evaluate(
    train: Answers | None,
    answer: Callable[[Tensor, Tensor], Answers],
    table: Table,
    parameters: Iterable[Tensor],
) -> list[float]:
    """Return the figures of a row, from train_loss to weight_norm.

    The only place where the host waits for the device.

    Args:
        train: the answers to the rows of this step; ``None`` asks for all of them.
        answer: asks the model, given operands and targets.
        table: whose rows are asked.
        parameters: of the model.
    """
    val_loss, val_right = _totals(table.val, answer, table)
    if train is None:
        n_train = len(table.train)
        train_loss, train_right = _totals(table.train, answer, table)
        train_loss = train_loss / n_train
    else:
        n_train = len(train.targets)
        train_loss, train_right = train.loss.detach(), train.right
    norm = parameters_to_vector(parameters).norm()
    figures = (train_loss, train_right, val_loss, val_right, norm)
    on_host = torch.stack([figure.to(train_loss) for figure in figures]).tolist()
    train_loss, train_right, val_loss, val_right, norm = on_host
    # Divided here, in float64: in float32, 19 / 20 is less than 0.95.
    n_val = len(table.val)
    return [
        train_loss,
        train_right / n_train,
        val_loss / n_val,
        val_right / n_val,
        norm,
    ]


def _totals(
    rows: Tensor, answer: Callable[[Tensor, Tensor], Answers], table: Table
) -> tuple[Tensor, Tensor]:
    """Sum of the losses, and how many answers are right."""
    loss = right = torch.zeros((), dtype=torch.long, device=rows.device)
    for some in rows.split(_EVALUATION_ROWS):
        answers = answer(table.operands[some], table.targets[some])
        loss = loss + answers.loss * len(some)
        right = right + answers.right
    return loss, right
