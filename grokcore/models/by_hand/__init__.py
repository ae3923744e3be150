"""Networks that answer without training: their weights are thought out."""

from grokcore.models.by_hand.quadratic import quadratic_by_hand
from grokcore.models.by_hand.shuffles import shuffles_by_hand
from grokcore.models.by_hand.transformer import by_hand

__all__ = ["by_hand", "quadratic_by_hand", "shuffles_by_hand"]
