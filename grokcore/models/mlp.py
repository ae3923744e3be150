"""MLPs over numbers, embedded or one-hot.

One hidden layer over embedded numbers is the network of "Some thoughts on grokking"
(blog post, 2022). Squares over one-hot numbers, without biases, are that of Gromov
(2023), arXiv:2301.02679.

Letters used for shapes: B examples, K operands, D width, M neurons, V vocabulary, C
classes.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.config import description
from grokcore.models.layers import ACTIVATIONS, Embed, Unembed, look_up
from grokcore.tasks import ModularTask
from grokcore.tasks.tokens import columns, operands_of

__all__ = ["EmbeddingMLP", "EmbeddingMLPConfig"]


@description
class EmbeddingMLPConfig:
    """Sizes and choices of an :class:`EmbeddingMLP`.

    Args:
        width: D, the width of the embedding that all operands share; ``None``: there is
            none, each operand is one-hot and has weights of its own.
        mlp_width: M, neurons a hidden layer.
        layers: of neurons.
        activation: of the neurons; "square" is x².
        biases: "mlp" has b_in of each hidden layer; the unembedding has none.
        output_scale: α, which all logits are multiplied with (Chizat et al. 2019,
            arXiv:1812.07956).
        paired: neurons come in pairs that begin with the same inputs and opposite
            outputs, so that all logits begin at 0, whatever their scale is.

    Raises:
        ValueError: for pairs of an odd number of neurons.

    >>> EmbeddingMLPConfig().kind
    'embedding_mlp'
    """

    width: int | None = Field(128, ge=1)
    mlp_width: int = Field(128, ge=1)
    layers: int = Field(1, ge=1)
    activation: Literal["relu", "gelu", "square"] = "relu"
    biases: Literal["none", "mlp"] = "mlp"
    output_scale: float = Field(1.0, gt=0)
    paired: bool = False
    kind: Literal["embedding_mlp"] = Field("embedding_mlp", kw_only=True)
    reads: ClassVar[str] = "equations"

    def __post_init__(self) -> None:
        if self.paired and self.mlp_width % 2:
            raise ValueError(
                f"paired=True takes an even mlp_width, not {self.mlp_width}"
            )

    def build(self, task: ModularTask, seed: int) -> "EmbeddingMLP":
        """Return a freshly initialized model for ``task``."""
        return EmbeddingMLP(self, task.numbers, task.layout, seed)


class EmbeddingMLP(nn.Module):
    """Embed each operand, concatenate, hidden layers, unembed without bias.

    Args:
        config: sizes and choices.
        numbers: V and C, how many numbers there are.
        layout: the constant tokens of an equation, ``None`` where an operand goes.
        seed: of the initial weights (torch's defaults: N(0, 1) embedding,
            Kaiming-uniform layers); the global random state is left alone.

    >>> task = ModularTask("add", p=5, train_fraction=0.5)
    >>> model = EmbeddingMLPConfig(layers=2).build(task, seed=0)
    >>> tokens = task.data().tokens
    >>> torch.allclose(model(tokens), model.forward_plain(tokens), atol=1e-5)
    True
    """

    def __init__(
        self,
        config: EmbeddingMLPConfig,
        numbers: int,
        layout: tuple[int | None, ...],
        seed: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.layout = layout
        operands, neurons = layout.count(None), config.mlp_width
        biased = config.biases == "mlp"
        if config.width is None:
            fan_in = operands * numbers
            self.embed = Embed(numbers, operands * neurons)
            self.mlp = Hidden(None, neurons, biased)
        else:
            fan_in = operands * config.width
            self.embed = Embed(numbers, config.width)
            self.mlp = Hidden(fan_in, neurons, biased)
        self.deeper = nn.ModuleList(
            Hidden(neurons, neurons, biased) for _ in range(config.layers - 1)
        )
        self.unembed = Unembed(neurons, numbers, biases=False)
        self._activate = ACTIVATIONS[config.activation]
        self._initialize(torch.Generator().manual_seed(seed), fan_in)

    def _initialize(self, generator: torch.Generator, fan_in: int) -> None:
        neurons = self.config.mlp_width
        weights = [(self.mlp.W_in, fan_in), (self.mlp.b_in, fan_in)]
        if self.config.width is None:
            weights[0] = (self.embed.W_E, fan_in)
        else:
            nn.init.normal_(self.embed.W_E, generator=generator)
        for layer in self.deeper:
            weights += [(layer.W_in, neurons), (layer.b_in, neurons)]
        for parameter, inputs in [*weights, (self.unembed.W_U, neurons)]:
            if parameter is not None:
                bound = inputs**-0.5
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
        if self.config.paired:
            self._pair()

    @torch.no_grad()
    def _pair(self) -> None:
        """Let the second half of the last neurons undo what the first half does."""
        last = [self.mlp, *self.deeper][-1]
        inputs = self.embed.W_E if last.W_in is None else last.W_in
        for weights in (*inputs.split(self.config.mlp_width, dim=-1), last.b_in):
            if weights is not None:
                first, second = weights.chunk(2, dim=-1)
                second.copy_(first)
        first, second = self.unembed.W_U.chunk(2)
        second.copy_(-first)

    @property
    def W_E(self) -> Tensor:
        """[V, D] embeddings of the numbers.

        Of one-hot numbers, [V, K M]: what each adds to the neurons as the first
        operand, then as the second one.
        """
        return self.embed.W_E

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits [B, C] for tokens [B, T].

        Raises:
            ValueError: if the tokens are not an equation of this model's layout.
        """
        return self.answer(operands_of(tokens, self.layout))

    def answer(self, operands: Tensor) -> Tensor:
        """Logits [B, C] for operands [B, K]."""
        return self._logits(self.neurons(operands))

    def _logits(self, neurons: Tensor) -> Tensor:
        logits, scale = self.unembed(neurons), self.config.output_scale
        return logits if scale == 1 else scale * logits  # spare nearly all a pass

    def neurons(self, operands: Tensor, layers: int | None = None) -> Tensor:
        """The last hidden layer [B, M] for operands [B, K], or that after ``layers``.

        An operand's share of the first one depends on that operand alone: it is
        computed once for each number, [V, M], and looked up.
        """
        pre = self.mlp.b_in
        shares = self.shares()
        for share, number in zip(shares, columns(operands, len(shares)), strict=True):
            found = look_up(share, number)
            pre = found if pre is None else pre + found
        return self._go_deeper(pre, layers)

    def shares(self) -> list[Tensor]:
        """Return what each operand adds to the first layer's neurons, [V, M] each."""
        if self.mlp.W_in is None:
            return [*self.embed.W_E.split(self.config.mlp_width, dim=1)]
        parts = self.mlp.W_in.unflatten(0, (-1, self.config.width))
        return [self.embed.W_E @ part for part in parts]

    def _go_deeper(self, pre: Tensor, layers: int | None = None) -> Tensor:
        x = self._activate(pre)
        for layer in self.deeper[: None if layers is None else layers - 1]:
            x = self._activate(layer(x))
        return x

    def forward_embedded(self, x: Tensor) -> Tensor:
        """Logits [B, C] from embedded operands [B, K, D]."""
        if self.mlp.W_in is None:
            blocks = x.unflatten(2, (-1, self.config.mlp_width))
            pre = blocks.diagonal(dim1=1, dim2=2).sum(-1)  # operand k's k-th block
        else:
            pre = x.flatten(1) @ self.mlp.W_in
        pre = pre if self.mlp.b_in is None else pre + self.mlp.b_in
        return self._logits(self._go_deeper(pre))

    def forward_plain(self, tokens: Tensor) -> Tensor:
        """The same logits by the textbook: look up, concatenate, multiply."""
        return self.forward_embedded(self.embed.W_E[operands_of(tokens, self.layout)])


class Hidden(nn.Module):
    """Weights and biases of a hidden layer, those there are."""

    def __init__(self, width: int | None, neurons: int, biased: bool) -> None:
        super().__init__()
        self.W_in = None if width is None else nn.Parameter(torch.empty(width, neurons))
        self.b_in = nn.Parameter(torch.empty(neurons)) if biased else None

    def forward(self, x: Tensor) -> Tensor:
        out = x @ self.W_in
        return out if self.b_in is None else out + self.b_in
