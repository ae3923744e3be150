"""What the page promises of its experiments: for its own seed, and two others.

The kernel gives the same bits everywhere, so these are exact. What takes long is looked
at for the page's seed alone.
"""

from functools import cache

import numpy as np
import pytest

from lab import recording
from lab.training import PRESETS, Training

SEEDS = (0, 1, 2)


@cache
def steps_to_99(name: str, seed: int) -> tuple[float, float, float]:
    """Steps until 99% of those shown and of the others are right, infinity for never,
    and the others' accuracy at the end."""
    choice = PRESETS[name] | {"seed": seed}
    training, reached = Training(**choice), {}
    while training.step < choice["until"]:
        training.train(10)
        look = training.look()
        for part, share in (("shown", look.shown), ("others", look.others)):
            if share >= 0.99:
                reached.setdefault(part, training.step)
        if len(reached) == 2:
            break
    never = float("inf")
    return reached.get("shown", never), reached.get("others", never), look.others


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
class TestPresets:
    def test_memorize_then_generalize(self, seed):
        memorized, generalized, _ = steps_to_99("memorize", seed)
        assert memorized <= 30
        assert 10 * memorized < generalized < float("inf")

    def test_a_larger_table_takes_fewer_steps(self, seed):
        assert steps_to_99("half", seed)[1] < steps_to_99("memorize", seed)[1]

    def test_the_speedrun_has_a_short_gap(self, seed):
        memorized, generalized, _ = steps_to_99("speedrun", seed)
        assert 50 <= generalized - memorized <= 150


@pytest.mark.slow
def test_no_decay_does_not_generalize_until_it_is_turned_on():
    training = Training(**PRESETS["no-decay"])
    training.train(PRESETS["no-decay"]["until"])
    look = training.look()
    assert look.shown == 1
    assert look.others < 1 / 59
    training.choice["decay"] = 1
    training.train(PRESETS["no-decay"]["until"])
    assert training.look().others >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("name", ["little", "random"])
def test_what_cannot_be_known_is_not_known(name):
    memorized, generalized, others = steps_to_99(name, 0)
    assert memorized <= 30
    assert generalized == float("inf")
    # One in 59 by guessing, of 1,741 cells or more: four standard deviations.
    assert others < 1 / 59 + 4 * (1 / 59 / 1741) ** 0.5


@pytest.mark.slow
def test_a_composite_p_is_no_harder():
    """Its slowest is no slower than the slowest of 59, give or take a tenth."""
    prime, composite = (
        max(steps_to_99(name, seed)[1] for seed in SEEDS)
        for name in ("memorize", "composite")
    )
    assert composite <= 1.1 * prime


def test_a_rule_that_is_not_defined_everywhere_leaves_cells_out():
    training = Training(p=60, operation="asymmetric")
    b = np.arange(3600) % 60
    undefined = (b % 2 == 1) & (np.gcd(b, 60) > 1)
    np.testing.assert_array_equal(training.targets == -1, undefined)
    assert not undefined[training.shown].any()
    assert len(training.shown) == (~undefined).sum() // 2


def test_the_recorded_run_is_the_first_experiment(tmp_path):
    """Its first moments: all of them would take a while."""
    training = Training(**PRESETS["memorize"])
    with np.load(recording.RECORDED) as kept:
        assert kept["steps"].tolist() == list(recording.STEPS)
        for step, right in zip(recording.STEPS[:4], kept["right"], strict=False):
            training.train(step - training.step)
            training.look()
            np.testing.assert_array_equal(np.packbits(training.right()), right)


def test_the_recorded_run_is_a_flipbook_with_words():
    alts = [picture.alt for picture in recording.flipbook().pictures]
    assert len(alts) == len(recording.STEPS)
    assert "1,741 of 1,741 validation cells (100%)" in alts[-1]
