"""Networks that add modulo p without training: their weights are trigonometry."""

from grokcore.models.by_hand.quadratic import quadratic_by_hand
from grokcore.models.by_hand.transformer import by_hand

__all__ = ["by_hand", "quadratic_by_hand"]
