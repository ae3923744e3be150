"""Weights that other code has trained, as a model of ours.

Names and shapes say most of it; the namings that are read are those of
:mod:`grokcore.lens.namings`. What they leave open is an option, and what was guessed is
said.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping

import torch
from torch import Tensor

from grokcore.lens import namings
from grokcore.models import Transformer, TransformerConfig

__all__ = ["from_state_dict"]

#: What the sizes are read off, with the axes that each has; one of them is D.
_SIZES = {
    "embed.W_E": "VD",
    "pos_embed.W_pos": "TD",
    "blocks.0.attn.W_Q": "HDK",
    "blocks.0.mlp.W_in": "DM",
    "unembed.W_U": "DC",
}

#: What stands for a part that a model does without.
_WITHOUT = {
    "pos_embed.W_pos": ": pass zeros [T, D] if it does not tell positions apart",
    "blocks.0.mlp.W_in": ": pass zeros W_in [D, 1] and W_out [1, D] for each block "
    "without neurons",
    "unembed.W_U": ": pass the transpose of embed.W_E if the two are tied",
}

_NORMS = re.compile(r"\bln(1|2|_final)\.[wb]$")


def from_state_dict(
    weights: Mapping[str, Tensor],
    *,
    layout: tuple[int | None, ...] | None = None,
    heads: int | None = None,
    activation: str = "relu",
    norm: str | None = None,
) -> Transformer:
    """Return a ``Transformer`` with a copy of weights that came from elsewhere.

    Names and shapes tell the sizes, the number of layers, which biases there are, and
    whether there is layer norm: before each sub-layer if there is a ``ln_final``, after
    it otherwise. Biases that are missing are 0, or left out if all parts of a kind lack
    them. What leaves no trace is taken to be as usual: causal attention, scores over
    √K, and a residual stream that is never normed.

    Layer norms can have been folded into the matrices behind them. Where these are
    centered, as TransformerLens leaves them, that is recognized; where there are biases
    of attention and no norm, it may be so. Both are said with a warning, which ``norm``
    answers.

    Args:
        weights: tensors by name, in a naming of :mod:`grokcore.lens.namings`. Buffers
            ``mask`` and ``IGNORE`` are passed over.
        layout: the tokens of an equation, ``None`` where an operand goes; it may be
            shorter than T. See below for what is assumed without it.
        heads: H, which the bridge's names do not tell; the older ones do.
        activation: of the neurons, "relu" or "gelu".
        norm: "none", "pre", "post" or "stream", as in
            :class:`~grokcore.models.transformer.TransformerConfig`. Norms that have no
            weights get those that do nothing, 1 and 0: they were folded.

    Without a layout, the first C tokens are numbers, one for each output. If one token
    is left it is "=", and last; if two are, they are "=" and, between operands, the
    operator, as in :attr:`grokcore.tasks.modular.ModularTask.layout`. With as many
    outputs as tokens, three positions mean a, b and the last token for "="; two mean a
    and b.

    Returns:
        A model with an output for each number, and none for constants, in evaluation
        mode, without gradients, in the weights' precision but at least float32.

    Raises:
        ValueError: for names that are unknown or missing, shapes that do not fit each
            other, heads whose widths do not add up to D (the message names the tensor),
            and where a layout is needed.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> task = ModularTask(p=7, train_fraction=0.5)
    >>> model = TransformerConfig(width=8, heads=2, mlp_width=16).build(task, seed=0)
    >>> again = from_state_dict(model.state_dict())
    >>> again.config == model.config, again.layout
    (True, (None, None, 7))
    """
    weights = {n: _raised(t) for n, t in namings.ours(weights, heads).items()}
    if garbled := [n for n, t in weights.items() if not bool(t.isfinite().all())]:
        warnings.warn(f"not all is a finite number in {garbled}", stacklevel=2)
    config = _config(weights, heads, activation, norm)
    layout, numbers = _equation(weights, layout)
    W_E = weights["embed.W_E"]
    model = Transformer(config, len(W_E), numbers, layout, seed=0)
    model.to(W_E.device, torch.promote_types(W_E.dtype, torch.float32))
    _fill(model, _cut(weights, len(layout), numbers))
    return model.eval().requires_grad_(False)


def _raised(tensor: Tensor) -> Tensor:
    """At least float32."""
    low = tensor.is_floating_point() and tensor.element_size() < 4
    return tensor.float() if low else tensor


def _config(
    weights: dict[str, Tensor], heads: int | None, activation: str, norm: str | None
) -> TransformerConfig:
    """The sizes and choices that names and shapes tell."""
    if missing := sorted(_SIZES.keys() - weights.keys()):
        way = _WITHOUT.get(missing[0], "") if len(missing) == 1 else ""
        raise ValueError(f"missing {missing}{way}; there are {sorted(weights)}")
    for name, axes in _SIZES.items():
        if weights[name].ndim != len(axes):
            raise ValueError(
                f"{name} has shape {_shape(weights[name])}; expected {len(axes)} axes"
            )
    width = weights["pos_embed.W_pos"].shape[1]  # which nobody turns around
    for name, axes in _SIZES.items():
        if weights[name].shape[axes.index("D")] != width:
            raise ValueError(
                f"{name} has shape {_shape(weights[name])}; expected "
                f"[{', '.join(axes)}] with D = {width}, as pos_embed.W_pos has it: it "
                f"may be another model's, or lie the other way around"
            )
    own_heads, _, d_head = weights["blocks.0.attn.W_Q"].shape
    if own_heads * d_head != width:
        raise ValueError(
            f"blocks.0.attn.W_Q has shape {_shape(weights['blocks.0.attn.W_Q'])}: "
            f"{own_heads} heads of width {d_head}, but embed.W_E has width {width}; "
            f"allowed: heads whose widths add up to it"
        )
    if heads not in (None, own_heads):
        raise ValueError(f"heads={heads}, but blocks.0.attn.W_Q has {own_heads}")
    return TransformerConfig(
        layers=len({name.split(".")[1] for name in weights if name[:7] == "blocks."}),
        width=width,
        heads=own_heads,
        mlp_width=weights["blocks.0.mlp.W_in"].shape[1],
        activation=activation,
        norm=_norm(weights) if norm is None else norm,
        biases=_biases(weights),
    )


def _norm(weights: dict[str, Tensor]) -> str:
    if "ln_final.w" in weights:
        return "pre"
    if "blocks.0.ln1.w" in weights:
        return "post"
    if _are_centered(weights):
        warnings.warn(
            "no layer norm has weights here, and what reads the residual stream is "
            "centered, as it is when norms are folded in: read as norm='pre'; pass "
            "norm='none' if there was none",
            stacklevel=4,
        )
        return "pre"
    if any(bool(t.any()) for n, t in weights.items() if re.search(r"b_[QKV]$", n)):
        warnings.warn(
            "no layer norm has weights here: read as norm='none'; pass that to say it "
            "is so, or norm='pre' if norms were folded into these weights",
            stacklevel=4,
        )
    return "none"


def _are_centered(weights: dict[str, Tensor]) -> bool:
    """Whether all that reads the residual stream is blind to its mean."""
    for name, tensor in weights.items():
        if re.search(r"W_([QKVU]|in)$", name):
            matrix = tensor.double()
            mean, size = matrix.mean(-2).abs().max(), matrix.abs().max()
            if not mean <= 1e-3 * size:
                return False
    return True


def _biases(weights: dict[str, Tensor]) -> str:
    """Which of our sets of biases is the smallest that holds all that there are."""
    parts = {name.split(".")[-2] for name in weights if ".b_" in name}
    if not parts:
        return "none"
    if "unembed" in parts:
        return "all"
    return "blocks" if "attn" in parts else "mlp"


def _equation(
    weights: dict[str, Tensor], layout: tuple[int | None, ...] | None
) -> tuple[tuple[int | None, ...], int]:
    """The layout, and how many numbers there are."""
    tokens = len(weights["embed.W_E"])
    positions = len(weights["pos_embed.W_pos"])
    outputs = weights["unembed.W_U"].shape[1]
    if layout is None:
        layout = _usual_layout(tokens, positions, outputs)
    constants = [token for token in layout if token is not None]
    if (
        len(layout) > positions
        or len(constants) == len(layout)
        or not all(0 < token < tokens for token in constants)
    ):
        raise ValueError(
            f"layout={layout} does not fit {positions} positions (pos_embed.W_pos) and "
            f"{tokens} tokens (embed.W_E); allowed: 1 to {positions} places, None for "
            f"an operand (at least one) or a constant token from 1 to {tokens - 1}"
        )
    # Numbers come first in the vocabulary, constants after them.
    return layout, min([outputs, tokens, *constants])


def _usual_layout(tokens: int, positions: int, outputs: int) -> tuple[int | None, ...]:
    if tokens - outputs == 1 and positions > 2:
        return (*[None] * (positions - 1), outputs)
    if tokens - outputs == 2 and positions > 2 and positions % 2 == 0:
        return (*[None, outputs + 1] * (positions // 2 - 1), None, outputs)
    if tokens == outputs and positions == 3:
        return (None, None, tokens - 1)
    if tokens == outputs and positions == 2:
        return (None, None)
    raise ValueError(
        f"{tokens} tokens (embed.W_E), {positions} positions (pos_embed.W_pos) and "
        f"{outputs} outputs (unembed.W_U) leave open what an equation looks like: pass "
        f"layout, such as (None, None, {tokens - 1}) for a, b and token {tokens - 1}; "
        f"on the command line, --layout a,b,{tokens - 1}"
    )


def _cut(weights: dict[str, Tensor], positions: int, numbers: int) -> dict[str, Tensor]:
    """Without positions after the equation and outputs that are no numbers."""
    W_pos, W_U = weights["pos_embed.W_pos"], weights["unembed.W_U"]
    cut = {"pos_embed.W_pos": W_pos[:positions], "unembed.W_U": W_U[:, :numbers]}
    b_U = weights.get("unembed.b_U")
    if b_U is not None and b_U.shape == W_U.shape[1:]:
        cut["unembed.b_U"] = b_U[:numbers]
    return weights | cut


def _fill(model: Transformer, weights: dict[str, Tensor]) -> None:
    """Copy weights that are all there and fit; biases that are not are 0."""
    expected = model.state_dict()
    for name, tensor in weights.items():
        if name not in expected:
            if _NORMS.search(name):
                raise ValueError(
                    f"norm={model.config.norm!r} has no place for {name!r}, which is "
                    f"there; allowed: ln1 and ln2 in every block, and ln_final, or "
                    f"none of them, and no other norm than these tell"
                )
            raise ValueError(
                f"unknown tensor {name!r} of shape {_shape(tensor)}; rename it if it "
                f"is one of grokcore.lens.namings, or leave it out if the model is the "
                f"same without it"
            )
        if tensor.shape != expected[name].shape or not tensor.is_floating_point():
            raise ValueError(
                f"{name} has shape {_shape(tensor)} and type {tensor.dtype}; expected "
                f"{_shape(expected[name])} and floating point"
            )
    absent = expected.keys() - weights.keys()
    norms = {name for name in expected if _NORMS.search(name)}
    # All of them: they were folded. One of them: something is missing.
    folded = norms if norms <= absent else set()
    optional = folded | {name for name in absent if ".b_" in name}
    if missing := sorted(absent - optional):
        shifts = norms.issuperset(missing) and all(n.endswith(".b") for n in missing)
        way = (
            ": pass zeros for layer norms without a shift; RMS norms are another "
            "function, which Transformer does not have"
        )
        raise ValueError(
            f"missing {missing}{way if shifts else ''}; there are {sorted(weights)}"
        )
    neutral = {
        name: torch.full_like(expected[name], float(name in folded and name[-1] == "w"))
        for name in absent
    }
    model.load_state_dict(weights | neutral)


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)
