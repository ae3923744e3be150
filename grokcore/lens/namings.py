"""Whose names and shapes weights have, and how to get from there to ours.

Three namings are read. TransformerLens' older one is ours, too::

    embed.W_E [V, D]   pos_embed.W_pos [T, D]   unembed.W_U [D, C]   unembed.b_U [C]
    blocks.0.attn.W_Q, W_K, W_V [H, D, K]   W_O [H, K, D]   b_Q … [H, K]   b_O [D]
    blocks.0.mlp.W_in [D, M]   b_in [M]   W_out [M, D]   b_out [D]
    blocks.0.ln1.w, b [D]   blocks.0.ln2.w, b   ln_final.w, b

The papers' own code (Nanda et al. 2023; Zhong et al. 2023) has the same names, with
most matrices the other way around: W_E [D, V], W_Q [H, K, D], W_in [M, D], W_out
[D, M], and W_O [D, H·K] with all heads in one.

A ``TransformerBridge``'s matrices are torch's, [out, in], with all heads in one: for
instance ``blocks.0.attn.q.weight`` [H·K, D] is our ``blocks.0.attn.W_Q``, and
``blocks.0.mlp.in.weight`` [M, D] is ``blocks.0.mlp.W_in``.
"""

import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["ours", "translated"]

#: What the embedding of the numbers is called in each naming.
_FIRST = ("embed.W_E", "embed.weight")

#: Buffers of the older naming that hold no weights: the causal mask and minus infinity.
_BUFFERS = (".mask", ".IGNORE")

#: Parts of names that wrappers leave anywhere: ``_orig_mod.`` of torch.compile, and
#: those of sharded and checkpointed modules, which begin with an underscore, too.
_WRAPPERS = re.compile(r"\b_\w+\.")


def ours(weights: Mapping[str, object], heads: int | None) -> dict[str, Tensor]:
    """Return weights from elsewhere by our names and in our shapes.

    A dictionary inside of the dictionary is found, and a prefix such as the ``module.``
    of a wrapper is left out; what does not have it is passed over, with a warning.

    Args:
        weights: tensors by name, or numpy's arrays, in any naming of this module.
        heads: H, which the bridge's names do not tell.

    Raises:
        ValueError: if the names are those of another naming, or of two models, or a
            shape does not fit.

    >>> import torch
    >>> from grokcore.models import by_hand
    >>> wrapped = {"module." + n: w for n, w in by_hand(7, (1,)).state_dict().items()}
    >>> "embed.W_E" in ours({"epoch": 9, "model": wrapped}, None)
    True
    """
    named = _unwrapped(_tensors(weights))
    if "embed.W_E" in named:
        return _turned(named)
    if any(re.fullmatch(r"(blocks\.\d+\.)?(.*)", n)[2] in _BRIDGE for n in named):
        return translated(named, heads)
    if any(".W_" in name for name in named) or not named:
        return named  # ours, with something missing
    name, tensor = next(iter(named.items()))
    raise ValueError(
        f"unknown names, such as {name!r} of shape {tuple(tensor.shape)}; those of "
        f"TransformerLens are read (embed.W_E, blocks.0.attn.W_Q, …), of the papers' "
        f"own code, which are the same, and of a TransformerBridge (embed.weight, "
        f"blocks.0.attn.q.weight, …): rename and reshape yours to one of them"
    )


def _tensors(weights: Mapping[str, object]) -> dict[str, Tensor]:
    """The tensors, but for buffers; where there are none, those one level below."""
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"expected tensors by name, got a {type(weights).__name__}; pass "
            f"{_where(weights) or 'them, or let gc.lens.read(path) read a file'}"
        )
    weights = {n: _from_numpy(x) for n, x in weights.items()}
    others = {n: x for n, x in weights.items() if not isinstance(x, Tensor)}
    inner = {n: x for n, x in others.items() if _is_state_dict(x)}
    if len(inner) > 1:
        raise ValueError(
            f"there are weights in each of {[*inner]}; pass one of them, such as "
            f"weights[{next(iter(inner))!r}]"
        )
    if inner and not any(_is_named(n) for n in weights):
        return _tensors(*inner.values())
    for name, value in others.items():
        place = _where(weights)
        raise ValueError(
            f"{name!r} is a {type(value).__name__}, not a tensor; pass the dictionary "
            f"that has the tensors by name{place and f', {place}'}"
        )
    return {n: t for n, t in weights.items() if not n.endswith(_BUFFERS)}


def _from_numpy(value: Any) -> Any:
    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    return torch.tensor(value) if numbers else value


def _is_named(name: str) -> bool:
    """Whether a name is a parameter's, of whatever model."""
    return "." in name


def _where(value: object, path: str = "weights") -> str:
    """Where inside of a value the first state dictionary is, as code; else nothing."""
    if _is_state_dict(value):
        return path
    if isinstance(value, nn.Module):
        return f"{path}.state_dict()"
    if isinstance(value, Mapping):
        parts = [(f"{path}[{n!r}]", x) for n, x in value.items()]
    elif isinstance(value, list | tuple) and value:
        parts = [(f"{path}[-1]", value[-1])]
    else:
        return ""
    return next(filter(None, (_where(part, place) for place, part in parts)), "")


def _is_state_dict(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(x, Tensor | np.ndarray) for x in value.values())
    )


