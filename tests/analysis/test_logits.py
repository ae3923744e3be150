"""Planted cosines are recovered; margins and losses are those of naive formulas."""

import math

import pytest
import torch

from grokcore.analysis.logits import (
    certainty,
    evaluate,
    fit_cosines,
    interference,
    margin,
    relative_margin,
    right_logits,
    strength,
)

TABLES = {
    "add": lambda a, b, p: (a + b) % p,
    "subtract": lambda a, b, p: (a - b) % p,
    "multiply": lambda a, b, p: (a * b) % p,
}


def answers_of(name, p):
    n = torch.arange(p)
    return TABLES[name](n[:, None], n, p)


def planted(answers, terms):
    """Σ α_k cos w_k(answer − c), cell by cell."""
    p = len(answers)
    distance = answers[:, :, None] - torch.arange(p)
    return sum(
        alpha * torch.cos(2 * math.pi * k * distance.double() / p)
        for k, alpha in terms.items()
    )


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("p", "terms"),
    [
        (11, {5: 2.0, 1: -0.5}),
        (12, {6: 1.5, 4: 2.0, 5: 0.3}),
        (15, {3: 1.0, 7: 0.2}),
        (2, {1: 3.0}),
    ],
)
def test_planted_cosines_are_recovered_whatever_is_added_to_rows(name, p, terms):
    answers = answers_of(name, p)
    expected = planted(answers, terms)
    offsets = 10 * torch.randn(p, p, 1, dtype=torch.float64)
    fit = fit_cosines(expected + offsets, terms, None if name == "add" else answers)
    assert fit.frequencies == tuple(terms)
    coefficients = torch.tensor(list(terms.values()), dtype=torch.float64)
    torch.testing.assert_close(fit.coefficients, coefficients)
    assert fit.explained == pytest.approx(1)
    torch.testing.assert_close(fit.logits, expected)


