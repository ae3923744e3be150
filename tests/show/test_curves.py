"""What curves, overlays and panels draw and say is what the history holds."""

import itertools
import math
import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show._history import Curve
from grokcore.show._sentences import arrival_sentence, course_sentence
from grokcore.show._words import number, percent
from grokcore.studies import STUDIES


def history(memorized=60, generalized=580, end=1500):
    """A run that memorizes at one epoch and generalizes (or never does) at another."""
    epoch = np.concatenate([np.arange(0, 200, 10), np.arange(200, end + 1, 20)])
    train = np.where(epoch < memorized, 0.01, 1.0)
    known = np.zeros(epoch.size, bool) if generalized is None else epoch >= generalized
    return pd.DataFrame(
        {
            "step": 3 * epoch,
            "epoch": epoch,
            "train_loss": np.where(epoch < memorized, 4.7, 1e-6),
            "train_accuracy": train,
            "val_loss": np.where(epoch < memorized, 4.7, np.where(known, 1e-3, 20.0)),
            "val_accuracy": np.where(known, 0.999, 0.03),
            "weight_norm": np.where(
                epoch < memorized, 33.0, np.where(known, 29.0, 52.0)
            ),
        }
    )


def test_alt_of_a_run_that_groks():
    assert show.curves(history()).alt == (
        "Training accuracy reaches 95% at epoch 60, validation accuracy at epoch 580, "
        "a delay of 520 epochs. The run ends at epoch 1,500 with training accuracy "
        "100% and validation accuracy 99.9%."
    )


def test_alt_of_a_run_that_does_not():
    assert show.curves(history(generalized=None)).alt == (
        "Training accuracy reaches 95% at epoch 60, validation accuracy does not "
        "reach 95% within 1,500 epochs. The run ends at epoch 1,500 with training "
        "accuracy 100% and validation accuracy 3%."
    )


shares = st.floats(0, 1)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(shares, shares), min_size=1, max_size=12),
    threshold=st.floats(0.1, 1),
)
def test_alt_says_what_the_data_says(rows, threshold):
    train, val = np.array(rows).T
    epoch = 10 * np.arange(len(rows))
    data = {"epoch": epoch, "train_accuracy": train, "val_accuracy": val}
    alt = show.curves(data, threshold=threshold).alt
    first = alt.partition(". ")[0]
    reached = [epoch[y >= threshold][0] for y in (train, val) if (y >= threshold).any()]
    told = [int(n.replace(",", "")) for n in re.findall(r"at epoch ([\d,]+)", first)]
    assert told == reached
    assert first.count("does not reach") == 2 - len(reached)


@given(st.lists(shares, min_size=2, max_size=12), st.floats(0.1, 1))
def test_alt_hides_no_fall(values, threshold):
    curve = Curve(10.0 * np.arange(len(values)), np.array(values))
    alt = arrival_sentence("a run", curve, "epoch", threshold)
    reached = [i for i, y in enumerate(values) if y >= threshold]
    since = values[reached[0] :] if reached else [1.0]
    assert ("falls back" in alt) == (min(since) < 0.9 * threshold)
    if "falls back" in alt:
        low = reached[0] + since.index(min(since))
        told = f"falls back to {percent(min(since))} at epoch {10 * low}"
        recovers = max(values[low:]) >= threshold
        assert f"{told}, recovers and" in alt if recovers else f"{told} and ends" in alt


@given(st.lists(st.floats(1e-6, 1e3), min_size=3, max_size=12))
def test_alt_hides_no_surge(values):
    curve = Curve(10.0 * np.arange(len(values)), np.array(values))
    alt = course_sentence("loss", curve, "epoch")
    rises = {
        high: max(values[high] / low for low in values[: high + 1])
        for high in range(len(values))
    }
    high = max(rises, key=rises.get)
    low = values.index(min(values[: high + 1]))
    if 0 < low < high < len(values) - 1 and rises[high] >= 10:
        for row in (low, high):
            assert f" {number(values[row])} at epoch {10 * row}" in alt
    told = [int(epoch) for epoch in re.findall(r"at epoch (\d+)", alt)]
    assert told == sorted(told)
    assert len(re.findall(" (?:peaks|is lowest|falls|rises) ", alt)) == len(told) - 2


def with_a_notch():
    """The live run's instability: for a moment it forgets its own examples."""
    data = history(end=1500)
    data.loc[data.epoch == 360, ["train_accuracy", "train_loss"]] = 0.15, 3.7
    return data


