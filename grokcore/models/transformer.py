"""A decoder-only transformer for short equations, after Nanda et al. (2023).

Parameter names and shapes are TransformerLens'. Letters used for shapes:

    B examples, T tokens, D width, H heads, K width of a head, M neurons, V vocabulary,
    C classes (possible answers).

Two forward passes give the same logits, and :mod:`grokcore.analysis.activations` has a
third, which keeps what is inside and can be made to attend otherwise:

* :meth:`Transformer.forward_plain` is the textbook one, every block at every position;
* :meth:`Transformer.forward` computes only what the answer needs (see
  ``grokcore/models/fast.py``) and is what training uses.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.config import description
from grokcore.models import fast
from grokcore.models.layers import Block, Embed, LayerNorm, PosEmbed, Unembed
from grokcore.tasks import ModularTask
from grokcore.tasks.tokens import operands_of, write

__all__ = ["Transformer", "TransformerConfig"]


@description
class TransformerConfig:
    """Sizes and choices of a :class:`Transformer`.

    Args:
        layers: number of blocks.
        width: D, the width of the residual stream.
        heads: H, attention heads a block; must divide ``width``.
        mlp_width: M, neurons a block; ``None`` means 4 D.
        activation: of the neurons.
        norm: layer norm nowhere, before each sub-layer and before the unembedding
            ("pre"), or after each addition to the residual stream ("post"). "stream"
            is "pre" with a twist that published code has: what goes into a block's
            attention, normed, also takes the residual stream's place.
        dropout: share of each sub-layer's output that is dropped in training.
        biases: "mlp" has b_in and b_out only, "blocks" also those of attention, "all"
            that of the unembedding, too.
        outputs: a logit for each number, or for each token of the "vocabulary", with
            "=" and the operator among them; those are never right.
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
    norm: Literal["none", "pre", "post", "stream"] = "none"
    dropout: float = Field(0.0, ge=0, lt=1)
    biases: Literal["none", "mlp", "blocks", "all"] = "mlp"
    outputs: Literal["numbers", "vocabulary"] = "numbers"
    init: Literal["transformer_lens", "pytorch"] = "transformer_lens"
    kind: Literal["transformer"] = Field("transformer", kw_only=True)
    reads: ClassVar[str] = "equations"

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
            classes=getattr(task, self.outputs),
            layout=task.layout,
            seed=seed,
        )


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
        self.blocks = nn.ModuleList(
            Block(
                config.width,
                config.heads,
                config.neurons,
                activation=config.activation,
                norm=config.norm,
                dropout=config.dropout,
                biases=config.biases,
            )
            for _ in range(config.layers)
        )
        if config.norm in ("pre", "stream"):
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
        return fast.answer(self, operands)

    def forward_plain(self, tokens: Tensor) -> Tensor:
        """Logits at every position, with nothing saved: tokens [B, T] → [B, T, C]."""
        x = self.embed.W_E[tokens] + self.pos_embed.W_pos
        for block in self.blocks:
            x = block(x)
        return self.read_answer(x)

    def forward_embedded(self, x: Tensor) -> Tensor:
        """Logits [B, C] at the answer from embedded operands [B, K, D]."""
        places = torch.tensor([token is None for token in self.layout])
        constants = [token or 0 for token in self.layout]
        whole = self.embed.W_E[constants].repeat(len(x), 1, 1)
        whole[:, places] = x
        x = whole + self.pos_embed.W_pos
        for block in self.blocks:
            x = block(x)
        return self.read_answer(x[:, -1])

    def read_answer(self, x: Tensor) -> Tensor:
        """Logits from the residual stream after the last block, [..., D] → [..., C]."""
        return self.unembed(self.ln_final(x) if hasattr(self, "ln_final") else x)
