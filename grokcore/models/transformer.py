"""A decoder-only transformer for short equations, after Nanda et al. (2023).

Parameter names and shapes are TransformerLens'. Letters used for shapes:

    B examples, T tokens, D width, H heads, K width of a head, M neurons, V vocabulary,
    C classes (possible answers).

Two forward passes give the same logits:

* :meth:`Transformer.forward_plain` is the textbook one, every block at every position;
* :meth:`Transformer.forward` computes only what the answer needs (see
  ``grokcore/models/lean.py``) and is what training uses.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from torch import Tensor, nn

from grokcore.models import lean
from grokcore.products import affine
from grokcore.tasks import ModularTask
from grokcore.tokens import operands_of, write

__all__ = ["Transformer", "TransformerConfig"]

# In place where it can be: pre-activations are nobody else's.
ACTIVATIONS = {"relu": torch.relu_, "gelu": F.gelu}


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class TransformerConfig:
    """Sizes and choices of a :class:`Transformer`.

    Args:
        layers: number of blocks.
        width: D, the width of the residual stream.
        heads: H, attention heads a block; must divide ``width``.
        mlp_width: M, neurons a block; ``None`` means 4 D.
        activation: of the neurons.
        norm: layer norm nowhere, before each sub-layer and before the unembedding
            ("pre"), or after each addition to the residual stream ("post").
        dropout: share of each sub-layer's output that is dropped in training.
        biases: "mlp" has b_in and b_out only, "all" also those of attention and
            unembedding.
        init: "transformer_lens" draws every matrix from N(0, 0.8²/D), biases 0;
            "pytorch" follows torch's layers: N(0, 1) embeddings, Xavier-uniform
            queries, keys and values, Kaiming-uniform elsewhere.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> TransformerConfig(layers=1, width=128, heads=4).neurons
    512
    """

    layers: int = Field(1, ge=1)
    width: int = Field(128, ge=1)
    heads: int = Field(4, ge=1)
    mlp_width: int | None = Field(None, ge=1)
    activation: Literal["relu", "gelu"] = "relu"
    norm: Literal["none", "pre", "post"] = "none"
    dropout: float = Field(0.0, ge=0, lt=1)
    biases: Literal["none", "mlp", "all"] = "mlp"
    init: Literal["transformer_lens", "pytorch"] = "transformer_lens"
    kind: Literal["transformer"] = Field("transformer", kw_only=True)

    def __post_init__(self) -> None:
        if self.width % self.heads:
            divisors = [h for h in range(1, self.width + 1) if self.width % h == 0]
            raise ValueError(
                f"heads={self.heads} does not divide width={self.width}; "
                f"allowed: {divisors}"
            )

    @property
    def neurons(self) -> int:
        """M, with its default of 4 D filled in."""
        return self.mlp_width or 4 * self.width

    def build(self, task: ModularTask, seed: int) -> "Transformer":
        """Return a freshly initialized model for ``task``."""
        return Transformer(
            self,
            vocabulary=task.vocabulary,
            classes=task.numbers,
            layout=task.layout,
            seed=seed,
        )


class LayerNorm(nn.Module):
    """Layer norm with TransformerLens' parameter names."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(width))
        self.b = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.w.shape, self.w, self.b)


class Embed(nn.Module):
    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.W_E = nn.Parameter(torch.empty(vocabulary, width))


class PosEmbed(nn.Module):
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

    def project(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """[..., D] → [..., H, K]; one matrix product for all heads."""
        heads, width, d_head = weight.shape
        flat = weight.transpose(0, 1).reshape(width, heads * d_head)
        out = affine(x, flat, None if bias is None else bias.flatten())
        return out.unflatten(-1, (heads, d_head))

    def output(self, z: Tensor) -> Tensor:
        """[..., H, K] → [..., D]."""
        return affine(z.flatten(-2), self.W_O.flatten(0, 1), self.b_O)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            self.project(x, weight, bias).transpose(1, 2)
            for weight, bias in (
                (self.W_Q, self.b_Q),
                (self.W_K, self.b_K),
                (self.W_V, self.b_V),
            )
        )
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(z.transpose(1, 2))


class MLP(nn.Module):
    def __init__(self, width: int, neurons: int, activation: str, biases: bool) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(width, neurons))
        self.W_out = nn.Parameter(torch.empty(neurons, width))
        self.b_in = nn.Parameter(torch.zeros(neurons)) if biases else None
        self.b_out = nn.Parameter(torch.zeros(width)) if biases else None
        #: Overwrites its argument where it can.
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.activation(affine(x, self.W_in, self.b_in))
        return affine(hidden, self.W_out, self.b_out)