def test_alt_tells_the_live_runs_instability():
    assert (
        "a delay of 520 epochs. Training accuracy falls back to 15% at epoch 360 and "
        "recovers. The run ends at epoch 1,500 with"
    ) in show.curves(with_a_notch()).alt
    assert show.curves(with_a_notch(), "loss").alt.startswith(
        "Training loss starts at 4.7 at epoch 0, falls to 1.0e-6 at epoch 60, rises to "
        "3.7 at epoch 360 and ends at 1.0e-6 at epoch 1,500."
    )


@pytest.mark.parametrize("data", [history(), with_a_notch()], ids=["smooth", "notch"])
def test_no_line_runs_through_the_length_of_the_delay(data):
    ax = show.curves(data).ax
    ax.get_figure().draw_without_rendering()
    (length,) = [text for text in ax.texts if text.get_text().startswith("delay")]
    box = length.get_window_extent()
    for line in ax.lines[:2]:
        path = line.get_transform().transform_path(line.get_path())
        assert not path.intersects_bbox(box, filled=False)


def test_a_delay_late_in_a_run_is_told_before_it():
    epoch = np.arange(0, 900, 10)
    accuracies = {
        f"{split}_accuracy": np.clip((epoch / last) ** 3, 0.01, 1)
        for split, last in (("train", 500), ("val", 700))
    }
    ax = show.curves({"epoch": epoch} | accuracies).ax
    ax.get_figure().draw_without_rendering()
    (length,) = [text for text in ax.texts if text.get_text() == "delay 190 epochs"]
    box = length.get_window_extent()
    assert box.x1 < ax.transData.transform((500, 0))[0]
    for line in ax.lines[:2]:
        path = line.get_transform().transform_path(line.get_path())
        assert not path.intersects_bbox(box, filled=False)


def test_marks_stand_where_the_threshold_is_reached():
    ax = show.curves(history()).ax
    marks = {line.get_xdata()[0]: line.get_color() for line in ax.lines[2:]}
    assert marks == {60: show.TRAIN, 580: show.VALIDATION}
    assert "delay 520 epochs" in [text.get_text() for text in ax.texts]


def test_steps_instead_of_epochs():
    picture = show.curves(history(), x="step")
    assert "at step 180, validation accuracy at step 1,740" in picture.alt
    assert picture.ax.get_xlabel() == "step"


def test_validation_first_is_not_called_a_delay():
    alt = show.curves(history(memorized=500, generalized=100)).alt
    assert "at epoch 500, validation accuracy at epoch 100, 400 epochs earlier" in alt


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_train_is_solid_blue_and_validation_dashed_orange(metric):
    train, validation = show.curves(history(), metric).ax.lines[:2]
    assert (train.get_color(), train.get_linestyle()) == (show.TRAIN, "-")
    assert (validation.get_color(), validation.get_linestyle()) == (
        show.VALIDATION,
        "--",
    )


def test_epoch_zero_has_a_place_on_the_log_axis():
    ax = show.curves(history()).ax
    assert ax.get_xscale() == "symlog"
    assert ax.get_xlim() == (0, 1500)
    assert list(ax.get_xticks()) == [0, 10, 100, 1000]
    without = history().iloc[1:]
    assert show.curves(without).ax.get_xscale() == "log"


def test_loss_is_logarithmic_and_tells_its_course():
    picture = show.curves(history(), "loss", references={"ln 113": math.log(113)})
    assert picture.ax.get_yscale() == "log"
    assert "ln 113" in [text.get_text() for text in picture.ax.texts]
    assert picture.alt == (
        "Training loss starts at 4.7 at epoch 0 and ends at 1.0e-6 at epoch 1,500. "
        "Validation loss starts at 4.7 at epoch 0, peaks at 20 at epoch 60 and ends at "
        "0.001 at epoch 1,500. Thin vertical lines mark epoch 60 and epoch 580, where "
        "training and validation accuracy reach 95%. "
        "A dotted line marks ln 113 at 4.73."
    )


def test_weight_norm_tells_its_peak():
    alt = show.curves(history(), "weight_norm").alt
    assert alt.startswith(
        "Weight norm starts at 33 at epoch 0, peaks at 52 at epoch 60 and ends at 29"
    )


def test_rows_not_measured_are_left_out():
    data = history()
    data.loc[3, "val_accuracy"] = np.nan
    assert show.curves(data).alt == show.curves(history()).alt


