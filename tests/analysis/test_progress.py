"""Restricted and excluded logits share out the table; losses are of the rows named."""

import math

import pytest
import torch

import grokcore as gc
from grokcore import ModularTask
from grokcore.analysis.logits import evaluate
from grokcore.analysis.progress import (
    excluded,
    key_directions,
    measures,
    phases,
    restricted,
    unseen_loss,
)


def cosines(p, frequencies, answers):
    distance = (answers[:, :, None] - torch.arange(p)).double()
    return sum(torch.cos(2 * math.pi * k * distance / p) for k in frequencies)


def table(p, sign=1):
    n = torch.arange(p)
    return (n[:, None] + sign * n) % p


@pytest.mark.parametrize(
    ("p", "frequencies", "count"), [(11, [5, 2], 4), (12, [6, 4], 3), (2, [1], 1)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_key_directions_are_orthonormal_waves_of_the_answer(
    p, frequencies, count, sign
):
    answers = table(p, sign)
    directions = key_directions(p, frequencies, answers)
    flat = directions.flatten(1)
    torch.testing.assert_close(flat @ flat.T, torch.eye(count, dtype=torch.float64))
    torch.testing.assert_close(flat.sum(1), torch.zeros(count, dtype=torch.float64))
    for k in frequencies:
        for wave in (torch.cos, torch.sin):
            x = wave(2 * math.pi * k * answers.double() / p).flatten()
            torch.testing.assert_close((flat @ x) @ flat, x)


def test_directions_are_two_places_of_the_2d_transform():
    """cos and sin w(a + b) are all that torch.fft has at (k, k) and (−k, −k)."""
    p, k = 13, 6
    x = torch.randn(p, p, dtype=torch.float64)
    spectrum = torch.fft.fft2(x)
    only = torch.zeros_like(spectrum)
    for i in (0, k, p - k):
        only[i, i] = spectrum[i, i]
    expected = torch.fft.ifft2(only).real
    torch.testing.assert_close(restricted(x[:, :, None], [k])[:, :, 0], expected)


@pytest.mark.parametrize(("p", "frequencies"), [(9, [4, 3]), (10, [5, 1]), (7, [])])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_two_parts_add_up_with_the_mean_counted_twice(p, frequencies, sign):
    logits = torch.randn(p, p, p + 1, dtype=torch.float64)
    answers = table(p, sign)
    only = restricted(logits, frequencies, answers)
    without = excluded(logits, frequencies, answers)
    mean = logits.mean((0, 1)).expand_as(logits)
    torch.testing.assert_close(only + without - logits, mean)
    torch.testing.assert_close(restricted(only, frequencies, answers), only)
    torch.testing.assert_close(excluded(without, frequencies, answers), without)
    torch.testing.assert_close(restricted(without, frequencies, answers), mean)
    torch.testing.assert_close(excluded(only, frequencies, answers), mean)


@pytest.mark.parametrize("p", [11, 12])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_pure_circuit_is_all_restricted_and_nothing_excluded(p, sign):
    answers, frequencies = table(p, sign), [p // 2, 2, 3]
    logits = 20 * cosines(p, frequencies, answers)
    train = torch.rand(p, p, generator=torch.Generator().manual_seed(0)) < 0.3
    found = measures(logits, answers, train, frequencies)
    assert set(found) == {
        "train_loss",
        "val_loss",
        "restricted_train",
        "restricted_val",
        "restricted_all",
        "restricted_unseen",
        "excluded_train",
        "excluded_all",
    }
    assert found["excluded_train"] == pytest.approx(math.log(p))
    assert found["excluded_all"] == pytest.approx(math.log(p))
    assert found["restricted_train"] == pytest.approx(found["train_loss"])
    assert found["restricted_val"] == pytest.approx(found["val_loss"])
    assert found["val_loss"] < 0.01
    assert found["restricted_unseen"] == pytest.approx(found["val_loss"], rel=0.2)


def test_memorized_rows_are_lost_on_the_restricted_and_kept_by_the_excluded():
    p, answers = 11, table(11)
    train = torch.rand(p, p, generator=torch.Generator().manual_seed(0)) < 0.2
    logits = torch.zeros(p, p, p).scatter(2, answers[:, :, None], 30.0)
    logits[~train] = 0
    found = measures(logits, answers, train, [2, 5])
    assert found["train_loss"] < 1e-9
    assert found["val_loss"] == pytest.approx(math.log(p))
    assert found["excluded_train"] < found["restricted_train"]


@pytest.mark.parametrize("loud", [5.0, 20.0, 60.0])
def test_a_lookup_table_lowers_the_restricted_loss_but_not_that_of_unseen_pairs(loud):
    p, answers, frequencies = 29, table(29), [3, 8, 14]
    shown = torch.rand(p, p, generator=torch.Generator().manual_seed(0)) < 0.3
    known = shown | shown.T
    logits = torch.zeros(p, p, p).scatter(2, answers[:, :, None], loud)
    logits[~known] = 0
    found = measures(logits, answers, shown, frequencies)
    whole = evaluate(restricted(logits, frequencies), answers, ~known).loss
    assert whole < math.log(p) - 0.01 * loud
    assert found["restricted_unseen"] == pytest.approx(math.log(p))
    # A circuit beside the table is found, whatever the table says.
    circuit = logits + 4 * cosines(p, frequencies, answers)
    alone = evaluate(4 * cosines(p, frequencies, answers), answers, ~known).loss
    assert unseen_loss(circuit, frequencies, ~known) == pytest.approx(alone)


def test_too_few_unseen_pairs_cannot_be_judged():
    train = torch.ones(7, 7, dtype=torch.bool)
    train[0, 1] = train[1, 0] = False
    found = measures(torch.randn(7, 7, 7), table(7), train, [3])
    assert math.isnan(found["restricted_unseen"])
    with pytest.raises(ValueError, match=r"unseen has 2 pairs; expected 12 or more"):
        unseen_loss(torch.randn(7, 7, 7), [3], ~train)


def test_losses_are_of_the_rows_they_name():
    p, answers, frequencies = 7, table(7), [3]
    logits, train = torch.randn(p, p, p), table(7, -1) < 3
    found = measures(logits, answers, train, frequencies)
    only, without = restricted(logits, frequencies), excluded(logits, frequencies)
    for name, part, rows in (
        ("train_loss", logits, train),
        ("val_loss", logits, ~train),
        ("restricted_train", only, train),
        ("restricted_val", only, ~train),
        ("restricted_all", only, None),
        ("excluded_train", without, train),
        ("excluded_all", without, None),
    ):
        assert found[name] == pytest.approx(evaluate(part, answers, rows).loss)


def test_a_tasks_own_table_fits():
    data = ModularTask("subtract", p=11, train_fraction=0.3).data()
    train = torch.zeros(121, dtype=torch.bool)
    train[data.train] = True
    answers = data.targets.view(11, 11)
    logits = cosines(11, [2, 5], answers)
    found = measures(logits, answers, train.view(11, 11), (k for k in (2, 5)))
    assert found["excluded_all"] == pytest.approx(math.log(11))


def test_answers_that_are_not_equally_frequent_are_refused():
    n = torch.arange(7)
    with pytest.raises(ValueError, match=r"answers occur 6 to 13 times; expected .* 7"):
        key_directions(7, [1], n[:, None] * n % 7)


@pytest.mark.parametrize("frequencies", [[0], [4], [1, 1]])
def test_impossible_frequencies_are_refused(frequencies):
    with pytest.raises(ValueError, match=r"do not exist|name one twice"):
        restricted(torch.zeros(7, 7, 7), frequencies)


@pytest.mark.parametrize("train", [torch.zeros, torch.ones])
def test_a_split_with_an_empty_side_is_refused(train):
    with pytest.raises(ValueError, match="of 49 pairs"):
        measures(torch.zeros(7, 7, 7), table(7), train(7, 7, dtype=torch.bool), [1])


def planted_history(memorized, halved, cleaned, last=100):
    """Columns whose phases end where they are told to."""
    step = torch.arange(last + 1)
    ramp = ((step - memorized) / (halved - memorized)).clamp(0, 1)
    fall = ((step - memorized) / (cleaned - memorized)).clamp(0, 1)
    return {
        "step": 10 * step,
        "val_loss": 30 - 15 * ramp - 14 * (step > halved),
        "excluded_train": (step - memorized).abs().float(),
        "sum_of_squares": 1000 - 900 * fall,
    }


@pytest.mark.parametrize("planted", [(10, 40, 80), (30, 31, 90), (2, 50, 60)])
def test_planted_phases_are_found(planted):
    memorized, halved, cleaned = planted
    found = phases(planted_history(*planted))
    assert found.memorization == 10 * memorized
    assert found.circuit_formation == 10 * halved
    # Nine tenths of a straight fall.
    expected = memorized + 0.9 * (cleaned - memorized)
    assert abs(found.cleanup - 10 * max(expected, halved)) <= 10


def test_phases_follow_each_other():
    spans = phases(planted_history(10, 40, 80)).spans
    assert list(spans) == ["memorization", "circuit formation", "cleanup"]
    edges = [edge for span in spans.values() for edge in span]
    assert edges == sorted(edges) and edges[0] == 0 and edges[1] == edges[2]


def test_a_run_that_does_not_generalize_has_no_phases():
    history = planted_history(10, 40, 80)
    history["val_loss"] = torch.linspace(4.7, 20, 101)
    with pytest.raises(ValueError, match=r"peaks at 20 and ends at 20"):
        phases(history)


def test_the_papers_recipe_has_the_papers_phases():
    """Nanda et al. (2023), figure 7: about 1,400, 9,400 and 14,000 epochs, by eye."""
    found = phases(gc.progress_measures(gc.load("nanda-p113")))
    assert found.memorization == pytest.approx(1_400, rel=0.15)
    assert found.circuit_formation == pytest.approx(9_400, rel=0.15)
    assert found.cleanup == pytest.approx(14_000, rel=0.15)
