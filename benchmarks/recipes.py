"""The experiments that are timed."""

from __future__ import annotations

from grokcore import (
    AdamW,
    EmbeddingMLPConfig,
    Experiment,
    ModularTask,
    TransformerConfig,
)
from grokcore.catalogue import CATALOGUE

LIVE = CATALOGUE["live-p113"]
FASTEST = CATALOGUE["fast-p113"]

#: The Grokking demo of TransformerLens: epochs after which it has grokked (its own
#: log), and its learning rate.
DEMO_EPOCHS, DEMO_LR = 13_800, 1e-3

#: Power et al. (2022): two layers, layer norm, four tokens, mini-batches.
TWO_LAYERS = Experiment(
    task=ModularTask("add", p=97, train_fraction=0.5, token_format="a ∘ b ="),
    model=TransformerConfig(layers=2, norm="pre", activation="gelu"),
    optimizer=AdamW(lr=1e-3, weight_decay=1.0),
    batch_size=512,
)

#: "Some thoughts on grokking" (blog post, 2022; github.com/okitouni/simple-grokking):
#: an MLP over a shared embedding.
EMBEDDING_MLP = Experiment(
    task=ModularTask("add", p=53, train_fraction=0.6),
    model=EmbeddingMLPConfig(),
    optimizer=AdamW(lr=3e-2, weight_decay=0.03, betas=(0.9, 0.999)),
    epochs=10_000,
)
