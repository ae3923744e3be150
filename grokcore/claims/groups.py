"""Rows of the ledger: groups beyond sums (chapter 14)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grokcore.claims.histories import each, times_as_long
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.runs.inside import inside
from grokcore.studies import STUDIES

__all__ = ["GROUPS"]

_S5 = tuple(STUDIES["groups"].experiments)


def found(name: str) -> Callable[[Run], Value]:
    """Return the function that looks up what was found inside at the end."""
    return lambda run: Value(float(inside(run)[name].iloc[-1]))


def beyond_irreps(run: Run) -> Value:
    """Return by how much cosets explain neurons better than random ones of an irrep."""
    seen = inside(run).iloc[-1]
    return Value(float(seen.coset_share - seen.coset_share_in_irrep))


def _in_s5(measure: Callable[[Run], Value]) -> dict[str, Setting]:
    return {"S5, half of its table": Setting((_S5,), each(measure))}


_dispute = partial(Claim, chapter="14", form=".1%")
_irreps = partial(_dispute, source="G.1")
_cosets = partial(_dispute, source="G.2")

# Set after a single pilot run (seed 0, cut short), for the five seeds from 10 on. The
# five others came in later, when one of them was seen not to arrive.
GROUPS = (
    Claim(
        id="P.2",
        source="P",
        chapter="14",
        section="A table without numbers",
        statement="To compose permutations of five things is learned from half of the "
        "table, long after this half is known.",
        settings=_in_s5(times_as_long),
        statistic="step of 95% validation accuracy over that of 95% in training",
        verdict=Within(low=2, partly=Within(low=1.5)),
        form=",.1f",
        unit="times as long",
    ),
    _irreps(
        id="G.1a",
        section="A measure that a lookup table passes",
        statement="A network composes by representations: its logits are characters of "
        "a b c⁻¹.",
        settings=_in_s5(found("characters")),
        statistic="share of the logits' variance that the characters explain",
        verdict=Within(low=0.9, partly=Within(low=0.5)),
    ),
    _irreps(
        id="G.1b",
        section="The dispute",
        statement="Each neuron has to do with one irreducible representation.",
        settings=_in_s5(found("irrep_share")),
        statistic="median over neurons of the share that their main irrep has",
        verdict=Within(low=0.9, partly=Within(low=0.7)),
    ),
    _irreps(
        id="G.1c",
        section="The dispute",
        statement="What a neuron has in that representation is all that is needed.",
        settings=_in_s5(found("irreps_only")),
        statistic="accuracy on products never shown, with nothing else left of neurons",
        verdict=Within(low=0.95, partly=Within(low=0.5)),
    ),
    _cosets(
        id="G.2a",
        section="The dispute",
        statement="A network composes by subgroups: each neuron is one number on each "
        "coset of one of them.",
        settings=_in_s5(found("coset_share")),
        statistic="median over neurons of the share that their best cosets explain, "
        "less what luck does",
        verdict=Within(low=0.9, partly=Within(low=0.7)),
    ),
    _cosets(
        id="G.2b",
        section="The dispute",
        statement="That is more than follows from the neurons' representations.",
        settings=_in_s5(beyond_irreps),
        statistic="that share, less the one of random functions in the same irreps",
        verdict=Within(low=0.2, partly=Within(low=0.1)),
    ),
    _cosets(
        id="G.2c",
        section="The dispute",
        statement="What a neuron is on average over its cosets is all that is needed.",
        settings=_in_s5(found("cosets_only")),
        statistic="accuracy on products never shown, with neurons averaged over them",
        verdict=Within(low=0.95, partly=Within(low=0.5)),
    ),
)
