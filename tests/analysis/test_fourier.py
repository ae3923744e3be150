"""Fourier analysis on the numbers mod p, against torch.fft and planted answers."""

import math

import pytest
import torch

import grokcore as gc
from grokcore.analysis import fourier

MODULI = [2, 3, 4, 5, 7, 12, 53, 58, 59, 113]


def wave(p, k, phase=0.0):
    return torch.cos(2 * math.pi * k * torch.arange(p, dtype=torch.float64) / p + phase)


@pytest.mark.parametrize("p", MODULI)
def test_the_basis_is_orthonormal_and_complete(p):
    rows = fourier.basis(p)
    assert rows.shape == (p, p) and rows.dtype == torch.float64
    torch.testing.assert_close(rows @ rows.T, torch.eye(p, dtype=torch.float64))


def test_a_basis_that_is_written_into_spoils_no_other():
    fourier.basis(7)[:] = 0
    assert fourier.basis(7).norm() > 0 and fourier.spectrum(torch.randn(7)).sum() > 0


@pytest.mark.parametrize("p", MODULI)
def test_amplitudes_are_those_of_the_complex_transform(p):
    x = torch.randn(p, 6, generator=torch.manual_seed(p), dtype=torch.float64)
    complex_ = torch.fft.rfft(x, dim=0, norm="ortho").abs()[1:]
    # A real wave stands for two complex ones, but for p/2, which is its own mirror.
    twice = torch.tensor([1 if 2 * k == p else 2 for k in fourier.frequencies(p)])
    expected = complex_ * twice.sqrt()[:, None]
    torch.testing.assert_close(fourier.amplitudes(x), expected)
    torch.testing.assert_close(fourier.spectrum(x), expected.square().sum(1))


@pytest.mark.parametrize("p", MODULI)
def test_power_adds_up_to_the_sum_of_squares(p):
    x = torch.randn(p, 3, 2, dtype=torch.float64, generator=torch.manual_seed(p))
    total = fourier.spectrum(x).sum() + p * x.mean(0).square().sum()
    torch.testing.assert_close(total, x.square().sum())


@pytest.mark.parametrize("p", MODULI)
def test_the_inverse_undoes_the_transform_along_any_axis(p):
    x = torch.randn(2, p, 3, dtype=torch.float64, generator=torch.manual_seed(p))
    torch.testing.assert_close(fourier.inverse(fourier.transform(x, 1), 1), x)


@pytest.mark.parametrize("p", [7, 12])
def test_a_table_is_transformed_along_both_operands(p):
    table = torch.randn(p, p, 2, dtype=torch.float64, generator=torch.manual_seed(p))
    complex_ = torch.fft.fft2(table, dim=(0, 1), norm="ortho").abs().square()
    folded = torch.zeros(p // 2 + 1, p // 2 + 1, 2, dtype=torch.float64)
    for i in range(p):
        for j in range(p):
            folded[min(i, p - i), min(j, p - j)] += complex_[i, j]
    torch.testing.assert_close(fourier.amplitudes2(table), folded.sqrt())


@pytest.mark.parametrize("p", [7, 12, 113])
def test_keep_and_remove_share_everything_out(p):
    x = torch.randn(p, 4, dtype=torch.float64, generator=torch.manual_seed(p))
    chosen = [1, p // 2]
    kept, rest = fourier.keep(x, chosen), fourier.remove(x, chosen)
    torch.testing.assert_close(kept + rest, x + x.mean(0))
    torch.testing.assert_close(fourier.keep(kept, chosen), kept)
    assert fourier.share(kept, chosen) == pytest.approx(1)
    assert fourier.share(rest, chosen) == pytest.approx(0)
    torch.testing.assert_close(fourier.keep(x, fourier.frequencies(p)), x)


def test_they_work_along_any_axis_and_keep_the_type():
    x = torch.randn(3, 7, generator=torch.manual_seed(0))
    before = x.clone()
    assert fourier.remove(x, [2], dim=1).dtype == torch.float32
    torch.testing.assert_close(
        fourier.remove(x, [2], dim=1), fourier.remove(x.T, [2]).T
    )
    assert torch.equal(x, before)


@pytest.mark.parametrize("p", [59, 113, 114])
@pytest.mark.parametrize("count", range(1, 9))
def test_planted_frequencies_are_found(p, count):
    generator = torch.manual_seed(100 * p + count)
    candidates = torch.randperm((p - 1) // 2, generator=generator)[:count] + 1
    planted = sorted({*candidates.tolist()[1:], (p - 1) // 2})  # the last one always
    x = 0.2 * torch.randn(p, 128, generator=generator, dtype=torch.float64)
    for k in planted:
        for phase in (0, math.pi / 2):
            direction = torch.randn(128, generator=generator, dtype=torch.float64)
            x += wave(p, k, phase)[:, None] * direction
    assert fourier.key_frequencies(x) == tuple(planted)


@pytest.mark.parametrize("width", [8, 32, 128])
@pytest.mark.parametrize("p", [58, 59, 113])
def test_random_embeddings_have_no_key_frequency(p, width):
    generator = torch.manual_seed(p)
    found = [
        fourier.key_frequencies(torch.randn(p, width, generator=generator))
        for _ in range(100)
    ]
    # Once in a thousand by chance; twice in a hundred would be p < 0.005.
    assert sum(map(bool, found)) <= 1


def test_a_model_before_training_has_no_key_frequency():
    experiment = gc.CATALOGUE["live-p113"]
    for seed in range(5):
        model = experiment.model.build(experiment.task, seed)
        assert fourier.key_frequencies(model.W_E[:113]) == ()


def test_key_frequencies_do_not_depend_on_scale_or_offset():
    run = gc.load("nanda-p113")
    W_E = run.model.W_E[:113]
    keys = fourier.key_frequencies(W_E)
    assert 3 <= len(keys) <= 6
    assert fourier.key_frequencies(1e-6 * W_E + 3) == keys
    assert fourier.key_frequencies(W_E.to(torch.float64)) == keys


def test_a_renamed_circle_keeps_its_strength():
    """n → 2 n mod p sends frequency k to 2 k, and changes no power."""
    p = 113
    x = gc.load("nanda-p113").model.W_E[:p]
    renamed = x[2 * torch.arange(p) % p]
    power, other = fourier.spectrum(x), fourier.spectrum(renamed)
    for k in fourier.frequencies(p):
        double = 2 * k if 2 * k <= p // 2 else p - 2 * k
        assert other[double - 1] == pytest.approx(float(power[k - 1]), rel=1e-9)


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match="p=1"):
        fourier.basis(1)
    with pytest.raises(ValueError, match=r"\[0, 4\] do not exist; 7 numbers"):
        fourier.keep(torch.randn(7), [0, 2, 4])
    with pytest.raises(ValueError, match=r"\(2, 2\) name one twice"):
        fourier.remove(torch.randn(7), [2, 2])
    with pytest.raises(ValueError, match=r"shape \(7,\)"):
        fourier.key_frequencies(torch.randn(7))
