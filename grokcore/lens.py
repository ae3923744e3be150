"""The bridge to TransformerLens: our weights in a model that its tools understand.

The only module that imports ``transformer_lens`` (4 or newer), and only when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grokcore.models import Transformer

if TYPE_CHECKING:
    from transformer_lens.model_bridge import TransformerBridge

__all__ = ["to_bridge"]


def to_bridge(model: Transformer) -> TransformerBridge:
    """Return a ``TransformerBridge`` with a copy of the weights and equal logits.

    Every hook, cache and patching tool of TransformerLens works on it. It takes tokens
    [B, T] and returns logits [B, T, C] at every position, the answer's last; dropout,
    which acts in training only, is left out.

    Args:
        model: with norm "none" or "pre".

    Raises:
        ValueError: for norm "post", which TransformerLens' native models do not have.
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
    config = model.config
    if config.norm == "post":
        raise ValueError(
            "norm='post' cannot be bridged: TransformerLens' native models have layer "
            "norm before a sub-layer or not at all; allowed: 'none', 'pre'"
        )
    from transformer_lens.config import TransformerBridgeConfig
    from transformer_lens.conversion_utils import convert_tl_checkpoint
    from transformer_lens.model_bridge import TransformerBridge

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
