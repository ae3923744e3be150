"""The delay is read off evaluations; what was not reached is None."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokcore.analysis import grokking_delay
from grokcore.analysis.delay import deepest_fall


def history(train, val, steps_per_epoch=1):
    epoch = np.arange(len(train)) * 10
    return {
        "step": epoch * steps_per_epoch,
        "epoch": epoch,
        "train_accuracy": train,
        "val_accuracy": val,
    }


def test_the_delay_lies_between_the_two_first_crossings():
    delay = grokking_delay(
        history([0, 0.96, 0.9, 1, 1], [0, 0, 0.2, 0.95, 0.5], steps_per_epoch=3)
    )
    assert (delay.train_epoch, delay.val_epoch, delay.epochs) == (10, 30, 20)
    assert (delay.train_step, delay.val_step, delay.steps) == (30, 90, 60)
    assert (delay.last_epoch, delay.last_step) == (40, 120)
    assert delay.resolution == 10
    assert str(delay) == "95% train at epoch 10, validation at epoch 30"


def test_what_is_not_reached_is_none_and_drawn_as_later_than_the_end():
    delay = grokking_delay(history([0, 1, 1], [0, 0.1, 0.2]))
    assert delay.train_epoch == 10
    assert (delay.val_epoch, delay.val_step, delay.resolution) == (None, None, None)
    assert (delay.epochs, delay.steps) == (None, None)
    assert str(delay) == "95% train at epoch 10, validation at epoch > 20"


def test_validation_may_come_first():
    assert grokking_delay(history([0, 0, 1], [0, 1, 1])).epochs == -10


def test_a_crossing_at_the_first_evaluation_has_no_resolution():
    delay = grokking_delay(history([1, 1], [1, 1]))
    assert (delay.epochs, delay.resolution) == (0, None)


def test_a_nan_counts_as_not_reached():
    assert grokking_delay(history([0, np.nan], [np.nan, np.nan])).train_epoch is None


def test_a_frame_and_a_mapping_give_the_same():
    columns = history([0, 1, 1], [0, 0, 1])
    assert grokking_delay(pd.DataFrame(columns)) == grokking_delay(columns)


accuracies = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(st.data(), accuracies, st.floats(0.01, 1))
def test_it_is_that_of_a_naive_search(data, train, threshold):
    val = data.draw(st.lists(st.floats(0, 1), min_size=len(train), max_size=len(train)))
    delay = grokking_delay(history(train, val), threshold)
    for column, found in ((train, delay.train_epoch), (val, delay.val_epoch)):
        crossings = [10 * i for i, x in enumerate(column) if x >= threshold]
        assert found == (crossings[0] if crossings else None)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1, 95, float("nan")])
def test_an_impossible_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match=r"is not in \(0, 1\]"):
        grokking_delay(history([1], [1]), threshold)


@given(st.lists(st.floats(0, 1), min_size=1))
def test_the_deepest_fall_is_the_largest_difference_back_in_time(curve):
    pairs = [a - b for i, a in enumerate(curve) for b in curve[i:]]
    assert deepest_fall(curve) == max(pairs)


@pytest.mark.parametrize("curve", [[], [[0.1, 0.2]]])
def test_without_a_curve_nothing_falls(curve):
    with pytest.raises(ValueError, match="expected"):
        deepest_fall(curve)
