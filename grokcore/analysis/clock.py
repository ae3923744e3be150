"""Clock or pizza? Two measures that tell two ways of adding on a circle apart.

A *clock* multiplies waves of a and b, so as to turn by the sum of two angles. A *pizza*
takes the point midway between a and b on the circle: to it, a and b are alike, and the
farther apart they are, the less it sees (Zhong et al. 2023, arXiv:2306.17844).
"""

from __future__ import annotations

import math
from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from grokcore.analysis.activations import table_tokens
from grokcore.analysis.logits import right_logits

__all__ = ["distance_irrelevance", "gradient_symmetricity"]


@torch.enable_grad()
def gradient_symmetricity(model: nn.Module, triples: int = 100, seed: int = 0) -> float:
    """Return how alike a model's logits depend on its two operands, −1 … 1.

    The cosine of the angle between ∂Q/∂E_a and ∂Q/∂E_b, averaged over random triples
    (a, b, c): Q is the logit of class c, E_a and E_b are the embeddings of a and b
    before positions are added. Computed in float64. Zhong et al. (2023) report .994 for
    a pizza.

    Args:
        model: with two operands, of any kind that has an embedding which both share.
        triples: how many.
        seed: of the triples.

    Raises:
        ValueError: if there are no triples, the model does not take two operands, or
            does not share an embedding between them.

    >>> from grokcore import ModularTask, TransformerConfig
    >>> task = ModularTask("add", p=7, train_fraction=0.5)
    >>> model = TransformerConfig(width=16, heads=2).build(task, seed=0)
    >>> -1 <= gradient_symmetricity(model) <= 1
    True
    """
    if triples < 1:
        raise ValueError(f"triples={triples} is below 1")
    if getattr(model.config, "width", 0) is None:
        raise ValueError(
            "the model's operands are one-hot, and each has weights of its own, which "
            "tell nothing of how alike they are; allowed: models with an embedding"
        )
    model = deepcopy(model).cpu().double().eval()
    numbers = len(table_tokens(model))
    generator = torch.Generator().manual_seed(seed)
    a, b, c = torch.randint(numbers, (3, triples), generator=generator)
    # Every operand of every triple gets an embedding, and a gradient, of its own.
    own = model.W_E.detach()[torch.stack([a, b], dim=1)].requires_grad_()
    logits = model.forward_embedded(own)
    (gradient,) = torch.autograd.grad(logits.gather(1, c[:, None]).sum(), own)
    return float(F.cosine_similarity(gradient[:, 0], gradient[:, 1]).mean())


def distance_irrelevance(logits: Tensor, answers: Tensor | None = None) -> float:
    """Return how little the right answer's logit depends on the distance a − b.

    Its standard deviation among the pairs with a − b = d mod p, averaged over d, and
    divided by that over the whole table. 0 means that the distance alone decides, 1
    that it does not matter. Zhong et al. (2023) report .172 for a pizza.

    Args:
        logits: [p, p, C] for all pairs (a, b).
        answers: [p, p] right answers; (a + b) mod p by default.

    Returns:
        A number ≥ 0, or NaN if the right answers' logits are all the same.

    Raises:
        ValueError: for another shape, or answers that are not among the classes.

    >>> n = torch.arange(59)
    >>> near = torch.cos(2 * torch.pi * 5 * (n[:, None] - n) / 59)
    >>> distance_irrelevance(near[:, :, None].expand(59, 59, 59)) < 1e-6
    True
    """
    right = right_logits(logits, answers)
    if right.max() == right.min():
        return math.nan
    n = torch.arange(len(right))
    by_distance = right[(n[:, None] + n) % len(n), n]  # row d: the pairs (b + d, b)
    spread = by_distance.std(1, correction=0).mean()
    return float(spread / right.std(correction=0))
