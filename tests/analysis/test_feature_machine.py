"""The machine that learns features, against automatic differentiation."""

import math

import pytest
import torch
import torch.nn.functional as F

from grokcore.analysis.feature_machine import circulant_share, solves
from grokcore.tasks import ModularTask


@pytest.fixture
def rows():
    """Inputs, answers and shown rows of a small table."""
    table = ModularTask("add", p=5, train_fraction=0.7).data()
    x = F.one_hot(table.operands, 5).flatten(1).double()
    return x, F.one_hot(table.targets, 5).double(), table.train


def test_the_first_solve_is_a_kernel_regression(rows):
    x, y, train = rows
    (first,) = solves(x, y, train, 1)
    assert torch.equal(first.features, torch.eye(10).double())
    kernel = [[float(a @ b) ** 2 for b in x[train]] for a in x]
    kernel = torch.tensor(kernel, dtype=torch.float64)
    weights = torch.linalg.lstsq(kernel[train], y[train]).solution
    assert torch.allclose(first.outputs, kernel @ weights, atol=1e-6)


def test_features_are_the_root_of_the_average_gradient_outer_product(rows):
    x, y, train = rows
    first, second, third = solves(x, y, train, 3)
    for before, after in ((first, second), (second, third)):
        M = before.features
        kernel = (x[train] @ M @ x[train].T) ** 2
        ridge = 1e-9 * torch.eye(len(train)).double()
        weights = torch.linalg.solve(kernel + ridge, y[train])

        def answer(point, M=M, weights=weights):
            return (point @ M @ x[train].T) ** 2 @ weights

        slopes = [torch.autograd.functional.jacobian(answer, row) for row in x[train]]
        average = sum(s.T @ s for s in slopes) / len(train)
        assert torch.allclose(after.features @ after.features, average, atol=1e-6)
        assert torch.allclose(after.features, after.features.T)
        assert torch.linalg.eigvalsh(after.features).min() > -1e-9


def test_it_knows_what_it_is_shown_from_the_first_solve_on(rows):
    x, y, train = rows
    for solve in solves(x, y, train, 4):
        assert (solve.outputs.argmax(1) == y.argmax(1))[train].all()


def test_what_it_cannot_learn_from_is_refused(rows):
    x, y, train = rows
    with pytest.raises(ValueError, match="other than 0 and 1"):
        next(solves(x / 2, y, train, 1))
    with pytest.raises(ValueError, match="train is empty"):
        next(solves(x, y, train[:0], 1))


@pytest.mark.parametrize("p", [4, 7])
def test_circulant_blocks_are_all_circulant(p):
    wave = torch.rand(p, generator=torch.Generator().manual_seed(p)).double()
    a, b = torch.arange(p)[:, None], torch.arange(p)
    by_difference, by_sum = wave[(b - a) % p], wave[(a + b) % p]
    assert circulant_share(by_difference, 1) == pytest.approx(1)
    assert circulant_share(by_sum, -1) == pytest.approx(1)
    assert circulant_share(3 * by_difference + 5, 1) == pytest.approx(1)


def test_a_random_block_has_a_share_of_one_in_p():
    dice = torch.Generator().manual_seed(0)
    shares = [
        circulant_share(torch.randn(31, 31, generator=dice), direction)
        for _ in range(20)
        for direction in (1, -1)
    ]
    assert sum(shares) / len(shares) == pytest.approx(1 / 31, rel=0.2)


def test_a_constant_block_has_none():
    assert math.isnan(circulant_share(torch.ones(3, 3), 1))


def test_what_is_no_block_is_refused():
    with pytest.raises(ValueError, match=r"\[2, 3\]"):
        circulant_share(torch.ones(2, 3), 1)
    with pytest.raises(ValueError, match="direction=0"):
        circulant_share(torch.eye(3), 0)
