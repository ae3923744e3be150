"""A network that composes permutations without training: it asks, where is each?"""

import torch

from grokcore.models.mlp import EmbeddingMLP, EmbeddingMLPConfig
from grokcore.tasks.cayley import permutations

__all__ = ["shuffles_by_hand"]


@torch.no_grad()
def shuffles_by_hand(n: int = 5) -> EmbeddingMLP:
    """Return a network with one hidden layer of ReLUs for a · b in S_n.

    It asks n² questions: does a · b send k to m? That is so exactly if b sends k to the
    place that a brings to m, b(k) = a⁻¹(m). A neuron, relu(b(k) − a⁻¹(m)), votes
    against every answer c that sends k to m. The logit of c is then
    −Σ_k relu(b(k) − a⁻¹(c(k))), 0 if c = a · b. If not, some b(k) is larger than its
    a⁻¹(c(k)), since over all k both add up to the same; then it is below 0.

    What a neuron sees of the first operand is one number on each right coset of those
    permutations that keep m; what it sees of the second one, on each left coset of
    those that keep k. Stander et al. (2023, arXiv:2312.06581) describe such neurons.

    Args:
        n: how many things are permuted, 2 to 6.

    Returns:
        A model in evaluation mode and without gradients, in float64.

    Raises:
        ValueError: for another n.

    >>> model = shuffles_by_hand(3)
    >>> model.config.mlp_width
    9
    >>> model(torch.tensor([[1, 2, 6]])).tolist()  # 1 · 2 = 4
    [[-2.0, -1.0, -1.0, -2.0, 0.0, -2.0]]
    """
    if not 2 <= n <= 6:
        raise ValueError(f"n={n} things; allowed: 2 to 6")
    rows = permutations(n).double()  # row a: where each goes
    origins = rows.argsort(1).double()  # and where each comes from
    shape = (len(rows), n, n)  # element, k, m
    first = -origins[:, None, :].expand(shape).flatten(1)
    second = rows[:, :, None].expand(shape).flatten(1)
    sends = rows[:, :, None] == torch.arange(n)

    config = EmbeddingMLPConfig(width=None, mlp_width=n**2, biases="none")
    model = EmbeddingMLP(config, len(rows), (None, None, len(rows)), seed=0).double()
    model.embed.W_E.copy_(torch.cat([first, second], 1))
    model.unembed.W_U.copy_(-sends.flatten(1).T.double())
    return model.eval().requires_grad_(False)
