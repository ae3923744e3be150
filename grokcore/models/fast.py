"""The answer is all we need: a transformer's answer logits, and nothing else.

Three observations, each exact, make a training step several times cheaper:

1. Only the answer position is read, so the last block runs at that position alone.
2. With causal attention, what happens before the second operand depends on one
   number. There are p such *rows*, however many examples there are; they are computed
   once and looked up. What depends on no operand at all is a single row.
3. In one layer without norm, everything between attention and logits but the neurons
   is linear. Weights may then be multiplied with each other (W_O W_in, W_O W_U,
   W_out W_U) before they meet the data, where that saves work.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from grokcore.backend.matmul import affine, relu_network
from grokcore.models.layers import Block, look_up
from grokcore.tasks.tokens import columns

__all__ = ["answer"]


class Rows(NamedTuple):
    """Vectors of all examples at one position, without repetition.

    ``values`` is [R, ...]. ``index`` [B] says which row each example has; ``None``
    means that row i is example i's or, if there is but one row, everybody's.
    """

    values: Tensor
    index: Tensor | None

    def map(self, function) -> Rows:
        return Rows(function(self.values), self.index)

    def spread(self) -> Tensor:
        """[B, ...], or [1, ...] where all examples are alike."""
        if self.index is None:
            return self.values
        return look_up(self.values, self.index)


def answer(model: nn.Module, operands: Tensor) -> Tensor:
    """Logits [B, C] at the answer position for operands [B, number of operands].

    Args:
        model: a :class:`~grokcore.models.transformer.Transformer`.
        operands: as vocabulary indices.
    """
    stream = _embed(model, operands)
    *blocks, last = model.blocks
    for block in blocks:
        stream = [x.map(block.enter) for x in stream]
        keys, values = _keys_and_values(block, stream)
        stream = [
            _add(block, x, _attend(block, x, keys[: t + 1], values[: t + 1]))
            for t, x in enumerate(stream)
        ]
    stream = [x.map(last.enter) for x in stream]
    x = stream[-1]
    z = _attend(last, x, *_keys_and_values(last, stream))
    if x.index is None and len(x.values) == 1 and _folding_saves_work(model, z):
        return _folded(model, x.values, z.spread())
    return model.read_answer(_add(last, x, z).spread())


def _embed(model: nn.Module, operands: Tensor) -> list[Rows]:
    """The residual stream before the first block, position by position."""
    numbers = iter(columns(operands, model.layout.count(None)))
    W_E, W_pos = model.embed.W_E, model.pos_embed.W_pos
    return [
        Rows(W_E + W_pos[t], next(numbers))
        if constant is None
        else Rows((W_E[constant] + W_pos[t]).unsqueeze(0), None)
        for t, constant in enumerate(model.layout)
    ]


def _keys_and_values(block: Block, stream: list[Rows]) -> tuple[list[Rows], list[Rows]]:
    # The rows of all positions go through each product together.
    read = block.read_attn(torch.cat([x.values for x in stream]))
    attn, lengths = block.attn, [len(x.values) for x in stream]
    keys = attn.project(read, "K").split(lengths)
    values = attn.project(read, "V").split(lengths)
    return (
        [Rows(k, x.index) for k, x in zip(keys, stream, strict=True)],
        [Rows(v, x.index) for v, x in zip(values, stream, strict=True)],
    )


def _attend(block: Block, x: Rows, keys: list[Rows], values: list[Rows]) -> Rows:
    """Attention from one position to those up to it: z, [R, H, K]."""
    attn = block.attn
    query = x.map(lambda v: attn.project(block.read_attn(v), "Q"))
    query = query.map(lambda q: q / q.shape[-1] ** 0.5)
    # If one index serves all, stay on its rows; otherwise go on example by example.
    index = {id(r.index): r.index for r in (x, *keys) if len(r.values) > 1}
    shared = index.popitem()[1] if len(index) == 1 else None
    if shared is not None or not index:
        query, keys, values = (
            Rows(query.values, None),
            [Rows(k.values, None) for k in keys],
            [Rows(v.values, None) for v in values],
        )
    scores = torch.stack(torch.broadcast_tensors(*[_score(query, k) for k in keys]))
    pattern = scores.softmax(0).unsqueeze(-1)
    z = sum(weight * v.spread() for weight, v in zip(pattern, values, strict=True))
    return Rows(z, shared)


def _score(query: Rows, key: Rows) -> Tensor:
    """Dot products of one position's keys with the queries, [B or 1, H]."""
    if query.index is None and len(query.values) == 1:
        # One query for all: score the distinct keys, then look the scores up.
        return key.map(lambda k: (query.values * k).sum(-1)).spread()
    return (query.spread() * key.spread()).sum(-1)


def _add(block: Block, x: Rows, z: Rows) -> Rows:
    """Finish a block at one position: add attention's output, then the MLP's."""
    update = z.map(block.attn.output)
    x = x.values if x.index is update.index else x.spread()
    return Rows(block.add_mlp(block.add_attn(x, update.values)), update.index)


def _folding_saves_work(model: nn.Module, z: Rows) -> bool:
    """Compare multiplications per pass; folded weights are made anew each time."""
    if model.config.norm != "none":
        return False
    examples = len(z.values if z.index is None else z.index)
    d, m, c = model.config.width, model.config.neurons, model.unembed.W_U.shape[1]
    plain = examples * (d * d + d * m + m * d + d * c)
    folded = examples * (d * m + d * c + m * c) + d * d * m + d * d * c + d * m * c
    return folded < plain


def _folded(model: nn.Module, x: Tensor, z: Tensor) -> Tensor:
    """The last block and the unembedding with weights multiplied first.

    x [1, D] is the residual stream, z [B, H, K] what the heads found.
    """
    attn, mlp, unembed = model.blocks[-1].attn, model.blocks[-1].mlp, model.unembed
    W_O = attn.W_O.flatten(0, 1)
    z = z.flatten(1)
    x = _plus(x, attn.b_O)
    W_in, b_in = affine(W_O, mlp.W_in), _plus(x @ mlp.W_in, mlp.b_in)
    x = _plus(x, mlp.b_out)
    W_past, b_out = affine(W_O, unembed.W_U), _plus(x @ unembed.W_U, unembed.b_U)
    W_out = affine(mlp.W_out, unembed.W_U)
    if mlp.activation is torch.relu_:
        return relu_network(z, W_in, b_in, W_out, W_past, b_out)
    hidden = mlp.activation(affine(z, W_in, b_in))
    return affine(z, W_past, b_out) + affine(hidden, W_out)


def _plus(x: Tensor, bias: Tensor | None) -> Tensor:
    """Flatten a single row to a bias, and add another if there is one."""
    return x.flatten() if bias is None else x.flatten() + bias
