"""A network that composes permutations without training: it asks, where is each?"""

import torch

from grokcore.models.mlp import EmbeddingMLP, EmbeddingMLPConfig
from grokcore.tasks.cayley import permutations

__all__ = ["shuffles_by_hand"]


@torch.no_grad()
def shuffles_by_hand(n: int = 5) -> EmbeddingMLP:
    """Return a network with one hidden layer of ReLUs for a · b in S_n.

    It asks n² questions: does a · b send k to l? That is so exactly if b sends k to the
    place that a brings to l, b(k) = a⁻¹(l). Two neurons, relu(± (b(k) − a⁻¹(l))), are
    the distance of the two together, and vote by it against every answer c that sends k
    to l. The logit of c is −Σ_k |b(k) − a⁻¹(c(k))|: 0 if c = a · b, and below otherwise.

    What a neuron sees of the first operand is one number on each right coset of those
    permutations that keep l; what it sees of the second one, on each left coset of those
    that keep k. Stander et al. (2023, arXiv:2312.06581) find neurons of this kind.

    Args:
        n: how many things are permuted, 2 to 6.

    Returns:
        A model in evaluation mode and without gradients, in float64.

    Raises:
        ValueError: for another n.

    >>> model = shuffles_by_hand(3)
    >>> model.config.mlp_width
    18
    >>> model(torch.tensor([[1, 2, 6]])).tolist()  # 1 · 2 = 4
    [[-4.0, -2.0, -2.0, -4.0, 0.0, -4.0]]
    """
    if not 2 <= n <= 6:
        raise ValueError(f"n={n} things; allowed: 2 to 6")
    rows = permutations(n).double()  # row a: where each goes
    origins = rows.argsort(1).double()  # and where each comes from
    shape = (len(rows), n, n)  # element, k, l
    first = -origins[:, None, :].expand(shape).flatten(1)
    second = rows[:, :, None].expand(shape).flatten(1)
    sends = rows[:, :, None] == torch.arange(n)

    config = EmbeddingMLPConfig(width=None, mlp_width=2 * n**2, biases="none")
    model = EmbeddingMLP(config, len(rows), (None, None, len(rows)), seed=0).double()
    model.embed.W_E.copy_(torch.cat([first, -first, second, -second], 1))
    against = -sends.flatten(1).T.double()
    model.unembed.W_U.copy_(torch.cat([against, against]))
    return model.eval().requires_grad_(False)
