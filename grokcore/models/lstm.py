"""An LSTM that reads an equation token by token (Hochreiter and Schmidhuber, 1997).

Letters used for shapes: B examples, T tokens, K operands, D width, L layers, H hidden
width, V vocabulary, C classes.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from grokcore.config import description
from grokcore.models.layers import Embed, Unembed, look_up
from grokcore.tasks import ModularTask
from grokcore.tasks.tokens import columns, operands_of, write

__all__ = ["LSTM", "LSTMConfig"]


@description
class LSTMConfig:
    """Sizes of an :class:`LSTM`.

    Args:
        layers: L, stacked on one another.
        width: D, the width of the embedding.
        hidden_width: H, of each layer's state.

    >>> LSTMConfig().kind
    'lstm'
    """

    layers: int = Field(1, ge=1)
    width: int = Field(128, ge=1)
    hidden_width: int = Field(128, ge=1)
    kind: Literal["lstm"] = Field("lstm", kw_only=True)
    reads: ClassVar[str] = "equations"

    def build(self, task: ModularTask, seed: int) -> "LSTM":
        """Return a freshly initialized model for ``task``."""
        return LSTM(self, task.vocabulary, task.numbers, task.layout, seed)


class LSTM(nn.Module):
    """Embed each token, run ``torch.nn.LSTM`` over them, read the last state.

    Args:
        config: sizes.
        vocabulary: V, how many tokens there are.
        classes: C, how many answers.
        layout: the constant tokens of an equation, ``None`` where an operand goes.
        seed: of the initial weights (torch's defaults: N(0, 1) embedding, all else
            uniform); the global random state is left alone.

    >>> task = ModularTask("add", p=5, train_fraction=0.5)
    >>> model = LSTMConfig(layers=2, width=8, hidden_width=16).build(task, seed=0)
    >>> tokens = task.data().tokens
    >>> torch.allclose(model(tokens), model.forward_plain(tokens), atol=1e-5)
    True
    """

    def __init__(
        self,
        config: LSTMConfig,
        vocabulary: int,
        classes: int,
        layout: tuple[int | None, ...],
        seed: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.layout = layout
        self.embed = Embed(vocabulary, config.width)
        with torch.random.fork_rng(devices=[]):
            self.lstm = nn.LSTM(
                config.width, config.hidden_width, config.layers, batch_first=True
            )
        self.unembed = Unembed(config.hidden_width, classes, biases=False)
        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.embed.W_E, generator=generator)
        bound = config.hidden_width**-0.5
        for parameter in (*self.lstm.parameters(), self.unembed.W_U):
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    @property
    def W_E(self) -> Tensor:
        """[V, D] token embeddings; the first rows are the numbers."""
        return self.embed.W_E

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits [B, C] for tokens [B, T].

        Raises:
            ValueError: if the tokens are not an equation of this model's layout.
        """
        return self.answer(operands_of(tokens, self.layout))

    def answer(self, operands: Tensor) -> Tensor:
        """Logits [B, C] for operands [B, K]."""
        return self.unembed(self.neurons(operands))

    def neurons(self, operands: Tensor) -> Tensor:
        """The last state of the last layer [B, H] for operands [B, K].

        What comes before the second operand depends on the first one alone: it is
        computed once for each number, and looked up.
        """
        columns(operands, self.layout.count(None))  # refuses more, and fewer
        operands_at = [i for i, token in enumerate(self.layout) if token is None]
        second, numbers = operands_at[1], self.unembed.W_U.shape[1]
        every = torch.arange(numbers, device=operands.device)[:, None]
        _, state = self.lstm(self.embed.W_E[write(every, self.layout[:second])])
        state = tuple(
            look_up(part.transpose(0, 1), operands[:, 0]).transpose(0, 1).contiguous()
            for part in state
        )
        rest = write(operands[:, 1:], self.layout[second:])
        x = look_up(self.embed.W_E, rest.flatten()).unflatten(0, rest.shape)
        states, _ = self.lstm(x, state)
        return states[:, -1]

    def forward_plain(self, tokens: Tensor) -> Tensor:
        """The same logits [B, C] by the textbook, gate by gate."""
        operands_of(tokens, self.layout)  # refuses what is no equation
        return self._read(self.embed.W_E[tokens])

    def forward_embedded(self, x: Tensor) -> Tensor:
        """Logits [B, C] from embedded operands [B, K, D]."""
        places = torch.tensor([token is None for token in self.layout])
        constants = [token or 0 for token in self.layout]
        whole = self.embed.W_E[constants].repeat(len(x), 1, 1)
        whole[:, places] = x
        return self._read(whole)

    def _read(self, x: Tensor) -> Tensor:
        """Logits [B, C] from embedded tokens [B, T, D]."""
        for layer in range(self.config.layers):
            x = self._run_layer(layer, x)
        return self.unembed(x[:, -1])

    def _run_layer(self, layer: int, x: Tensor) -> Tensor:
        """All states of a layer, [B, T, D or H] → [B, T, H]."""
        W_x, W_h, b_x, b_h = self.lstm.all_weights[layer]
        h = c = x.new_zeros(len(x), self.config.hidden_width)
        states = []
        for x_t in x.unbind(1):
            gates = x_t @ W_x.T + b_x + h @ W_h.T + b_h
            write_, keep, new, show = gates.chunk(4, dim=1)
            c = keep.sigmoid() * c + write_.sigmoid() * new.tanh()
            h = show.sigmoid() * c.tanh()
            states.append(h)
        return torch.stack(states, dim=1)