def test_a_dict_of_arrays_is_a_history():
    data = {name: column.to_numpy() for name, column in history().items()}
    assert show.curves(data).alt == show.curves(history()).alt


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"metric": "acuracy"},
            "metric='acuracy' .* 'accuracy', 'loss', 'weight_norm'",
        ),
        ({"x": "time"}, "x='time' .* 'epoch', 'step'"),
        ({"threshold": 95}, "threshold=95 must be above 0 and at most 1"),
    ],
)
def test_options_that_are_not_allowed(options, message):
    with pytest.raises(ValueError, match=message):
        show.curves(history(), **options)


def test_histories_that_cannot_be_drawn():
    with pytest.raises(ValueError, match=r"no column 'val_accuracy'; it has: .*epoch"):
        show.curves(history().drop(columns="val_accuracy"))
    with pytest.raises(ValueError, match="no finite value"):
        show.curves(history().iloc[:0])
    with pytest.raises(ValueError, match=r"'epoch' has shape .3,. and 'val_accuracy'"):
        show.curves(
            {"epoch": [0, 1, 2], "train_accuracy": [0, 1, 1], "val_accuracy": [0]}
        )
    with pytest.raises(ValueError, match="'epoch' of the history must not decrease"):
        show.curves(history().iloc[::-1])


def test_draws_on_the_axes_given():
    figure = Figure()
    ax = figure.subplots()
    picture = show.curves(history(), ax=ax, title="A run")
    assert picture.ax is ax
    assert picture.figure is figure
    assert picture.alt.startswith("A run: Training accuracy")


def test_overlay_draws_one_line_a_run():
    runs = {
        "live": history(),
        "recorded": history(200, 900),
        "stuck": history(60, None),
    }
    picture = show.overlay(runs)
    assert picture.alt == (
        "Validation accuracy of 3 runs. Live reaches 95% at epoch 580 and ends at "
        "99.9%. Recorded reaches 95% at epoch 900 and ends at 99.9%. Stuck does not "
        "reach 95% within 1,500 epochs and ends at 3%."
    )
    lines = picture.ax.lines
    assert [line.get_color() for line in lines] == show.shades(show.VALIDATION, 3)
    assert len({str(line._dash_pattern) for line in lines}) == 3
    legend = picture.ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == list(runs)


def test_overlay_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match=r"column='accuracy' .* 'val_accuracy'"):
        show.overlay({"live": history()}, "accuracy")
    with pytest.raises(ValueError, match="empty"):
        show.overlay({})


def test_small_multiples_share_one_time_axis():
    picture = show.small_multiples(
        {"20%": history(60, None), "30%": history(), "50%": history(40, 150, 800)}
    )
    rows = picture.figure.axes
    assert [ax.get_title(loc="left") for ax in rows] == ["20%", "30%", "50%"]
    assert {ax.get_xlim() for ax in rows} == {(0, 1500)}
    assert "30%: Training accuracy reaches 95% at epoch 60" in picture.alt
    with pytest.raises(ValueError, match="empty"):
        show.small_multiples({})


def test_panels_join_drawings_and_their_alt_texts():
    draws = {m: partial(show.curves, history(), m) for m in ("accuracy", "loss")}
    picture = show.panels(draws)
    assert len(picture.figure.axes) == 2
    assert picture.alt.startswith("accuracy: Training accuracy reaches 95%")
    assert "loss: Training loss starts at 4.7" in picture.alt
    with pytest.raises(ValueError, match="empty"):
        show.panels({})
    with pytest.raises(ValueError, match="columns=0"):
        show.panels(draws, columns=0)


def test_names_stand_beside_lines_and_never_leave_the_axes():
    for generalized in (70, 150, 580, None):
        for metric in ("accuracy", "loss"):
            ax = show.curves(history(generalized=generalized), metric).ax
            ax.get_figure().draw_without_rendering()
            box = ax.get_window_extent()
            for text in ax.texts:
                if text.get_text() in ("training", "validation"):
                    place = text.get_window_extent()
                    assert box.x0 <= place.x0 and place.x1 <= box.x1
                    assert box.y0 <= place.y0 and place.y1 <= box.y1


def test_names_do_not_stand_where_the_delay_is_written():
    arm = STUDIES["three-operands"].runs()["one layer, 4 numbers, after two"]
    runs = {f"seed {run.experiment.seed}": run.history for run in arm}
    figure = show.small_multiples(runs).ax.get_figure()
    figure.draw_without_rendering()
    texts = figure.axes[0].texts
    boxes = [text.get_window_extent().padded(-2) for text in texts if text.get_text()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
