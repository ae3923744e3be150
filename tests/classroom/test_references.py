"""What exercises hold answers against, held against PyTorch and against streams."""

import math

import pytest
import torch

from grokcore.checks import optimization, speed


@pytest.mark.parametrize(
    ("lr", "decay", "steps", "fall_from"),
    [(0.3, 1.5, 12, 0.25), (0.01, 0.9, 900, 0.85), (0.2, 1.0, 5, 0.0)],
)
def test_what_adamw_leaves_of_a_weight(lr, decay, steps, fall_from):
    w = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    adamw = torch.optim.AdamW([w], lr=lr, weight_decay=decay)
    for t in range(steps):
        fallen = max(0.0, (t / steps - fall_from) / (1 - fall_from))
        adamw.param_groups[0]["lr"] = lr * (1 - fallen)
        w.grad = torch.zeros_like(w)
        adamw.step()
    found = optimization.left_of(lr, decay, steps, fall_from)
    assert found == pytest.approx(w.item(), abs=1e-12)


def test_what_adam_takes_off_by_l2():
    lr, l2 = 1e-6, 0.5  # so slow that the weights hardly move
    g = torch.tensor([3.0, 0.5, 0.01]).double()
    w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]).double())
    adam = torch.optim.Adam([w], lr=lr, weight_decay=l2, betas=(0.9, 0.99))
    for t in range(3_000):
        w.grad = g * (-1) ** t
        if t == 2_000:  # the means have forgotten how they began
            start = w.detach().clone()
        adam.step()
    mean = (1 - w.detach() / start) / 1_000
    torch.testing.assert_close(
        optimization.taken(g, start, lr, l2), mean, rtol=0.02, atol=0
    )


@pytest.mark.parametrize(
    ("steps", "alpha", "lamb"), [(8, 0.5, 3.0), (50, 0.9, 2.0), (2, 0.8, 7.0)]
)
def test_the_gain_of_an_average_of_an_average(steps, alpha, lamb):
    f = torch.tensor([1 / steps], dtype=torch.float64)
    g = torch.exp(2j * math.pi * f * torch.arange(400))
    m, n = g[0], g[0]
    for value in g:
        m = alpha * m + (1 - alpha) * value
        n = alpha * n + (1 - alpha) * m
    found = speed.double_gain(f, alpha, lamb)
    torch.testing.assert_close(found, (g[-1] + lamb * n).abs()[None])
