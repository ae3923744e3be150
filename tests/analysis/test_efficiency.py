"""Prices of solutions, against losses and scales of one's own."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import grokcore as gc
from grokcore.analysis.efficiency import even_margin, norm_needed


@pytest.mark.parametrize("margin", [0.5, 3.0, 12.0])
@pytest.mark.parametrize("classes", [2, 31])
def test_the_margin_is_that_of_equal_wrong_logits(margin, classes):
    logits = torch.zeros(4, classes, dtype=torch.float64)
    targets = torch.tensor([0, 1, 1, 0])
    logits[range(4), targets] = margin
    loss = F.cross_entropy(logits, targets).item()
    assert even_margin(loss, classes) == pytest.approx(margin)


def test_a_loss_above_that_of_guessing_has_a_margin_below_0():
    assert even_margin([math.log(7), 2 * math.log(7)], 7) == pytest.approx(
        [0, -math.log((7**2 - 1) / 6)]
    )


def test_the_price_does_not_hang_on_the_length_that_a_network_has():
    """Weights times c, logits times c³: a network whose answers are all right."""
    model = gc.models.quadratic_by_hand(5)
    operands = torch.cartesian_prod(torch.arange(5), torch.arange(5))
    targets, found = operands.sum(1) % 5, []
    for factor in (2.0, 1.3, 1.1):
        with torch.no_grad():
            for weights in model.parameters():
                weights.mul_(factor)
            loss = F.cross_entropy(model.answer(operands), targets).item()
        norm = math.sqrt(sum(w.square().sum().item() for w in model.parameters()))
        found.append(norm_needed(norm, loss, 5).item())
    # All wrong logits of this network are equal, so that the margin is exact.
    assert found == pytest.approx([found[0]] * 3, rel=1e-6)


def test_a_larger_margin_takes_a_longer_network():
    norms, losses = np.array([20.0, 30.0]), np.array([1e-3, 1e-2])
    one, eight = (norm_needed(norms, losses, 31, margin=m) for m in (5, 40))
    assert np.allclose(eight, 2 * one)
    assert np.allclose(
        norm_needed(norms, losses, 31, margin=20, degree=1),
        4 * norm_needed(norms, losses, 31, margin=5, degree=1),
    )


def test_who_guesses_has_no_price():
    assert np.isnan(norm_needed(10.0, 2 * math.log(31), 31))


def test_what_is_no_loss_is_refused():
    with pytest.raises(ValueError, match="loss=0"):
        even_margin([0.1, 0.0], 31)
    with pytest.raises(ValueError, match="classes=1"):
        even_margin(0.1, 1)
