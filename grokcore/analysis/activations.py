"""What goes on inside a transformer when it answers every question of its table.

Letters used for shapes: p numbers, H heads, T tokens, M neurons, C classes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from grokcore.models import EmbeddingMLP, Transformer
from grokcore.models.layers import Block
from grokcore.tasks.tokens import operands_of, write

__all__ = ["Activations", "activations", "table_neurons", "table_tokens"]


@dataclass(frozen=True)
class Activations:
    """What the last block computes at the answer position, for every pair (a, b).

    Attributes:
        scores: [p, p, H, T] attention scores of each head to each position, before the
            softmax, divided by the root of the head's width.
        pattern: [p, p, H, T] attention after the softmax; sums to 1 over T.
        neurons: [p, p, M] after the activation function.
        logits: [p, p, C].
    """

    scores: Tensor
    pattern: Tensor
    neurons: Tensor
    logits: Tensor


@torch.no_grad()
def activations(model: Transformer, pattern: Tensor | None = None) -> Activations:
    """Ask a model its whole table, and keep what its last block does.

    The textbook formulas, at the one position where the answer is read. Dropout is off.
    Nothing happens to the model, and the arrays are on the CPU in its own precision.

    Args:
        model: with two operands; any number of layers, any norm, any token format.
        pattern: [p, p, H, T] attention that the last block is made to have, whatever
            its scores say; any shape that expands to this one. Its own by default.

    Raises:
        ValueError: if it is no transformer, does not take two operands, or a pattern
            does not fit.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> model = TransformerConfig(width=16, heads=2).build(task, seed=0)
    >>> inside = activations(model)
    >>> inside.pattern.shape, inside.neurons.shape
    (torch.Size([7, 7, 2, 3]), torch.Size([7, 7, 64]))
    >>> logits = inside.logits.flatten(0, 1)
    >>> torch.allclose(logits, model(task.data().tokens), atol=1e-5)
    True
    >>> half = activations(model, torch.tensor([0.5, 0.5, 0.0]))
    >>> torch.allclose(half.logits, half.logits.transpose(0, 1), atol=0.1)
    True
    """
    if not isinstance(model, Transformer):
        raise ValueError(f"a {type(model).__name__} has no attention to look at")
    model = deepcopy(model).cpu().eval()
    tokens = table_tokens(model)
    x = model.embed.W_E[tokens.flatten(0, 1)] + model.pos_embed.W_pos
    *blocks, last = model.blocks
    for block in blocks:
        x = block(x)
    x = last.enter(x)
    if pattern is not None:
        pattern = _made(
            pattern, (*tokens.shape[:2], last.attn.W_Q.shape[0], x.shape[1])
        )
    scores, pattern, update = _attend(last, x, pattern)
    x = last.add_attn(x[:, -1], update)
    neurons = last.mlp.hidden(last.read_mlp(x))
    x = last.add_mlp(x)
    logits = model.read_answer(x)
    kept = (scores, pattern, neurons, logits)
    return Activations(*(part.unflatten(0, tokens.shape[:2]) for part in kept))


@torch.no_grad()
def table_neurons(model: nn.Module, layers: int | None = None) -> Tensor:
    """Return what a model of any kind computes its logits from, for every pair (a, b).

    Of a transformer, the neurons of the last block; of an MLP, its last hidden layer;
    of an LSTM, the last state of its last layer.

    Args:
        model: with two operands.
        layers: of an MLP, the hidden layer after so many instead of the last one.

    Returns:
        [p, p, M], on the CPU.

    Raises:
        ValueError: if it does not take two operands, or has no such layer.

    >>> from grokcore.models import quadratic_by_hand
    >>> table_neurons(quadratic_by_hand(7, frequencies=(1, 2))).shape
    torch.Size([7, 7, 13])
    """
    if layers is not None:
        most = model.config.layers if isinstance(model, EmbeddingMLP) else 0
        if not 1 <= layers <= most:
            allowed = f"1 to {most}" if most else "None, for what is no MLP"
            raise ValueError(f"layers={layers}; allowed: {allowed}")
    if isinstance(model, Transformer):
        return activations(model).neurons
    model = deepcopy(model).cpu().eval()
    tokens = table_tokens(model)
    asked = [operands_of(tokens.flatten(0, 1), model.layout)]
    asked += [] if layers is None else [layers]
    return model.neurons(*asked).unflatten(0, tokens.shape[:2])


def table_tokens(model: nn.Module) -> Tensor:
    """Return every equation a model with two operands can be asked, [p, p, T].

    Numbers are the tokens below the equals sign and the operator.

    Raises:
        ValueError: if the model does not take two operands.
    """
    if (operands := model.layout.count(None)) != 2:
        raise ValueError(f"the model takes {operands} operands; allowed: 2")
    constants = [token for token in model.layout if token is not None]
    p = min([model.unembed.W_U.shape[1], *constants])
    numbers = torch.arange(p)
    tokens = write(torch.cartesian_prod(numbers, numbers), model.layout)
    return tokens.unflatten(0, (p, p))


def _made(pattern: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The pattern a model is made to have, [B, H, T]."""
    try:
        return pattern.detach().cpu().expand(shape).flatten(0, 1)
    except RuntimeError:
        raise ValueError(
            f"pattern has shape {tuple(pattern.shape)}; expected {list(shape)}, or "
            "what expands to that"
        ) from None


def _attend(
    block: Block, x: Tensor, pattern: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Attention from the last position: scores and pattern [B, H, T], output [B, D]."""
    attn, read = block.attn, block.read_attn(x)
    query = attn.project(read[:, -1], "Q")
    keys = attn.project(read, "K")
    values = attn.project(read, "V")
    scores = torch.einsum("bhk,bthk->bht", query, keys) / query.shape[-1] ** 0.5
    pattern = scores.softmax(-1) if pattern is None else pattern.to(values)
    z = torch.einsum("bht,bthk->bhk", pattern, values)
    return scores, pattern, attn.output(z)
