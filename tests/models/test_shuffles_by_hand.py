"""A neuron for each question composes all permutations."""

import itertools

import pytest
import torch

from grokcore.models import shuffles_by_hand


@pytest.mark.parametrize("n", [2, 3, 4])
def test_it_composes_all_of_them(n):
    rows = [*itertools.permutations(range(n))]
    model = shuffles_by_hand(n)
    assert model.config.mlp_width == n**2
    pairs = torch.cartesian_prod(torch.arange(len(rows)), torch.arange(len(rows)))
    logits = model.answer(pairs)
    for (a, b), found in zip(pairs.tolist(), logits, strict=True):
        product = rows.index(tuple(rows[a][x] for x in rows[b]))
        assert found[product] == 0
        others = found[torch.arange(len(rows)) != product]
        assert others.max() <= -1


@pytest.mark.parametrize("n", [1, 7])
def test_other_sizes_are_refused(n):
    with pytest.raises(ValueError, match=f"n={n} things; allowed: 2 to 6"):
        shuffles_by_hand(n)
