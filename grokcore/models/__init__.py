"""Who learns it: a model a file, each with its frozen description."""

from typing import Annotated

from pydantic import Field

from grokcore.models.by_hand import by_hand
from grokcore.models.mlp import EmbeddingMLP, EmbeddingMLPConfig
from grokcore.models.transformer import Transformer, TransformerConfig

__all__ = [
    "EmbeddingMLP",
    "EmbeddingMLPConfig",
    "Model",
    "Transformer",
    "TransformerConfig",
    "by_hand",
]

#: Any of the descriptions above, told apart by ``kind`` in JSON.
Model = Annotated[TransformerConfig | EmbeddingMLPConfig, Field(discriminator="kind")]
