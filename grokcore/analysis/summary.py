"""What a trained model is and does, in half a dozen lines."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from grokcore.analysis import fourier
from grokcore.analysis.activations import activations, table_tokens
from grokcore.analysis.logits import Score, evaluate, fit_cosines
from grokcore.analysis.neurons import fit_frequencies
from grokcore.models import EmbeddingMLP, Transformer
from grokcore.tasks.operations import OPERATIONS

__all__ = ["Summary", "summarize"]

#: A neuron belongs to a frequency if this much of its variance does.
_PURE = 0.8

#: Beyond this, the p³ logits of the whole table take gigabytes.
_LARGEST_P = 300


@dataclass(frozen=True)
class Summary:
    """What :func:`summarize` found; printed, it is text for people.

    Attributes:
        sizes: of the model, in words.
        formula: what it was asked, such as "(a + b) mod 113".
        pairs: how many pairs (a, b) it was asked, all that have an answer.
        score: its loss and accuracy on them.
        frequencies: the embedding's key frequencies, each with its share of the power.
        active: how many neurons vary over the table; ``None`` for another model than a
            transformer.
        pure: which share of those has 80% or more of its variance in one frequency;
            ``None`` if there are none.
        coefficients: α_k by key frequency, fitted to the logits; empty without key
            frequencies, and where some pairs have no answer.
        explained: share of the logits' variance that Σ α_k cos w_k(answer − c) is.
    """

    sizes: str
    formula: str
    pairs: int
    score: Score
    frequencies: dict[int, float]
    active: int | None
    pure: float | None
    coefficients: dict[int, float]
    explained: float

    def __str__(self) -> str:
        lines = [
            self.sizes,
            f"  all {self.pairs:,} pairs of {self.formula}, trained on or not: "
            f"accuracy {self.score.accuracy:.2%}, loss {self.score.loss:.3g}",
            *self._keys(),
        ]
        if self.pure is not None:
            lines.append(
                f"  neurons: {self.active} active, {self.pure:.1%} of them with "
                f"{_PURE:.0%} or more of their variance in one frequency"
            )
        if self.coefficients:
            answer = "a + b" if self.formula.startswith("(a + b)") else "answer"
            lines.append(
                f"  logits: {self.explained:.1%} of their variance is "
                f"Σ α_k cos w_k({answer} − c)"
            )
        return "\n".join(lines)

    def _keys(self) -> list[str]:
        if not self.frequencies:
            return ["  key frequencies: none stands out of the embedding"]
        together = sum(self.frequencies.values())
        return [
            f"  {len(self.frequencies)} key frequencies, with {together:.1%} of the "
            f"embedding's power together",
            *(f"    k = {k:<4}{self._key(k)}" for k in self.frequencies),
        ]

    def _key(self, k: int) -> str:
        line = f"{self.frequencies[k]:6.1%} of the power"
        if k in self.coefficients:
            line += f", α = {self.coefficients[k]:.3g}"
        return line


@torch.no_grad()
def summarize(model: nn.Module, operation: str = "add") -> Summary:
    """Ask a model its whole table and say what it is, how good it is, and how it works.

    Args:
        model: with two operands.
        operation: what it was trained on, a name in
            :data:`grokcore.tasks.operations.OPERATIONS`. Pairs without an answer, such
            as those that would divide by 0, are not asked.

    Raises:
        ValueError: for an operation that is not there, another number of operands, or
            more than 300 numbers.

    >>> from grokcore.models import by_hand
    >>> print(summarize(by_hand(p=59, frequencies=(4, 29))))
    transformer for 59 numbers: 1 layer, width 128, 4 heads, 512 neurons, no layer norm
      all 3,481 pairs of (a + b) mod 59, trained on or not: accuracy 100.00%, loss ...
      2 key frequencies, with 100.0% of the embedding's power together
        k = 4    50.0% of the power, α = 10
        k = 29   50.0% of the power, α = 10
      neurons: 510 active, 100.0% of them with 80% or more of their variance in ...
      logits: 100.0% of their variance is Σ α_k cos w_k(a + b − c)
    """
    if operation not in OPERATIONS:
        raise ValueError(f"operation={operation!r}; allowed: {list(OPERATIONS)}")
    p = model.unembed.W_U.shape[1]
    if p > _LARGEST_P:
        raise ValueError(
            f"the model answers with {p} numbers; a table of {p}³ logits is too large "
            f"to look at, allowed: {_LARGEST_P} or fewer"
        )
    tokens = table_tokens(model)
    if isinstance(model, Transformer):
        inside = activations(model)
        logits, neurons = inside.logits, fit_frequencies(inside.neurons)
    else:
        logits, neurons = model(tokens.flatten(0, 1)).unflatten(0, (p, p)), None

    answers, asked = _table(operation, p)
    W_E = model.W_E[:p]
    keys = fourier.key_frequencies(W_E)
    fit = fit_cosines(logits, keys if asked.all() else (), answers)
    active = None if neurons is None else int(neurons.active.sum())
    return Summary(
        sizes=_sizes(model, p),
        formula=f"({OPERATIONS[operation].formula}) mod {p}",
        pairs=int(asked.sum()),
        score=evaluate(logits, answers, asked),
        frequencies={k: fourier.share(W_E, (k,)) for k in keys},
        active=active,
        pure=float((neurons.share >= _PURE).sum() / active) if active else None,
        coefficients=dict(zip(fit.frequencies, fit.coefficients.tolist(), strict=True)),
        explained=fit.explained,
    )


def _table(operation: str, p: int) -> tuple[Tensor, Tensor]:
    """The answers [p, p], and which of the pairs have one."""
    rule, n = OPERATIONS[operation], torch.arange(p)
    b = n.expand(p, p)
    asked = torch.ones_like(b, dtype=torch.bool)
    if rule.defined is not None:
        asked = rule.defined(b, p)
    return rule.modular(b.T, b, p), asked


def _sizes(model: nn.Module, p: int) -> str:
    config = model.config
    if isinstance(model, EmbeddingMLP):
        return (
            f"embedding MLP for {p} numbers: width {config.width}, "
            f"{config.mlp_width} neurons"
        )
    if not isinstance(model, Transformer):
        weights = sum(w.numel() for w in model.parameters())
        return f"{config.kind} for {p} numbers: {weights:,} weights"
    layers = "1 layer" if config.layers == 1 else f"{config.layers} layers"
    norm = {"none": "no layer norm"}.get(config.norm, f"{config.norm} layer norm")
    return (
        f"transformer for {p} numbers: {layers}, width {config.width}, "
        f"{config.heads} heads, {config.neurons} neurons, {norm}"
    )