@pytest.mark.parametrize("p", [7, 8])
def test_the_fit_is_least_squares(p):
    logits = torch.randn(p, p, p, dtype=torch.float64) + 5
    answers, frequencies = answers_of("add", p), range(1, p // 2 + 1)
    columns = torch.stack(
        [planted(answers, {k: 1.0}).flatten() for k in frequencies], 1
    )
    target = (logits - logits.mean(2, keepdim=True)).flatten()
    expected = torch.linalg.lstsq(columns, target[:, None]).solution[:, 0]
    fit = fit_cosines(logits, frequencies)
    torch.testing.assert_close(fit.coefficients, expected)
    residual = (target - columns @ expected).square().sum()
    share = 1 - residual / target.square().sum()
    assert fit.explained == pytest.approx(share.item())
    torch.testing.assert_close(fit.logits.flatten(), columns @ expected)


def test_without_terms_or_variance_nothing_is_explained():
    fit = fit_cosines(torch.randn(5, 5, 5), [])
    assert (fit.frequencies, len(fit.coefficients), fit.explained) == ((), 0, 0)
    assert not fit.logits.any()
    assert fit_cosines(torch.randn(5, 5, 1).expand(5, 5, 5), [1]).explained < 1e-9
    assert fit_cosines(torch.ones(5, 5, 5), [1]).explained == 0


@pytest.mark.parametrize("p", [11, 12])
def test_interference_adds_one_frequency_at_a_time(p):
    coefficients, frequencies = torch.tensor([2.0, -1.0, 0.5]), [p // 2, 2, 3]
    curves = interference(coefficients, frequencies, p)
    d = torch.arange(p, dtype=torch.float64)
    total = torch.zeros(p, dtype=torch.float64)
    for curve, alpha, k in zip(curves, coefficients, frequencies, strict=True):
        total = total + alpha * torch.cos(2 * math.pi * k * d / p)
        torch.testing.assert_close(curve, total)


def test_the_last_curve_is_the_fit_against_the_distance():
    logits = torch.randn(7, 7, 7)
    fit = fit_cosines(logits, [3, 1])
    curve = interference(fit.coefficients, fit.frequencies, 7)[-1]
    a, b, c = 2, 6, 4
    assert fit.logits[a, b, c].item() == pytest.approx(curve[(a + b - c) % 7].item())


@pytest.mark.parametrize("name", TABLES)
def test_margin_and_right_logits_are_those_of_a_loop(name):
    p, logits = 5, torch.randn(5, 5, 6)
    answers = answers_of(name, p)
    given = None if name == "add" else answers
    margins, right = margin(logits, given), right_logits(logits, given)
    for a in range(p):
        for b in range(p):
            row, answer = logits[a, b].tolist(), int(answers[a, b])
            others = row[:answer] + row[answer + 1 :]
            assert right[a, b].item() == row[answer]
            assert margins[a, b].item() == pytest.approx(row[answer] - max(others))


@pytest.mark.parametrize("name", TABLES)
def test_scores_are_those_of_the_formula(name):
    logits, answers = torch.randn(7, 7, 7), answers_of(name, 7)
    given = None if name == "add" else answers
    rows = torch.rand(7, 7) < 0.5
    every = torch.ones(7, 7, dtype=torch.bool)
    chances = logits.double().softmax(-1).gather(2, answers[:, :, None])[:, :, 0]
    for chosen, score in (
        (every, evaluate(logits, given)),
        (rows, evaluate(logits, given, rows)),
    ):
        assert score.loss == pytest.approx(-chances[chosen].log().mean().item())
        right = (margin(logits, answers) > 0)[chosen]
        assert score.accuracy == pytest.approx(right.double().mean().item())


def test_small_losses_are_not_rounded_to_zero():
    logits = torch.zeros(3, 3, 3).scatter(2, answers_of("add", 3)[:, :, None], 30.0)
    assert evaluate(logits).loss == pytest.approx(2 * math.exp(-30), rel=1e-3)


@pytest.mark.parametrize(
    ("shape", "answers", "message"),
    [
        ((5, 4, 5), None, r"expected \[p, p, …\]"),
        ((5, 5), None, r"shape \(5, 5\); expected \[p, p"),
        ((5, 5, 5), torch.zeros(5, 4), r"shape \(5, 4\); expected \[5, 5\]"),
        ((5, 5, 5), torch.full((5, 5), 5), r"answers are 5 … 5; allowed: 0 … 4"),
        ((5, 5, 5), torch.full((5, 5), -1), r"answers are -1 … -1"),
    ],
)
@pytest.mark.parametrize(
    "call", [evaluate, margin, lambda x, answers: fit_cosines(x, [1], answers)]
)
def test_other_shapes_and_answers_are_refused(call, shape, answers, message):
    with pytest.raises(ValueError, match=message):
        call(torch.zeros(shape), answers)


def test_more_classes_than_numbers_cannot_be_cosines():
    with pytest.raises(ValueError, match=r"shape \(5, 5, 6\); expected \[p, p, p\]"):
        fit_cosines(torch.zeros(5, 5, 6), [1])


@pytest.mark.parametrize(
    "rows",
    [
        torch.zeros(5, 5, dtype=torch.bool),
        torch.ones(5, 5),
        torch.ones(5, dtype=torch.bool),
    ],
)
def test_rows_that_select_nothing_are_refused(rows):
    with pytest.raises(ValueError, match="at least one True"):
        evaluate(torch.zeros(5, 5, 5), rows=rows)


def test_a_coefficient_for_each_frequency():
    with pytest.raises(ValueError, match=r"shape \(2,\); expected \[3\]"):
        interference(torch.ones(2), [1, 2, 3], 11)


@pytest.mark.parametrize("k", [1, 4])
def test_strength_is_read_off_by_the_angle_between_a_and_b(k):
    p = 11
    n = torch.arange(p)
    angle = 2 * math.pi * k * (n[:, None] - n).double() / p
    curve = planted(answers_of("add", p), {k: 2.0}) * (1 + angle.cos())[:, :, None]
    found = strength(curve + planted(answers_of("add", p), {3: 5.0}), k)
    expected = 2 * (1 + torch.cos(2 * math.pi * n.double() / p))
    torch.testing.assert_close(found, expected)


def test_strength_refuses_what_has_no_ring():
    with pytest.raises(ValueError, match=r"expected \[p, p, p\]"):
        strength(torch.zeros(5, 5, 6), 1)
    with pytest.raises(ValueError, match="frequency k=2 puts several"):
        strength(torch.zeros(6, 6, 6), 2)


def test_certainty_is_the_logarithm_of_odds():
    z = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 1, 2, 3, 4, 0])
    right = z.double().softmax(1)[torch.arange(6), targets]
    torch.testing.assert_close(certainty(z, targets), (right / (1 - right)).log())
    losses = torch.nn.functional.cross_entropy(z.double(), targets, reduction="none")
    found = torch.nn.functional.softplus(-certainty(z, targets))
    torch.testing.assert_close(found, losses)
    assert certainty(1e4 * z, targets).isfinite().all()


def test_a_relative_margin_has_no_scale_and_no_offset():
    z = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 1, 2, 3, 4, 0])
    found = relative_margin(z, targets)
    torch.testing.assert_close(relative_margin(8 * z, targets), found)
    offset = torch.arange(6.0)[:, None]
    torch.testing.assert_close(relative_margin(z + offset, targets), found)
    assert ((found > 0) == (z.argmax(1) == targets)).all() and found.max() < 1
    one_hot = torch.nn.functional.one_hot(targets, 5).float()
    ones = torch.ones(6, dtype=torch.float64)
    torch.testing.assert_close(relative_margin(one_hot, targets), ones)
    assert not relative_margin(torch.zeros(1, 5), torch.tensor([2])).any()