def _unwrapped(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of the part that has an embedding, without what wrappers add to names."""
    weights = {_WRAPPERS.sub("", name): tensor for name, tensor in weights.items()}
    prefixes = [
        n.removesuffix(end) for n in weights for end in _FIRST if n.endswith(end)
    ]
    prefixes = [prefix for prefix in prefixes if prefix[-1:] in ("", ".")]
    if len(prefixes) > 1:
        raise ValueError(
            f"there are the weights of {len(prefixes)} models, whose names begin with "
            f"{prefixes}; pass those of one of them"
        )
    prefix = prefixes[0] if prefixes else ""
    if outside := [name for name in weights if not name.startswith(prefix)]:
        warnings.warn(
            f"passed over, since their names do not begin with {prefix!r}: {outside}",
            stacklevel=4,
        )
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in weights.items()
        if name.startswith(prefix)
    }


def _turned(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The papers' matrices the way ours lie; ours as they are."""
    shape = {n: tuple(t.shape) for n, t in weights.items()}
    W_O, W_pos = shape.get("blocks.0.attn.W_O"), shape.get("pos_embed.W_pos", ())
    reads = [shape["embed.W_E"][:1], shape.get("blocks.0.mlp.W_in", ())[1:]]
    if len(W_pos) != 2 or any(axis != W_pos[1:] for axis in reads):
        return weights
    if W_O is not None and len(W_O) == 2:
        heads = len(weights["blocks.0.attn.W_Q"])
        return {n: _turn(n, t, heads) for n, t in weights.items()}
    if shape["embed.W_E"][1:] != W_pos[1:]:
        raise ValueError(
            f"embed.W_E has shape {shape['embed.W_E']}, transposed: expected [V, D] "
            f"with D = {W_pos[1]}; pass weights that all lie as in the table of "
            f"grokcore.lens.namings, or all as in the papers' code, with W_O [D, H·K]"
        )
    return weights


def _turn(name: str, tensor: Tensor, heads: int) -> Tensor:
    match name.rpartition(".")[2]:
        case "W_E" | "W_in" | "W_out" | "W_Q" | "W_K" | "W_V":
            return tensor.mT
        case "W_O":
            return _by_head(tensor.mT, heads)
    return tensor


def _same(tensor: Tensor, heads: int) -> Tensor:
    return tensor


def _transposed(tensor: Tensor, heads: int) -> Tensor:
    return tensor.mT


def _by_head(tensor: Tensor, heads: int) -> Tensor:
    return tensor.unflatten(0, (heads, -1))


#: How the bridge's names end, how ours do, and how to get from its tensors to ours.
_BRIDGE = {
    "embed.weight": ("embed.W_E", _same),
    "pos_embed.weight": ("pos_embed.W_pos", _same),
    **{
        f"attn.{x}.weight": (f"attn.W_{x.upper()}", lambda t, h: _by_head(t, h).mT)
        for x in "qkv"
    },
    **{f"attn.{x}.bias": (f"attn.b_{x.upper()}", _by_head) for x in "qkv"},
    "attn.o.weight": ("attn.W_O", lambda t, h: _by_head(t.mT, h)),
    "attn.o.bias": ("attn.b_O", _same),
    **{f"mlp.{x}.weight": (f"mlp.W_{x}", _transposed) for x in ("in", "out")},
    **{f"mlp.{x}.bias": (f"mlp.b_{x}", _same) for x in ("in", "out")},
    **{f"{x}.weight": (f"{x}.w", _same) for x in ("ln1", "ln2", "ln_final")},
    **{f"{x}.bias": (f"{x}.b", _same) for x in ("ln1", "ln2", "ln_final")},
    "unembed.weight": ("unembed.W_U", _transposed),
    "unembed.bias": ("unembed.b_U", _same),
}


def translated(weights: dict[str, Tensor], heads: int | None) -> dict[str, Tensor]:
    """Return the same weights by our names and in our shapes.

    Args:
        weights: what ``TransformerBridge.state_dict`` of a native model has.
        heads: H.

    Raises:
        ValueError: without ``heads``, for a name that no native model has, and for a
            shape that ``heads`` does not fit.

    >>> import torch
    >>> bias = {"blocks.0.attn.q.bias": torch.zeros(12)}
    >>> {name: tuple(b.shape) for name, b in translated(bias, heads=4).items()}
    {'blocks.0.attn.b_Q': (4, 3)}
    """
    if heads is None:
        raise ValueError(
            "these are the names of a TransformerBridge, which do not tell how many "
            "heads there are: pass heads=<number>, on the command line --heads <number>"
        )
    return dict(_translated(name, tensor, heads) for name, tensor in weights.items())


def _translated(name: str, tensor: Tensor, heads: int) -> tuple[str, Tensor]:
    block, ending = re.fullmatch(r"(blocks\.\d+\.)?(.*)", name, re.DOTALL).groups("")
    shape = tuple(tensor.shape)
    if ending not in _BRIDGE:
        raise ValueError(f"unknown tensor {name!r} of shape {shape}")
    ours, reshape = _BRIDGE[ending]
    try:
        return block + ours, reshape(tensor, heads)
    except (RuntimeError, IndexError) as error:
        raise ValueError(
            f"{name} has shape {shape}, which does not fit heads={heads}"
        ) from error
