"""An MLP over embedded numbers, after "Some thoughts on grokking" (blog post, 2022).

Letters used for shapes: B examples, D width, M neurons, V vocabulary, C classes.
"""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.config import description
from grokcore.models.layers import Embed, Unembed, look_up
from grokcore.tasks import ModularTask
from grokcore.tasks.tokens import operands_of

__all__ = ["EmbeddingMLP", "EmbeddingMLPConfig"]


@description
class EmbeddingMLPConfig:
    """Sizes of an :class:`EmbeddingMLP`.

    Args:
        width: D, the width of the embedding that all operands share.
        mlp_width: M, neurons.

    >>> EmbeddingMLPConfig().kind
    'embedding_mlp'
    """

    width: int = Field(128, ge=1)
    mlp_width: int = Field(128, ge=1)
    kind: Literal["embedding_mlp"] = Field("embedding_mlp", kw_only=True)

    def build(self, task: ModularTask, seed: int) -> "EmbeddingMLP":
        """Return a freshly initialized model for ``task``."""
        return EmbeddingMLP(self, task.numbers, task.layout, seed)


class EmbeddingMLP(nn.Module):
    """Embed each operand, concatenate, one hidden ReLU layer, unembed without bias.

    Args:
        config: sizes.
        numbers: V and C, how many numbers there are.
        layout: the constant tokens of an equation, ``None`` where an operand goes.
        seed: of the initial weights (torch's defaults: N(0, 1) embedding,
            Kaiming-uniform layers); the global random state is left alone.

    >>> task = ModularTask("add", p=5, train_fraction=0.5)
    >>> model = EmbeddingMLPConfig().build(task, seed=0)
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
        width, neurons = layout.count(None) * config.width, config.mlp_width
        self.embed = Embed(numbers, config.width)
        self.mlp = Hidden(width, neurons)
        self.unembed = Unembed(neurons, numbers, biases=False)

        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.embed.W_E, generator=generator)
        for parameter, fan_in in (
            (self.mlp.W_in, width),
            (self.mlp.b_in, width),
            (self.unembed.W_U, neurons),
        ):
            bound = fan_in**-0.5
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    @property
    def W_E(self) -> Tensor:
        """[V, D] embeddings of the numbers."""
        return self.embed.W_E

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits [B, C] for tokens [B, T].

        Raises:
            ValueError: if the tokens are not an equation of this model's layout.
        """
        return self.answer(operands_of(tokens, self.layout))

    def answer(self, operands: Tensor) -> Tensor:
        """Logits [B, C] for operands [B, number of operands].

        An operand's share of the hidden layer depends on that operand alone: it is
        computed once for each number, [V, M], and looked up.
        """
        shares = self.mlp.W_in.unflatten(0, (-1, self.config.width))
        pre = self.mlp.b_in
        for share, number in zip(shares, operands.unbind(1), strict=True):
            pre = pre + look_up(self.embed.W_E @ share, number)
        return self.unembed(torch.relu(pre))

    def forward_plain(self, tokens: Tensor) -> Tensor:
        """The same logits by the textbook: concatenate, multiply."""
        x = self.embed.W_E[operands_of(tokens, self.layout)].flatten(1)
        return self.unembed(torch.relu(x @ self.mlp.W_in + self.mlp.b_in))


class Hidden(nn.Module):
    def __init__(self, width: int, neurons: int) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(width, neurons))
        self.b_in = nn.Parameter(torch.empty(neurons))
