"""Rows of the ledger: weight decay, optimizers and regularizers (chapter 07)."""

from __future__ import annotations

from grokcore.claims import histories
from grokcore.claims.histories import each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Within
from grokcore.studies import STUDIES

__all__ = ["OPTIMIZATION"]

_DECAY = STUDIES["mlp-decay"].arms


OPTIMIZATION = (
    Claim(
        id="S2.3a",
        source="S2",
        statement="An MLP with weight decay 0.03 generalizes long after memorizing.",
        chapter="07",
        section="One knob: weight decay",
        settings={
            "its own setting": Setting(
                (_DECAY["weight decay 0.03"],), each(histories.times_as_long)
            )
        },
        statistic="epoch of 95% validation accuracy over that of 95% in training",
        verdict=Within(low=10, partly=Within(low=3)),
        unit="times as long",
    ),
    Claim(
        id="S2.3b",
        source="S2",
        statement="Weight decay 5 in its place removes the delay.",
        chapter="07",
        section="One knob: weight decay",
        settings={
            "its own setting": Setting(
                (_DECAY["weight decay 5"], _DECAY["weight decay 0.03"]),
                each(histories.delays),
            )
        },
        statistic="delay with weight decay 5, as a share of that with 0.03",
        verdict=Within(high=0.1, partly=Within(high=0.5)),
        form=".1%",
    ),
)
