"""Rows of the ledger: how much data, and how large a batch (chapter 08)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from grokcore.analysis.steepness import steepness
from grokcore.claims import histories
from grokcore.claims.histories import each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within, median
from grokcore.runs import Run
from grokcore.studies import BATCHES, FRACTIONS, SHARES, STUDIES, band_arm

__all__ = ["BAND", "DATA"]

#: Training rows a batch, where delays are said to be short.
BAND = (100, 800)

_LIVE = STUDIES["fractions"].arms
_MLP = STUDIES["mlp-fractions"].arms
_CHEN = STUDIES["addition-fractions"].arms
_CELLS = STUDIES["band"].arms

# Near the critical fraction: all that were trained there, those that were not there in
# time included.
_NEAR = tuple(_MLP[f"{share:.0%}"] for share in SHARES if share <= 0.35)


def _pairs(
    arms: dict[str, tuple], measure: Callable[[Run, Run], Value], *pairs: str
) -> dict[str, Setting]:
    """A setting for each pair such as "30% against 50%"."""
    settings = {}
    for pair in pairs:
        less, more = pair.split(" against ")
        settings[pair] = Setting((arms[less], arms[more]), each(measure))
    return settings


def _of(network: str, settings: dict[str, Setting]) -> dict[str, Setting]:
    return {f"{network}, {name}": setting for name, setting in settings.items()}


def _factor(*runs: Run) -> Value:
    """How many times as long with a point less data, for the runs of one seed."""
    times = [run.delay().val_step or math.nan for run in runs]
    fractions = [run.experiment.task.train_fraction for run in runs]
    limit = max(run.experiment.last_step for run in runs)
    return Value(steepness(fractions, times, limit).factor)


def _in_band(run: Run) -> bool:
    task, batch_size = run.experiment.task, run.experiment.batch_size
    return BAND[0] <= task.train_rows / batch_size <= BAND[1]


def _inside_over_outside(measure: Callable[[Run], Value]) -> Callable[..., Value]:
    """Compare, at equal training rows, cells of the band with the others.

    The middle of those inside over the middle of those outside, and of these ratios the
    middle over the numbers of rows. A cell that has not even memorized has no delay of
    which to say that it is short or long, and is left out.
    """

    def compare(*runs: Run) -> Value:
        ratios = []
        for fraction in FRACTIONS:
            row = [r for r in runs if r.experiment.task.train_fraction == fraction]
            inside, outside = (
                _middle(measure(run) for run in row if _in_band(run) is within)
                for within in (True, False)
            )
            ratios.append(inside.over(outside))
        return _middle(ratios)

    return compare


def _middle(values: Iterable[Value]) -> Value:
    """The median of those of which something can be said."""
    return median([value for value in values if not math.isnan(value.number)])


def _band(measure: Callable[[Run], Value]) -> dict[str, Setting]:
    arms = tuple(_CELLS[band_arm(f, b)] for f in FRACTIONS for b in BATCHES)
    compare: Callable[..., Sequence[Value]] = each(_inside_over_outside(measure))
    return {"one layer, p = 59": Setting(arms, compare)}


_LONGER = Within(low=1.1)
_HALF = Within(high=0.5, partly=Within(high=0.8))

DATA = (
    Claim(
        id="P.1",
        source="P",
        statement="Where data is scarce, a percentage point less costs 40 to 50% more "
        "time.",
        chapter="08",
        section="How steep is the edge?",
        settings={"small MLP, 24% to 35%": Setting(_NEAR, each(_factor))},
        statistic="steps to validation 95% with a point less data, over those without",
        verdict=Within(low=1.4, high=1.5, partly=Within(low=1.2, high=1.8)),
        form=",.2f",
        unit="×",
    ),
    Claim(
        id="S3.1",
        source="S3",
        statement="The smaller the training fraction, the longer the delay.",
        chapter="08",
        section="Build it once: a delay, and a sweep",
        settings={
            **_of(
                "live recipe",
                _pairs(_LIVE, histories.delays, "30% against 50%", "20% against 30%"),
            ),
            **_of(
                "small MLP",
                _pairs(_MLP, histories.delays, "50% against 80%", "30% against 50%"),
            ),
            **_of(
                "Chen et al.'s network",
                _pairs(_CHEN, histories.delays, "50% against 70%", "30% against 50%"),
            ),
        },
        statistic="delay in epochs with the smaller fraction, over that with the "
        "larger one",
        verdict=_LONGER,
        form=",.1f",
        unit="×",
    ),
    *(
        Claim(
            id=id,
            source="S3",
            statement=statement,
            chapter="08",
            section="At equal steps" if id == "S3.2c" else "The comprehension band",
            settings=_band(measure),
            statistic=f"{what} inside the band, over outside, at equal rows",
            verdict=verdict,
            form=",.2f",
            unit="×",
        )
        for id, statement, what, measure, verdict in (
            (
                "S3.2a",
                "In epochs, the delay is short where there are 100 to 800 training "
                "rows a batch.",
                "delay in epochs",
                histories.delay,
                _HALF,
            ),
            (
                "S3.2b",
                "It is short there in steps as well.",
                "delay in steps",
                histories.delay_in_steps,
                _HALF,
            ),
            (
                "S3.2c",
                "Control: there a network generalizes in fewer steps.",
                "steps to validation 95%",
                histories.val_step,
                Within(high=0.9),
            ),
        )
    ),
    Claim(
        id="S4.1a",
        source="S4",
        statement="A larger training fraction groks sooner.",
        chapter="08",
        section="Does it hold for a transformer?",
        settings={
            network: Setting((arms["30%"], arms["50%"]), each(histories.later))
            for network, arms in (("its network", _CHEN), ("small MLP", _MLP))
        },
        statistic="epochs to validation 95% with 30% of the table, over those with 50%",
        verdict=Within(low=5, partly=Within(low=2)),
        form=",.1f",
        unit="×",
        published=10,
    ),
    Claim(
        id="S4.1b",
        source="S4",
        statement="With 70% of the table both accuracies rise together.",
        chapter="08",
        section="Does it hold for a transformer?",
        settings={
            network: Setting((arms["70%"],), each(histories.times_as_long))
            for network, arms in (("its network", _CHEN), ("small MLP", _MLP))
        },
        statistic="steps to validation 95%, over those to training 95%",
        verdict=Within(high=1.25, partly=Within(high=2)),
        form=",.2f",
        unit="×",
    ),
)