class Block(nn.Module):
    """Attention, then MLP, each added to the residual stream."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.norm = config.norm
        self.attn = Attention(config.width, config.heads, config.biases == "all")
        self.mlp = MLP(
            config.width, config.neurons, config.activation, config.biases != "none"
        )
        if config.norm != "none":
            self.ln1 = LayerNorm(config.width)
            self.ln2 = LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def read_attn(self, x: Tensor) -> Tensor:
        """What attention reads from the residual stream."""
        return self.ln1(x) if self.norm == "pre" else x

    def add_attn(self, x: Tensor, update: Tensor) -> Tensor:
        """Add attention's output to the residual stream."""
        x = x + self.dropout(update)
        return self.ln1(x) if self.norm == "post" else x

    def add_mlp(self, x: Tensor) -> Tensor:
        """Run the MLP and add its output to the residual stream."""
        update = self.mlp(self.ln2(x) if self.norm == "pre" else x)
        x = x + self.dropout(update)
        return self.ln2(x) if self.norm == "post" else x

    def forward(self, x: Tensor) -> Tensor:
        return self.add_mlp(self.add_attn(x, self.attn(self.read_attn(x))))


class Unembed(nn.Module):
    def __init__(self, width: int, classes: int, biases: bool) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(width, classes))
        self.b_U = nn.Parameter(torch.zeros(classes)) if biases else None

    def forward(self, x: Tensor) -> Tensor:
        return affine(x, self.W_U, self.b_U)


class Transformer(nn.Module):
    """The transformer itself; built by :meth:`TransformerConfig.build`.

    Args:
        config: sizes and choices.
        vocabulary: V, how many tokens there are.
        classes: C, how many answers.
        layout: the constant tokens of an equation, ``None`` where an operand goes.
        seed: of the initial weights; the global random state is left alone.

    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> model = TransformerConfig(width=8, heads=2).build(task, seed=0)
    >>> table = task.data()
    >>> logits = model(table.tokens)
    >>> logits.shape
    torch.Size([49, 7])
    >>> torch.allclose(logits, model.forward_plain(table.tokens)[:, -1], atol=1e-5)
    True
    """

    def __init__(
        self,
        config: TransformerConfig,
        vocabulary: int,
        classes: int,
        layout: tuple[int | None, ...],
        seed: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.layout = layout
        self.embed = Embed(vocabulary, config.width)
        self.pos_embed = PosEmbed(len(layout), config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        if config.norm == "pre":
            self.ln_final = LayerNorm(config.width)
        self.unembed = Unembed(config.width, classes, config.biases == "all")
        self._initialize(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def _initialize(self, generator: torch.Generator) -> None:
        width = self.config.width
        for name, parameter in self.named_parameters():
            matrix = name.rpartition(".")[2]
            if self.config.init == "transformer_lens":
                if matrix.startswith("W_"):
                    parameter.normal_(0, 0.8 / width**0.5, generator=generator)
            elif matrix in ("W_E", "W_pos"):
                parameter.normal_(0, 1, generator=generator)
            elif matrix in ("W_Q", "W_K", "W_V"):
                # nn.MultiheadAttention initializes the stacked [3 D, D] matrix.
                bound = (6 / (4 * width)) ** 0.5
                parameter.uniform_(-bound, bound, generator=generator)
            elif matrix in ("W_O", "W_in", "W_out", "W_U", "b_in", "b_out", "b_U"):
                fan_in = self.config.neurons if matrix.endswith("_out") else width
                bound = fan_in**-0.5
                parameter.uniform_(-bound, bound, generator=generator)

    @property
    def W_E(self) -> Tensor:
        """[V, D] token embeddings; the first rows are the numbers."""
        return self.embed.W_E

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits at the answer position: tokens [B, T] → [B, C].

        Raises:
            ValueError: if the tokens are not an equation of this model's layout.
        """
        return self.answer(operands_of(tokens, self.layout))

    def answer(self, operands: Tensor) -> Tensor:
        """Logits for operands [B, number of operands] → [B, C]."""
        if self.training and self.config.dropout:
            # Shared rows would share their dropout masks too.
            return self.forward_plain(write(operands, self.layout))[:, -1]
        return lean.answer(self, operands)

    def forward_plain(self, tokens: Tensor) -> Tensor:
        """Logits at every position, with nothing saved: tokens [B, T] → [B, T, C]."""
        x = self.embed.W_E[tokens] + self.pos_embed.W_pos
        for block in self.blocks:
            x = block(x)
        if self.config.norm == "pre":
            x = self.ln_final(x)
        return self.unembed(x)
