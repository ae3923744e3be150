"""Rows of the ledger: other architectures, and digits (chapter 09)."""

from __future__ import annotations

from functools import partial

from grokcore.claims.histories import each, times_as_long
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES

__all__ = ["ARCHITECTURES", "left"]

_DIGITS = {
    "weight decay 0.3": STUDIES["digits-quick"].arms,
}
_BASE = "squared error, weights × 8"

#: What an MLP reaches on digits of which it was shown a hundred each, and hardly more.
_READS = 0.8


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


_cure = partial(
    Claim,
    source="S3",
    chapter="09",
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
        section="What takes the delay away",
        settings=_cured_by("cross-entropy"),
    ),
    _cure(
        id="L.5",
        source="L.5",
        statement="On digits, smaller initial weights remove the delay.",
        section="What takes the delay away",
        settings=_cured_by("weights × 1"),
    ),
)
