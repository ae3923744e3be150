"""The other sides: what the same training costs when it is written the usual way.

Each loop is written here from the mathematics. All peers get torch's fused AdamW, the
same rows, the same recipe and the same memory settings as our side.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from grokcore import Experiment


class Bridge:
    """A TransformerLens model of equal configuration: all positions, float64 loss."""

    def __init__(self, experiment: Experiment) -> None:
        table = experiment.task.data()
        self.train = table.tokens[table.train], table.targets[table.train]
        self.val = table.tokens[table.val], table.targets[table.val]
        self.model = _bridge(experiment)
        self.optimizer = experiment.optimizer.build(_trained(self.model))
        self.losses: list[tuple[float, float]] = []

    def step(self) -> Tensor:
        loss = self._loss(*self.train)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss

    def epoch(self) -> None:
        """A step, then all validation rows; both losses go to the host."""
        loss = self.step().item()
        with torch.inference_mode():
            self.losses.append((loss, self._loss(*self.val).item()))

    def _loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(self.model(tokens)[:, -1].double(), targets)


def _bridge(experiment: Experiment) -> nn.Module:
    from transformer_lens.config import TransformerBridgeConfig
    from transformer_lens.model_bridge import TransformerBridge

    task, model = experiment.task, experiment.model
    bridge = TransformerBridge.boot_native(
        TransformerBridgeConfig(
            n_layers=model.layers,
            d_model=model.width,
            n_heads=model.heads,
            d_head=model.width // model.heads,
            d_mlp=model.neurons,
            n_ctx=len(task.layout),
            d_vocab=task.vocabulary,
            d_vocab_out=task.numbers,
            act_fn=model.activation,
            normalization_type=None,
            seed=experiment.seed,
        )
    )
    # Attention has no biases in the recipe; TransformerLens always makes them.
    for name, parameter in bridge.named_parameters():
        if ".attn." in name and name.endswith(".bias"):
            parameter.requires_grad_(False)
    return bridge


class Blocks(nn.Module):
    """Pre-norm blocks around ``nn.MultiheadAttention``, logits at all positions."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        task, config = experiment.task, experiment.model
        self.numbers = nn.Embedding(task.vocabulary, config.width)
        self.positions = nn.Embedding(len(task.layout), config.width)
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, task.numbers, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        x = self.numbers(tokens) + self.positions(torch.arange(length))
        mask = torch.full((length, length), float("-inf")).triu(1)
        for block in self.blocks:
            x = block(x, mask)
        return self.head(self.norm(x))


class _Block(nn.Module):
    def __init__(self, config) -> None:
        super().__init__()
        width = config.width
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(
            width, config.heads, bias=False, batch_first=True
        )
        self.mlp = nn.Sequential(
            nn.Linear(width, config.neurons),
            nn.GELU(),
            nn.Linear(config.neurons, width),
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.norm_1(x)
        x = x + self.attention(y, y, y, attn_mask=mask, need_weights=False)[0]
        return x + self.mlp(self.norm_2(x))


class BlocksLoop:
    """Mini-batches through :class:`Blocks`, float64 loss at the last position."""

    def __init__(self, experiment: Experiment) -> None:
        self.table = experiment.task.data()
        self.batch_size = experiment.batch_size
        self.model = Blocks(experiment)
        self.optimizer = experiment.optimizer.build(_trained(self.model))
        self.batches: list[Tensor] = []

    def step(self) -> None:
        if not self.batches:
            order = torch.randperm(len(self.table.train))
            self.batches = list(self.table.train[order].split(self.batch_size))
        rows = self.batches.pop()
        logits = self.model(self.table.tokens[rows])[:, -1]
        loss = F.cross_entropy(logits.double(), self.table.targets[rows])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


class PlainMLP:
    """Embed, concatenate, one hidden layer; everything is looked at in every epoch."""

    def __init__(self, experiment: Experiment) -> None:
        table, config = experiment.task.data(), experiment.model
        numbers = experiment.task.numbers
        self.train = table.operands[table.train], table.targets[table.train]
        self.val = table.operands[table.val], table.targets[table.val]
        self.model = nn.Sequential(
            nn.Embedding(numbers, config.width),
            nn.Flatten(),
            nn.Linear(2 * config.width, config.mlp_width),
            nn.ReLU(),
            nn.Linear(config.mlp_width, numbers, bias=False),
        )
        self.optimizer = experiment.optimizer.build(_trained(self.model))
        self.history: list[tuple[float, ...]] = []

    def epoch(self) -> None:
        loss, accuracy = self._look(*self.train)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        row = loss.item(), accuracy.item()
        with torch.no_grad():
            loss, accuracy = self._look(*self.val)
        self.history.append((*row, loss.item(), accuracy.item()))

    def _look(self, operands: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.model(operands)
        accuracy = (logits.argmax(-1) == targets).float().mean()
        return F.cross_entropy(logits.double(), targets), accuracy


def _trained(model: nn.Module) -> dict[str, nn.Parameter]:
    return {n: p for n, p in model.named_parameters() if p.requires_grad}
