"""The parts that models are made of, with TransformerLens' parameter names.

Letters used for shapes: D width, H heads, K width of a head, M neurons, C classes.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from grokcore.backend.matmul import affine

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Attention",
    "Block",
    "Embed",
    "LayerNorm",
    "PosEmbed",
    "Unembed",
    "look_up",
]

# In place where it can be: pre-activations are nobody else's.
ACTIVATIONS = {"relu": torch.relu_, "gelu": F.gelu, "square": torch.square}


def look_up(rows: Tensor, index: Tensor) -> Tensor:
    """Return the rows [B, ...] of [R, ...] that an index [B] asks for.

    >>> look_up(torch.tensor([[0.0, 1.0], [2.0, 3.0]]), torch.tensor([1, 1, 0]))
    tensor([[2., 3.],
            [2., 3.],
            [0., 1.]])
    """
    flat = rows.flatten(1)
    if flat.device.type == "cpu":  # a third of the time, backward, for the same bits
        found = flat.index_select(0, index)
    else:  # GPUs add up in any order, but for embeddings
        found = F.embedding(index, flat)
    return found.unflatten(1, rows.shape[1:])


class LayerNorm(nn.Module):
    """Layer norm with TransformerLens' parameter names."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(width))
        self.b = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.w.shape, self.w, self.b)


class Embed(nn.Module):
    """A vector of width D for each token."""

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.W_E = nn.Parameter(torch.empty(vocabulary, width))


class PosEmbed(nn.Module):
    """A vector of width D for each position."""

    def __init__(self, context: int, width: int) -> None:
        super().__init__()
        self.W_pos = nn.Parameter(torch.empty(context, width))


class Attention(nn.Module):
    """Causal self-attention; queries, keys and values [H, D, K], output [H, K, D]."""

    def __init__(self, width: int, heads: int, biases: bool) -> None:
        super().__init__()
        d_head = width // heads
        self.W_Q = nn.Parameter(torch.empty(heads, width, d_head))
        self.W_K = nn.Parameter(torch.empty(heads, width, d_head))
        self.W_V = nn.Parameter(torch.empty(heads, width, d_head))
        self.W_O = nn.Parameter(torch.empty(heads, d_head, width))
        if biases:
            self.b_Q = nn.Parameter(torch.zeros(heads, d_head))
            self.b_K = nn.Parameter(torch.zeros(heads, d_head))
            self.b_V = nn.Parameter(torch.zeros(heads, d_head))
            self.b_O = nn.Parameter(torch.zeros(width))
        else:
            self.b_Q = self.b_K = self.b_V = self.b_O = None

    def project(self, x: Tensor, to: Literal["Q", "K", "V"]) -> Tensor:
        """[..., D] → [..., H, K]; one matrix product for all heads."""
        weight, bias = getattr(self, f"W_{to}"), getattr(self, f"b_{to}")
        heads, width, d_head = weight.shape
        flat = weight.transpose(0, 1).reshape(width, heads * d_head)
        out = affine(x, flat, None if bias is None else bias.flatten())
        return out.unflatten(-1, (heads, d_head))

    def output(self, z: Tensor) -> Tensor:
        """[..., H, K] → [..., D]."""
        return affine(z.flatten(-2), self.W_O.flatten(0, 1), self.b_O)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (self.project(x, to).transpose(1, 2) for to in "QKV")
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(z.transpose(1, 2))


class MLP(nn.Module):
    """One hidden layer: [..., D] → [..., M] → [..., D]."""

    def __init__(self, width: int, neurons: int, activation: str, biases: bool) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(width, neurons))
        self.W_out = nn.Parameter(torch.empty(neurons, width))
        self.b_in = nn.Parameter(torch.zeros(neurons)) if biases else None
        self.b_out = nn.Parameter(torch.zeros(width)) if biases else None
        #: Overwrites its argument where it can.
        self.activation = ACTIVATIONS[activation]

    def hidden(self, x: Tensor) -> Tensor:
        """The neurons: [..., D] → [..., M]."""
        return self.activation(affine(x, self.W_in, self.b_in))

    def forward(self, x: Tensor) -> Tensor:
        return affine(self.hidden(x), self.W_out, self.b_out)


class Block(nn.Module):
    """Attention, then MLP, each added to the residual stream.

    The choices are those of :class:`~grokcore.models.transformer.TransformerConfig`.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        neurons: int,
        *,
        activation: str = "relu",
        norm: str = "none",
        dropout: float = 0.0,
        biases: str = "mlp",
    ) -> None:
        super().__init__()
        self.norm = norm
        self.attn = Attention(width, heads, biases in ("blocks", "all"))
        self.mlp = MLP(width, neurons, activation, biases != "none")
        if norm != "none":
            self.ln1 = LayerNorm(width)
            self.ln2 = LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def enter(self, x: Tensor) -> Tensor:
        """What the residual stream becomes where the block begins."""
        return self.ln1(x) if self.norm == "stream" else x

    def read_attn(self, x: Tensor) -> Tensor:
        """What attention reads from the residual stream."""
        return self.ln1(x) if self.norm == "pre" else x

    def add_attn(self, x: Tensor, update: Tensor) -> Tensor:
        """Add attention's output to the residual stream."""
        x = x + self.dropout(update)
        return self.ln1(x) if self.norm == "post" else x

    def read_mlp(self, x: Tensor) -> Tensor:
        """What the MLP reads from the residual stream."""
        return self.ln2(x) if self.norm in ("pre", "stream") else x

    def add_mlp(self, x: Tensor) -> Tensor:
        """Run the MLP and add its output to the residual stream."""
        x = x + self.dropout(self.mlp(self.read_mlp(x)))
        return self.ln2(x) if self.norm == "post" else x

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        return self.add_mlp(self.add_attn(x, self.attn(self.read_attn(x))))


class Unembed(nn.Module):
    """Logits of the answers from the residual stream, [..., D] → [..., C]."""

    def __init__(self, width: int, classes: int, biases: bool) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(width, classes))
        self.b_U = nn.Parameter(torch.zeros(classes)) if biases else None

    def forward(self, x: Tensor) -> Tensor:
        return affine(x, self.W_U, self.b_U)
