"""Rows of the ledger: what makes networks grok sooner (chapter 11)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from grokcore.claims import histories
from grokcore.claims.histories import at_their_best, each, speed_up
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import LEARNING_RATES, STUDIES
from grokcore.studies.base import Arm

__all__ = ["SPEED"]

# A delay is known to the next evaluation, about a twentieth of it: a lead that counts
# is at least a tenth.
_SOONER = Within(low=1.1)
_FACTORIAL = STUDIES["grokfast-factorial"].arms
_ADDITION = STUDIES["grokfast-addition"].arms
_ON_LIVE = STUDIES["grokfast-live"].arms
_RACE = STUDIES["race"].arms
_ONE_PART = STUDIES["grokfast-parts"]
_SINGLE = STUDIES["race-single"].arms
_FIRST = "first epoch with validation accuracy 95%, of the first chapter's transformer"
_FIRST_IN_THE_RACE = f"{_FIRST} with its loss in double precision"

#: A filter's own recipe, by what a control is held against.
_OWN = {"EMA": _FACTORIAL["EMA, decay .005"], "MA": _FACTORIAL["MA, decay .01"]}

_lead = partial(
    Claim,
    chapter="11",
    verdict=_SOONER,
    form=",.1f",
    unit="×",
)


def _against_filter(ema: str, ma: str) -> dict[str, Setting]:
    """How many times as many steps a control takes as the filter in its own recipe."""
    return {
        name: Setting((_FACTORIAL[control], _OWN[name]), each(speed_up))
        for name, control in (("EMA", ema), ("MA", ma))
    }


def _alone(part: str, measure: Callable[[Run], Value]) -> dict[str, Setting]:
    return {
        name.removeprefix(f"{part}, "): Setting((arm,), each(measure))
        for name, arm in _ONE_PART.arms.items()
        if name.startswith(part)
    }


def _without_decay(
    racer: str,
    measure: Callable[[Run], Value] = histories.val_epoch,
    arms: Mapping[str, Arm] = _RACE,
    words: str = "",
) -> dict[str, Setting]:
    return {
        f"lr {lr:g}{words}": Setting((arms[f"{racer}, lr {lr:g}"],), each(measure))
        for lr in LEARNING_RATES
    }


def _stays(run: Run) -> Value:
    """The first epoch with validation accuracy 95%; NaN if it never memorized."""
    memorized = run.delay().train_step is not None
    return histories.val_epoch(run) if memorized else Value(math.nan)


def _rates(racer: str) -> tuple:
    return tuple(_RACE[f"{racer}, lr {lr:g}"] for lr in LEARNING_RATES)


def _best_of(racer: str, rival: str, measure: Callable[[Run, Run], Value]) -> Setting:
    return Setting((*_rates(racer), *_rates(rival)), at_their_best(measure))


SPEED = (
    _lead(
        id="S4.5",
        source="S4",
        statement="On top of AdamW, Grokfast's filter speeds addition up.",
        section="On sums, on top of AdamW",
        settings={
            # The source's algorithm has a window: the MA. The EMA is our addition.
            setting: Setting(
                (_ADDITION["AdamW"], _ADDITION[f"AdamW with {name}"]), each(speed_up)
            )
            for setting, name in (("MA", "MA"), ("EMA (ours)", "EMA"))
        },
        statistic="steps to validation accuracy 95%, without over with the filter",
    ),
    *(
        _lead(
            id=id,
            source="L.1",
            statement=f"Grokfast's {name} generalizes {published:.0f} times sooner.",
            section="How many times sooner?",
            settings={
                "its own setting": Setting(
                    (_FACTORIAL["no filter"], _OWN[name]), each(speed_up)
                )
            },
            statistic="steps to validation accuracy 95%, without filter and weight "
            "decay over with both",
            verdict=Within(low=published / 2, partly=Within(low=2)),
            published=published,
        )
        for id, name, published in (("L.1a", "MA", 50.5), ("L.1b", "EMA", 43.8))
    ),
    _lead(
        id="L.1c",
        source="L.1",
        statement="MA without weight decay is still 13.6 times as fast.",
        section="What did it? The factorial",
        settings={
            "MA": Setting((_FACTORIAL["no filter"], _FACTORIAL["MA"]), each(speed_up))
        },
        statistic="steps to validation accuracy 95%, without over with the filter",
        verdict=Within(low=13.6 / 2, partly=Within(low=2)),
        published=13.6,
    ),
    _lead(
        id="L.1d",
        source="L.1",
        statement="It takes the filter: its weight decay alone is slower.",
        section="What did it? The factorial",
        settings=_against_filter("no filter, decay .005", "no filter, decay .01"),
        statistic="steps to validation accuracy 95%, without over with the filter",
    ),
    _lead(
        id="L.1e",
        source="L.1",
        statement="It takes the average: larger gradients alone are slower.",
        section="What did it? The factorial",
        settings=_against_filter("gain 1 + 2, decay .005", "gain 1 + 5, decay .01"),
        statistic="steps to validation accuracy 95%, with the filter's gain alone "
        "over with the filter",
    ),
    _lead(
        id="L.1f",
        source="L.1",
        statement="A higher learning rate instead of the filter is slower.",
        section="What did it? The factorial",
        settings=_against_filter("learning rate × 3", "learning rate × 6"),
        statistic="steps to validation accuracy 95%, at a learning rate as many times "
        "higher as the gain over with the filter",
    ),
    _lead(
        id="L.1g",
        source="L.1",
        statement="It takes the weight decay: the filter alone is slower.",
        section="What did it? The factorial",
        settings=_against_filter("EMA", "MA"),
        statistic="steps to validation accuracy 95%, without over with weight decay",
    ),
    _lead(
        id="L.1h",
        source="L.1",
        statement="Grokfast is sooner than AdamW with weight decay 1.",
        section="What did it? The factorial",
        settings=_against_filter("AdamW, decay 1", "AdamW, decay 1"),
        statistic="steps to validation accuracy 95%, with AdamW over with the filter",
    ),
    _lead(
        id="L.1i",
        source="L.1",
        statement="It speeds up the first recipe of this course as well.",
        chapter="11b",
        section="On the first recipe of this course",
        settings={
            f"{name}, decay {decay}": Setting(
                (
                    _ON_LIVE[f"no filter, decay {decay}"],
                    _ON_LIVE[f"{name}, decay {decay}"],
                ),
                each(speed_up),
            )
            for decay in ("0.1", "1")
            for name in ("MA", "EMA")
        },
        statistic="steps to validation accuracy 95%, without over with the filter",
    ),
    *(
        Claim(
            id=id,
            source="L.1",
            statement=statement,
            chapter="11b",
            section="One part alone",
            settings=_alone(part, measure),
            statistic=f"first epoch with {rows} accuracy 95%",
            verdict=Within(
                high=_ONE_PART.budget / _ONE_PART.experiments[0].steps_per_epoch
            ),
            unit="epochs",
        )
        for id, statement, part, rows, measure in (
            (
                "L.1j",
                "Slow gradients alone, as long as the whole, make it generalize.",
                "slow",
                "validation",
                histories.val_epoch,
            ),
            (
                "L.1k",
                "Fast gradients alone, as long as the whole, make it memorize.",
                "fast",
                "training",
                partial(histories.train_epoch, threshold=0.95),
            ),
        )
    ),
    *(
        Claim(
            id=id,
            source="L.2",
            statement=f"{racer} groks without weight decay.",
            chapter="11",
            section="Who won, and why",
            settings=settings,
            statistic=statistic,
            verdict=Within(high=STUDIES["race"].budget),
            unit="epochs",
        )
        for id, racer, settings, statistic in (
            ("L.2a", "OrthoGrad", _without_decay("OrthoGrad"), _FIRST_IN_THE_RACE),
            (
                "L.2b",
                "StableMax",
                _without_decay("StableMax", words=", in float64")
                | _without_decay("StableMax", arms=_SINGLE, words=", in float32"),
                _FIRST,
            ),
        )
    ),
    Claim(
        id="L.2c",
        source="L.2",
        statement="Without weight decay, AdamW stays with what it memorized.",
        chapter="11",
        section="Who won, and why",
        settings=_without_decay("AdamW, decay 0", _stays),
        statistic=f"{_FIRST_IN_THE_RACE}, where it memorizes",
        verdict=Within(low=STUDIES["race"].budget),
        unit="epochs",
    ),
    _lead(
        id="L.3",
        source="L.3",
        statement="Muon generalizes sooner than AdamW.",
        section="Who won, and why",
        settings={
            f"AdamW with decay {decay}": _best_of(
                f"AdamW, decay {decay}", "Muon, decay 1", speed_up
            )
            for decay in (1, 2, 3)
        },
        statistic="steps to validation accuracy 95%, of AdamW over Muon, each at the "
        "learning rate of four that suits it best",
        published=153 / 103,
    ),
    Claim(
        id="L.4",
        source="L.4",
        statement="Fixing the norm of the weights removes the delay.",
        chapter="11",
        section="Who won, and why",
        settings={
            "at lr 0.01": Setting(
                (_RACE["fixed norm, lr 0.01"], _RACE["AdamW, decay 1, lr 0.01"]),
                each(histories.delays),
            ),
            "each at its best lr": _best_of(
                "fixed norm", "AdamW, decay 1", histories.delays
            ),
        },
        statistic="delay with a fixed norm, as a share of AdamW's",
        verdict=Within(high=0.1, partly=Within(high=0.5)),
        form=".0%",
    ),
)
