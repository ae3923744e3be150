"""Rows of the ledger: landscape, norms and numerics (chapter 10)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grokcore.claims import histories, networks
from grokcore.claims.histories import each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import LENGTHS, STUDIES

__all__ = ["NUMERICS"]

_AROUND = STUDIES["landscapes"].arms
_WATCHED = STUDIES["attention-norms"].arms
_PRECISE = STUDIES["precision"].arms
_HELD = STUDIES["held"].arms


def _against(measure: Callable[..., Value]) -> dict[str, Setting]:
    """The grokked networks over those of the same training loss that have not."""
    return {
        f"against {name}": Setting((_AROUND["grokked"], _AROUND[name]), each(measure))
        for name in ("no decay", "no rule")
    }


def _watched(measure: Callable[[Run], Value]) -> dict[str, Setting]:
    return {name: Setting((arm,), each(measure)) for name, arm in _WATCHED.items()}


_row = partial(Claim, chapter="10")
_rougher = partial(
    _row,
    source="S3",
    section="How rough is it?",
    form=".2f",
    unit="×",
    verdict=Within(low=1.5, partly=Within(low=1.1)),
    published=8,
)

NUMERICS = (
    _rougher(
        id="S3.6a",
        statement="Around a network that has grokked the loss is rougher.",
        settings=_against(networks.rougher),
        statistic="mean size of the second difference of the training loss along ten "
        "filter-normalized directions, over that of a network that has the same loss "
        "and has not grokked",
    ),
    _rougher(
        id="S3.6b",
        statement="It is sharper there, too.",
        settings=_against(networks.sharper),
        statistic="largest eigenvalue of the training loss's Hessian, over that of "
        "such a network",
    ),
    _row(
        id="S3.7a",
        source="S3",
        section="Do attention weights spike?",
        statement="The norm of the attention weights spikes.",
        settings=_watched(networks.norm_spike),
        statistic="highest norm from training accuracy 95% on, over the higher one of "
        "there and the end",
        verdict=Within(low=1.1, partly=Within(low=1.03)),
        form=".2f",
        unit="×",
    ),
    _row(
        id="S3.7b",
        source="S3",
        section="Do attention weights spike?",
        statement="It is highest when validation accuracy improves.",
        settings=_watched(networks.norm_peak),
        statistic="where the norm is highest: at 0% it has memorized, at 100% it has "
        "generalized",
        verdict=Within(low=0.5, high=1.2, partly=Within(low=0.25, high=1.2)),
        form=".0%",
    ),
    _row(
        id="L.2d",
        source="L.2",
        section="Does rounding prevent grokking?",
        statement="StableMax groks without weight decay, in its own setting made "
        "smaller.",
        settings={
            words: Setting((_PRECISE[name],), each(histories.val_epoch))
            for name, words in {
                "stablemax_float32, longer": "in float32",
                "stablemax, longer": "in float64",
            }.items()
        },
        statistic="first epoch with validation accuracy 95%, in an MLP without biases "
        "and Adam with eps 1e-25",
        verdict=Within(high=100_000),
        unit="epochs",
    ),
    _row(
        id="L.2e",
        source="L.2",
        section="Does rounding prevent grokking?",
        statement="It is rounding that keeps softmax from it: in double precision a "
        "network gets further.",
        settings={
            "an MLP, Adam with eps 1e-25": Setting(
                (_PRECISE["cross_entropy"], _PRECISE["cross_entropy_float32"]),
                each(
                    lambda double, single: histories.best_accuracy(double).over(
                        histories.best_accuracy(single)
                    )
                ),
            )
        },
        statistic="highest validation accuracy within 60,000 epochs with the loss in "
        "float64, over that in float32",
        verdict=Within(low=1.5, partly=Within(low=1.1)),
        form=".2f",
        unit="×",
    ),
    _row(
        id="L.2f",
        source="L.2",
        section="Without decay, weights grow",
        statement="Once all is memorized, downhill points along the weights.",
        settings={
            "no decay": Setting((_AROUND["no decay"],), each(networks.pull)),
        },
        statistic="cosine of the steepest descent with the weights; chance is 0.01",
        verdict=Within(low=0.5, partly=Within(low=0.2)),
        form=".2f",
    ),
    _row(
        id="L.6a",
        source="L.6",
        section="Held at one length",
        statement="Holding the weights at one length keeps a network from grokking.",
        settings={
            f"length × {n}": Setting(
                (_HELD[f"length × {n}"],), each(histories.val_epoch)
            )
            for n in LENGTHS
        },
        statistic="first epoch with validation accuracy 95%",
        verdict=Within(low=STUDIES["held"].budget),
        unit="epochs",
    ),
    _row(
        id="L.6b",
        source="L.6",
        section="Held at one length",
        statement="It only makes it wait, the more the longer the weights.",
        settings={
            "length × 6 over × 4": Setting(
                (_HELD["length × 6"], _HELD["length × 4"]), each(histories.delays)
            )
        },
        statistic="delay, as a multiple",
        verdict=Within(low=2, partly=Within(low=1.2)),
        form=".1f",
        unit="×",
    ),
)
