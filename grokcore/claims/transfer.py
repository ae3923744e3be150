"""Rows of the ledger: more operands, and what transfers (chapter 12)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grokcore.claims.histories import (
    best_accuracy,
    each,
    left_of_best,
    speed_up,
    times_as_long,
)
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES
from grokcore.studies.base import Arm

__all__ = ["TRANSFER"]

_SMALL = STUDIES["transplants"].arms | STUDIES["transplant-controls"].arms
_MORE = STUDIES["operands"].arms

_ONE_LAYER = "one layer, modulo 31"
_LOW_RATE = f"{_ONE_LAYER}, a third of the rate"

# F. Chen et al.'s tables, for their network and for the chapter's.
_REPORT = STUDIES["three-operands"].arms
_TABLES = STUDIES["report-tables"].arms
_TWO_LAYERS = "two layers, modulo 97"
_THEIR_RECIPE = "one layer, modulo 97, the report's recipe"
_OUR_RECIPE = "one layer, modulo 97, the chapter's recipe"
_OUR_LOW_RATE = f"{_OUR_RECIPE}, a third of its rate"
_AFTER_TWO = {
    _TWO_LAYERS: _REPORT["after two numbers"],
    _THEIR_RECIPE: _REPORT["one layer, after two numbers"],
    _OUR_LOW_RATE: _TABLES["3, after two"],
}


def _more_after_two(k: int) -> dict[str, Arm]:
    """Sums of k numbers from the report's tables, by either recipe."""
    return {
        _THEIR_RECIPE: _REPORT[f"one layer, {k} numbers, after two"],
        _OUR_LOW_RATE: _TABLES[f"{k}, after two"],
    }


def _sooner(arm: str, other: str = "from scratch") -> Setting:
    """How many times as many steps another start takes as this one."""
    return Setting((_SMALL[other], _SMALL[arm]), each(speed_up))


def _at_both_rates(arm: str) -> dict[str, Setting]:
    """How many times as many steps it takes from scratch, at either rate."""
    return {
        _ONE_LAYER: _sooner(arm),
        _LOW_RATE: _sooner(f"{arm}, rate 0.003", "from scratch, rate 0.003"),
    }


def _after_two(k: int, measure: Callable[[Run], Value]) -> dict[str, Setting]:
    """Of networks that have learned to add two, all but positions kept."""
    arm = f"{k}, all but positions, rate 0.003"
    longer = {f"{arm}, longer": f"{_LOW_RATE}, 600 epochs"}
    return {
        words: Setting((_MORE[name],), each(measure))
        for name, words in ({arm: _LOW_RATE} | longer).items()
        if name in _MORE
    }


def _settings(
    measure: Callable[[Run], Value], arms: dict[str, Arm]
) -> dict[str, Setting]:
    """The same measure of each run of some arms."""
    return {words: Setting((arm,), each(measure)) for words, arm in arms.items()}


_share = partial(Claim, source="S4", chapter="12", form=".1%")
_times = partial(Claim, source="S4", chapter="12", form=",.1f", unit="×")
_REPORT_NETWORK = {
    "chapter": "12b",
    "section": "Three numbers, in the network of the report",
}
_REPORT_TABLES = {
    "chapter": "12b",
    "section": "Four numbers, five and six",
}
_BEST = "highest validation accuracy within the budget"
_OVER_SCRATCH = "steps to validation 95% from scratch, over those with that start"

TRANSFER = (
    _times(
        id="S4.6a",
        section="A lower learning rate",
        statement="Having learned to add two numbers helps to add three.",
        settings=_at_both_rates("all but positions"),
        statistic=_OVER_SCRATCH,
        verdict=Within(low=1.5, partly=Within(low=1.1)),
    ),
    _times(
        id="S4.6b",
        section="Which part?",
        statement="What helps is the embedding, by itself.",
        settings=_at_both_rates("the embedding"),
        statistic=_OVER_SCRATCH,
        verdict=Within(low=1.5, partly=Within(low=1.1)),
    ),
    _times(
        id="S4.6c",
        section="Controls",
        statement="It helps because it was learned from sums, and not from answers "
        "without a rule.",
        settings={
            words: _sooner(
                f"the embedding{rate}", f"the embedding, from shuffled sums{rate}"
            )
            for words, rate in {_ONE_LAYER: "", _LOW_RATE: ", rate 0.003"}.items()
        },
        statistic="steps to validation 95% with an embedding from shuffled sums, over "
        "those with one from sums",
        verdict=Within(low=1.5, partly=Within(low=1.1)),
    ),
    _share(
        id="S4.7a",
        section="Four numbers, and six",
        statement="After two numbers, four come to about one half, no further.",
        settings=_after_two(4, best_accuracy),
        statistic=_BEST,
        verdict=Within(low=0.4, high=0.6),
        published=0.5,
    ),
    _share(
        id="S4.7b",
        section="Four numbers, and six",
        statement="After two, six numbers are not learned.",
        settings=_after_two(6, best_accuracy),
        statistic=_BEST,
        verdict=Within(high=0.1, partly=Within(high=0.5)),
    ),
    _share(
        id="S4.6d",
        statement="From random weights, 2,000 epochs do not teach three numbers.",
        **_REPORT_NETWORK,
        settings=_settings(
            best_accuracy,
            {
                _TWO_LAYERS: _REPORT["from scratch"],
                _THEIR_RECIPE: _REPORT["one layer, from scratch"],
                _OUR_RECIPE: _TABLES["3, from scratch"],
                _OUR_LOW_RATE: _TABLES["3, from scratch, rate 0.003"],
            },
        ),
        statistic=_BEST,
        verdict=Within(high=0.5, partly=Within(high=0.95)),
    ),
    _share(
        id="S4.6e",
        statement="After two numbers, 2,000 epochs teach three.",
        **_REPORT_NETWORK,
        settings=_settings(best_accuracy, _AFTER_TWO),
        statistic=_BEST,
        verdict=Within(low=0.95, partly=Within(low=0.5)),
    ),
    _times(
        id="S4.6f",
        statement="After two numbers, validation accuracy rises sooner than that in "
        "training.",
        **_REPORT_NETWORK,
        settings=_settings(times_as_long, _AFTER_TWO),
        statistic="steps to validation 95%, over those to training 95%, every ten "
        "epochs, in the report's recipe on one batch of the shown rows",
        verdict=Within(high=1.0, partly=Within(high=1.1)),
    ),
    _share(
        id="S4.7c",
        statement="After two numbers, four come to about one half, no further, from "
        "the report's tables.",
        **_REPORT_TABLES,
        settings=_settings(best_accuracy, _more_after_two(4)),
        statistic=_BEST,
        verdict=Within(low=0.4, high=0.6),
        published=0.5,
    ),
    _share(
        id="S4.7d",
        statement="After two, six numbers are not learned from these tables.",
        **_REPORT_TABLES,
        settings=_settings(best_accuracy, _more_after_two(6)),
        statistic=_BEST,
        verdict=Within(high=0.1, partly=Within(high=0.5)),
    ),
    _share(
        id="S4.7e",
        statement="With four, validation accuracy falls back from its best.",
        **_REPORT_TABLES,
        settings=_settings(left_of_best, _more_after_two(4)),
        statistic="validation accuracy at the end, over its highest; open for those "
        "that were stopped 30 epochs after they knew 99%",
        verdict=Within(high=0.8, partly=Within(high=0.95)),
    ),
)
