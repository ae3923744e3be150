"""Components, planes, rings and circles of planted embeddings; norms."""

import math

import pytest
import torch

from grokcore.analysis import geometry, norms


def circles(p, *ks, width=16, sizes=None, noise=0.0, seed=0):
    """Number embeddings that are circles of some frequencies in orthogonal planes."""
    generator = torch.manual_seed(seed)
    axes = torch.linalg.qr(torch.randn(width, width, generator=generator).double()).Q
    x = noise * torch.randn(p, width, generator=generator).double()
    for i, k in enumerate(ks):
        angle = 2 * math.pi * k * torch.arange(p).double() / p
        size = 1.0 if sizes is None else sizes[i]
        x += size * (angle.cos()[:, None] * axes[2 * i])
        x += size * (angle.sin()[:, None] * axes[2 * i + 1])
    return x


@pytest.mark.parametrize(("p", "k"), [(59, 5), (113, 56), (12, 5), (7, 1)])
def test_neighbors_on_the_ring_are_one_step_of_the_frequency_apart(p, k):
    order = geometry.ring(p, k)
    assert sorted(order.tolist()) == list(range(p))
    assert torch.equal(k * order % p, torch.arange(p))


def test_a_frequency_that_shares_a_divisor_has_no_ring():
    with pytest.raises(ValueError, match=r"k=4 .* p=12"):
        geometry.ring(12, 4)


def test_components_are_those_of_the_covariance():
    x = torch.randn(59, 16, generator=torch.manual_seed(1)).double()
    found = geometry.principal_components(x, 3)
    variances, vectors = torch.linalg.eigh(torch.cov(x.T))
    torch.testing.assert_close(found.shares, (variances / variances.sum()).flip(0)[:3])
    overlap = (found.axes @ vectors.flip(1)[:, :3]).abs()
    torch.testing.assert_close(overlap, torch.eye(3).double())
    coordinates = found.project(x)
    torch.testing.assert_close(
        torch.cov(coordinates.T), torch.diag(variances.flip(0)[:3])
    )


def test_components_do_not_depend_on_where_the_points_are():
    x = circles(59, 5, noise=0.1)
    here, there = (geometry.principal_components(y) for y in (x, x + 7))
    torch.testing.assert_close(here.axes, there.axes)
    torch.testing.assert_close(here.project(x), there.project(x + 7))


def test_one_circle_is_found_whole():
    x = circles(59, 5, noise=0.01)
    found = geometry.circularity(x)
    assert found.frequency == 5 and found.value > 0.99
    assert geometry.ring_order(geometry.frequency_plane(x, 5), 5) > 0.99


def test_equal_circles_mix_in_components_but_not_in_their_own_planes():
    x = circles(59, 5, 17, 23, noise=0.02)
    # A turn within the space spanned by waves of equal size changes no variance.
    assert geometry.circularity(x).value < 0.95
    for k in (5, 17, 23):
        plane = geometry.frequency_plane(x, k)
        assert geometry.ring_order(plane, k) > 0.99
        radius = plane.norm(dim=1)
        assert radius.std() < 0.05 * radius.mean()


def test_the_larger_circle_comes_first():
    x = circles(59, 5, 17, sizes=(1.0, 2.0), noise=0.01)
    assert geometry.circularity(x).frequency == 17


def test_random_points_are_no_circle():
    values = [
        geometry.circularity(torch.randn(59, 128, generator=torch.manual_seed(s))).value
        for s in range(20)
    ]
    assert max(values) < 0.35


def test_ring_order_is_one_for_a_circle_and_small_by_chance():
    generator = torch.manual_seed(0)
    points = geometry.frequency_plane(circles(113, 9), 9)
    assert geometry.ring_order(points, 9) == pytest.approx(1)
    assert geometry.ring_order(points.flip(1), 9) == pytest.approx(1)  # mirrored
    assert geometry.ring_order(5 * points + 2, 9) == pytest.approx(1)
    assert geometry.ring_order(points, 10) < 0.01
    chance = [
        geometry.ring_order(torch.randn(113, 2, generator=generator), 9)
        for _ in range(100)
    ]
    # The larger of two lengths that are 1/√p in mean square.
    assert 0.5 < torch.tensor(chance).mean() * math.sqrt(113) < 2


def test_align_undoes_turning_and_mirroring():
    points = torch.randn(20, 2, generator=torch.manual_seed(0)).double()
    turn = torch.tensor([[0.6, 0.8], [-0.8, 0.6]]).double()
    for moved in (points @ turn, points.flip(1), -points):
        torch.testing.assert_close(geometry.align(moved, points), points)


@pytest.mark.parametrize("n", [3, 12])
def test_no_other_rotation_brings_points_nearer(n):
    dice = torch.Generator().manual_seed(0)
    points, reference = torch.randn(2, n, 5, generator=dice).double()
    found = geometry.rotation(points, reference)
    torch.testing.assert_close(found @ found.T, torch.eye(5).double())

    def distance(turn):
        return (points @ turn - reference).square().sum()

    for _ in range(200):
        step = 0.1 * torch.randn(5, 5, generator=dice).double()
        other = torch.linalg.matrix_exp(step - step.T) @ found
        assert distance(found) <= distance(other) + 1e-9


def test_a_rotation_that_was_made_is_found_from_some_points():
    dice = torch.Generator().manual_seed(0)
    flat = torch.randn(20, 4, generator=dice).double() @ torch.randn(4, 9).double()
    turn = torch.linalg.qr(torch.randn(9, 9, generator=dice).double()).Q
    found = geometry.rotation(flat[:10], flat[:10] @ turn)
    torch.testing.assert_close(flat @ found, flat @ turn)
    with pytest.raises(ValueError, match=r"\(20, 9\), the reference \(10, 9\)"):
        geometry.rotation(flat, flat[:10])


def test_planes_need_two_waves():
    with pytest.raises(ValueError, match="k=6 spans no plane; 12 numbers allow 1 … 5"):
        geometry.frequency_plane(torch.randn(12, 4), 6)
    with pytest.raises(ValueError, match="count=5 is not in 1 … 4"):
        geometry.principal_components(torch.randn(12, 4), 5)


def test_gini_is_the_mean_difference_over_twice_the_mean():
    x = torch.rand(40, generator=torch.manual_seed(0)).double()
    pairs = (x[:, None] - x).abs().mean()
    assert norms.gini(x) == pytest.approx(float(pairs / (2 * x.mean())))
    assert norms.gini(3 * x) == pytest.approx(norms.gini(x))
    assert norms.gini(torch.eye(10)[0]) == pytest.approx(0.9)


@pytest.mark.parametrize("x", [[], [0.0, 0.0], [1.0, -1.0]])
def test_gini_needs_amounts(x):
    with pytest.raises(ValueError, match="expected numbers"):
        norms.gini(torch.tensor(x))
