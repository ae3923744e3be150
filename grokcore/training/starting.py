"""Weights that a network takes over from another one's end.

Which experiment that is, and which parts: :class:`grokcore.experiments.Start`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from torch import Tensor

__all__ = ["digest", "taken_over"]


def taken_over(
    own: Mapping[str, Tensor],
    other: Mapping[str, Tensor],
    parts: Iterable[str] | None = None,
) -> list[str]:
    """Return the names of the parameters that one network takes over from another.

    Args:
        own: its parameters.
        other: those of the network that it begins with.
        parts: names of parameters, or of what holds them; ``None`` is all.

    Raises:
        ValueError: for a part that neither has, for a parameter that one of both lacks,
            and for shapes that differ; the message has the names, the shapes, and the
            parts that fit.

    >>> import torch
    >>> small = {"embed.W_E": torch.ones(3, 2), "blocks.0.attn.W_Q": torch.ones(1, 2)}
    >>> taken_over(small, small, parts=["attn"])
    ['blocks.0.attn.W_Q']
    """
    names = {*own, *other}
    parts = dict.fromkeys(map(_top, own)) if parts is None else parts
    wanted = {part: [n for n in names if _within(n, part)] for part in parts}
    if unknown := [part for part, found in wanted.items() if not found]:
        allowed = sorted({word for name in own for word in name.split(".")})
        raise ValueError(
            f"parts has {unknown}; allowed are names of parameters and of what holds "
            f"them, made of {[w for w in allowed if not w.isdecimal()]}"
        )
    chosen = {name for found in wanted.values() for name in found}
    misfits = {n for n in names if _shape(own, n) != _shape(other, n)}
    if wrong := sorted(chosen & misfits):
        raise ValueError(
            "a network cannot take over weights of another shape: "
            + "; ".join(
                f"{name} is {_shape(own, name)} here and {_shape(other, name)} there"
                for name in wrong
            )
            + _way_out(own, misfits)
        )
    return [name for name in own if name in chosen]


def _way_out(own: Iterable[str], misfits: Iterable[str]) -> str:
    unfit = {_top(name) for name in misfits}
    fit = tuple(dict.fromkeys(_top(n) for n in own if _top(n) not in unfit))
    return f"; parts={fit} fit" if fit else "; no part of these two networks fits"


def _top(name: str) -> str:
    return name.split(".")[0]


def digest(weights: Mapping[str, Tensor]) -> str:
    """Return 64 hexadecimal digits that tell these weights from all others.

    >>> import torch
    >>> digest({"W": torch.zeros(2)}) == digest({"W": torch.zeros(2)})
    True
    """
    found = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        found.update(name.encode())
        found.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def _within(name: str, part: str) -> bool:
    """Whether a part is a parameter, or holds it.

    >>> _within("embed.W_E", "embed"), _within("pos_embed.W_pos", "embed")
    (True, False)
    """
    return f".{part}." in f".{name}."


def _shape(weights: Mapping[str, Tensor], name: str) -> list[int] | str:
    return list(weights[name].shape) if name in weights else "missing"
