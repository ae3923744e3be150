"""Who learns it: a model a file, each with its frozen description."""

from grokcore.config import any_of
from grokcore.models.by_hand import by_hand, quadratic_by_hand, shuffles_by_hand
from grokcore.models.image_mlp import ImageMLP, ImageMLPConfig
from grokcore.models.lstm import LSTM, LSTMConfig
from grokcore.models.mlp import EmbeddingMLP, EmbeddingMLPConfig
from grokcore.models.transformer import Transformer, TransformerConfig

__all__ = [
    "LSTM",
    "EmbeddingMLP",
    "EmbeddingMLPConfig",
    "ImageMLP",
    "ImageMLPConfig",
    "LSTMConfig",
    "Model",
    "Transformer",
    "TransformerConfig",
    "by_hand",
    "quadratic_by_hand",
    "shuffles_by_hand",
]

#: Any of the descriptions above, told apart by ``kind`` in JSON.
Model = any_of(TransformerConfig, EmbeddingMLPConfig, LSTMConfig, ImageMLPConfig)
