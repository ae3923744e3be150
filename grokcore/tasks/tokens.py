"""Between an equation's tokens and its operands."""

import torch
from torch import Tensor

__all__ = ["columns", "operands_of", "write"]


def columns(operands: Tensor, count: int) -> tuple[Tensor, ...]:
    """Take operands [N, K] apart, into [N] for each of ``count`` that are expected.

    Raises:
        ValueError: if there are more, or fewer.

    >>> columns(torch.tensor([[3, 4], [5, 6]]), 2)
    (tensor([3, 5]), tensor([4, 6]))
    """
    if operands.ndim != 2 or operands.shape[1] != count:
        raise ValueError(
            f"operands have shape {tuple(operands.shape)}; expected [N, {count}], a "
            f"column for each operand"
        )
    return operands.unbind(1)


def write(operands: Tensor, layout: tuple[int | None, ...]) -> Tensor:
    """Fill operands [N, K] into ``layout``, giving tokens [N, T].

    Raises:
        ValueError: if ``layout`` has room for more operands, or fewer.

    >>> write(torch.tensor([[3, 4]]), (None, None, 5))
    tensor([[3, 4, 5]])
    """
    tokens = operands.new_empty(len(operands), len(layout))
    given = iter(columns(operands, layout.count(None)))
    for position, constant in enumerate(layout):
        tokens[:, position] = next(given) if constant is None else constant
    return tokens


def operands_of(tokens: Tensor, layout: tuple[int | None, ...]) -> Tensor:
    """Read the operands [N, K] out of tokens [N, T].

    Raises:
        ValueError: if tokens have another length or other constants than ``layout``.

    >>> operands_of(torch.tensor([[3, 4, 5]]), (None, None, 5))
    tensor([[3, 4]])
    """
    if tokens.ndim != 2 or tokens.shape[1] != len(layout):
        raise ValueError(
            f"tokens have shape {tuple(tokens.shape)}; expected [N, {len(layout)}]"
        )
    for position, constant in enumerate(layout):
        if constant is not None and not (tokens[:, position] == constant).all():
            wrong = tokens[:, position][tokens[:, position] != constant][0].item()
            raise ValueError(
                f"token {wrong} at position {position}; this model expects {constant}"
            )
    free = [i for i, constant in enumerate(layout) if constant is None]
    return tokens[:, torch.tensor(free, device=tokens.device)]
