"""From the names and shapes of a ``TransformerBridge``'s weights to ours.

A bridge's matrices are torch's, [out, in], with all heads in one: for instance
``blocks.0.attn.q.weight`` [H·K, D] is our ``blocks.0.attn.W_Q`` [H, D, K],
``blocks.0.mlp.in.weight`` [M, D] is ``blocks.0.mlp.W_in`` [D, M].
"""

import re

from torch import Tensor

__all__ = ["translated"]


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
            "heads there are: pass heads=<number>"
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
