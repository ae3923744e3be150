"""The bridge to TransformerLens: our weights in its models, and the other way around.

The only module that imports ``transformer_lens`` (4 or newer), and only when called.
Reading weights does without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grokcore.lens.state_dicts import from_state_dict
from grokcore.models import Transformer

if TYPE_CHECKING:
    from transformer_lens.model_bridge import TransformerBridge

__all__ = ["from_bridge", "to_bridge"]

#: Settings of a native model that our transformer shares: what each may be.
_SHARED = {
    "architecture": ("TransformerLensNative",),
    "act_fn": ("relu", "gelu"),
    "normalization_type": (None, "LN"),
    "eps": (1e-5,),
    "attention_dir": ("causal",),
    "attn_scale": (-1.0,),  # over the root of the width of a head
    "attn_scores_soft_cap": (-1.0,),
    "output_logits_soft_cap": (-1.0,),
}


def to_bridge(model: Transformer) -> TransformerBridge:
    """Return a ``TransformerBridge`` with a copy of the weights and equal logits.

    Every hook, cache and patching tool of TransformerLens works on it. It takes tokens
    [B, T] and returns logits [B, T, C] at every position, the answer's last; dropout,
    which acts in training only, is left out.

    Args:
        model: with norm "none" or "pre".

    Raises:
        ValueError: for another model than a transformer, and for norm "post" or
            "stream", which TransformerLens' native models do not have.
        ImportError: if TransformerLens is not installed.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> model = TransformerConfig(width=16, heads=2).build(task, seed=0)
    >>> bridge = to_bridge(model)
    >>> tokens = task.data().tokens
    >>> torch.allclose(bridge(tokens)[:, -1], model(tokens), atol=1e-5)
    True
    >>> _, cache = bridge.run_with_cache(tokens)
    >>> cache["blocks.0.attn.hook_pattern"].shape  # [B, H, query, key]
    torch.Size([49, 2, 3, 3])
    """
    if not isinstance(model, Transformer):
        raise ValueError(
            f"model is a {type(model).__name__}; pass a Transformer, such as run.model"
        )
    config = model.config
    if config.norm not in ("none", "pre"):
        raise ValueError(
            f"norm={config.norm!r} cannot be bridged: TransformerLens' native models "
            f"have layer norm before a sub-layer or not at all; allowed: 'none', 'pre'"
        )
    try:
        from transformer_lens.config import TransformerBridgeConfig
        from transformer_lens.conversion_utils import convert_tl_checkpoint
        from transformer_lens.model_bridge import TransformerBridge
    except ImportError as error:
        raise ImportError(
            f"{error}; to_bridge needs TransformerLens 4 or newer: "
            f'pip install "grokcore[lens]"'
        ) from error

    vocabulary, width = model.embed.W_E.shape
    bridge_config = TransformerBridgeConfig(
        n_layers=config.layers,
        d_model=width,
        n_heads=config.heads,
        d_head=width // config.heads,
        d_mlp=config.neurons,
        n_ctx=len(model.layout),
        d_vocab=vocabulary,
        d_vocab_out=model.unembed.W_U.shape[1],
        act_fn=config.activation,
        normalization_type="LN" if config.norm == "pre" else None,
        init_weights=False,
    )
    bridge = TransformerBridge.boot_native(bridge_config, device=model.W_E.device)
    weights = convert_tl_checkpoint(_with_all_biases(model), bridge_config)
    bridge.load_state_dict(weights)
    return bridge.eval()


def from_bridge(
    bridge: TransformerBridge, *, layout: tuple[int | None, ...] | None = None
) -> Transformer:
    """Return a copy of a bridge's model, trained by whatever code, with equal logits.

    Args:
        bridge: made by ``TransformerBridge.boot_native`` (or :func:`to_bridge`), with
            layer norm or none. Its weights are read, not its hooks.
        layout: the tokens of an equation; see
            :func:`~grokcore.lens.state_dicts.from_state_dict` for what is assumed
            without it.

    Raises:
        ValueError: for another architecture or a setting that ``Transformer``
            does not have; the message names it and what is allowed.

    >>> from transformer_lens.model_bridge import TransformerBridge
    >>> sizes = {"n_layers": 1, "d_model": 16, "n_heads": 2, "d_head": 8, "n_ctx": 3}
    >>> tables = {"d_vocab": 8, "d_vocab_out": 7, "normalization_type": None}
    >>> config = sizes | tables | {"d_mlp": 64, "act_fn": "relu"}
    >>> bridge = TransformerBridge.boot_native(config)
    >>> tokens = torch.tensor([[3, 6, 7]])
    >>> torch.allclose(from_bridge(bridge)(tokens), bridge(tokens)[:, -1], atol=1e-5)
    True
    """
    if not hasattr(bridge, "cfg"):
        raise ValueError(
            f"bridge is a {type(bridge).__name__}; pass a TransformerBridge of "
            f"boot_native"
        )
    for name, allowed in _SHARED.items():
        if (value := getattr(bridge.cfg, name)) not in allowed:
            raise ValueError(
                f"{name}={value!r} has no counterpart in grokcore's Transformer; "
                f"allowed: {allowed}"
            )
    return from_state_dict(
        bridge.state_dict(),
        layout=layout,
        heads=bridge.cfg.n_heads,
        activation=bridge.cfg.act_fn,
        norm=None if bridge.cfg.normalization_type else "none",
    )


def _with_all_biases(model: Transformer) -> dict[str, Tensor]:
    """The state dict with a zero where the model has no bias but the bridge does."""
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    weights.setdefault("unembed.b_U", torch.zeros(model.unembed.W_U.shape[1]))
    for i, block in enumerate(model.blocks):
        heads, width, d_head = block.attn.W_Q.shape
        for name, shape in {
            "attn.b_Q": (heads, d_head),
            "attn.b_K": (heads, d_head),
            "attn.b_V": (heads, d_head),
            "attn.b_O": (width,),
            "mlp.b_in": (model.config.neurons,),
            "mlp.b_out": (width,),
        }.items():
            weights.setdefault(f"blocks.{i}.{name}", torch.zeros(shape))
    return weights
