"""Rows of the ledger: other architectures, and digits (chapter 09)."""

from __future__ import annotations

from functools import partial

from grokcore.analysis.delay import deepest_fall
from grokcore.claims.histories import (
    best_so_far,
    each,
    times_as_long,
    train_epoch,
    val_epoch,
)
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES

__all__ = ["ARCHITECTURES", "left"]

_KINDS = dict(STUDIES["architectures"].arms)
_TRANSFORMER = _KINDS.pop("transformer")
_DIGITS = {
    "weight decay 0.01": STUDIES["digits"].arms,
    "weight decay 0.3": STUDIES["digits-quick"].arms,
}
_BASE = "squared error, weights × 8"

#: What an MLP reaches on digits of which it was shown a hundred each, and hardly more.
_READS = 0.8


def _later(run: Run, reference: Run, of=val_epoch) -> Value:
    return of(run, 0.95).over(of(reference, 0.95))


def _falls(run: Run, reference: Run) -> Value:
    """How far validation accuracy falls below its best so far, in the whole run."""
    deepest, other = (deepest_fall(x.history.val_accuracy) for x in (run, reference))
    return Value(deepest).over(Value(other))


def _delay(run: Run) -> Value:
    """Steps from training to validation 80%."""
    found = run.delay(_READS)
    if found.train_step is None:
        return Value(float("nan"))
    if found.val_step is None:
        return Value(float(found.last_step - found.train_step), ">")
    return Value(float(found.val_step - found.train_step))


def left(cured: Run, base: Run) -> Value:
    """Return the delay of a run over that of another, in steps, both to 80%."""
    return _delay(cured).over(_delay(base))


def _cured_by(name: str) -> dict[str, Setting]:
    return {
        setting: Setting((arms[name], arms[_BASE][:3]), each(left))
        for setting, arms in _DIGITS.items()
    }


def _against_the_transformer(measure) -> dict[str, Setting]:
    return {
        name: Setting((arm, _TRANSFORMER), each(measure))
        for name, arm in _KINDS.items()
    }


_chen = partial(
    Claim,
    source="S4",
    chapter="09",
    section="In the setting of a report",
    form=",.1f",
    unit="×",
)
_cure = partial(
    Claim,
    source="S3",
    chapter="09",
    section="What takes the delay away",
    statistic="steps from 80% in training to 80% in validation, as a share of those "
    "with squared error alone",
    verdict=Within(high=0.1, partly=Within(high=0.5)),
    form=".1%",
)

ARCHITECTURES = (
    Claim(
        id="S3.3",
        source="S3",
        statement="An MLP on 1,000 images of digits, with squared error, groks.",
        chapter="09",
        section="Digits",
        settings={
            setting: Setting(
                (arms[_BASE],), each(partial(times_as_long, threshold=_READS))
            )
            for setting, arms in _DIGITS.items()
        },
        statistic="step of 80% validation accuracy over that of 80% in training",
        verdict=Within(low=10, partly=Within(low=3)),
        form=",.1f",
        unit="times as long",
    ),
    _cure(
        id="S3.4",
        statement="Cross-entropy in place of squared error removes that delay.",
        settings=_cured_by("cross-entropy"),
    ),
    _cure(
        id="S3.5a",
        statement="Random rotations remove it.",
        settings=_cured_by("rotation"),
    ),
    _cure(
        id="S3.5b",
        statement="Random blur removes it.",
        settings=_cured_by("blur"),
    ),
    _cure(
        id="S3.5c",
        statement="Rotation and blur together remove it.",
        settings=_cured_by("rotation and blur"),
    ),
    _cure(
        id="L.5",
        source="L.5",
        statement="On digits, smaller initial weights remove the delay.",
        settings=_cured_by("weights × 1"),
    ),
    _chen(
        id="S4.2a",
        statement="An MLP and an LSTM grok when half of the table is shown.",
        settings={
            name: Setting((arm,), each(best_so_far)) for name, arm in _KINDS.items()
        },
        statistic="highest validation accuracy within the budget, a bound where it "
        "rises to the end",
        verdict=Within(low=0.95, partly=Within(low=0.5)),
        form=".1%",
        unit="",
    ),
    _chen(
        id="S4.2b",
        statement="They memorize in fewer epochs than a transformer.",
        settings=_against_the_transformer(partial(_later, of=train_epoch)),
        statistic="epoch of 95% in training, over the transformer's",
        verdict=Within(high=0.8, partly=Within(high=1.0)),
    ),
    _chen(
        id="S4.2c",
        statement="They generalize in more epochs than it, if at all.",
        settings=_against_the_transformer(_later),
        statistic="epoch of 95% validation accuracy, over the transformer's",
        verdict=Within(low=1.25, partly=Within(low=1.0)),
    ),
    _chen(
        id="S4.2d",
        statement="Their validation accuracy fluctuates more.",
        settings=_against_the_transformer(_falls),
        statistic="deepest fall of validation accuracy below its best so far, in the "
        "whole run, over that of the transformer, whose runs are shorter",
        verdict=Within(low=2.0, partly=Within(low=1.25)),
    ),
)
