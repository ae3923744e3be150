"""Rows of the ledger: what happens, and what is inside (chapters 01 and 03 to 06)."""

from __future__ import annotations

from collections.abc import Callable

from grokcore.catalogue import CATALOGUE
from grokcore.claims import histories, networks
from grokcore.claims.histories import each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.networks import statistic
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES

__all__ = ["MECHANISM"]

_RECORDED = (CATALOGUE["nanda-p113"],)
(_LIVE,) = STUDIES["live"].arms.values()
(_CIRCLES,) = STUDIES["circles"].arms.values()


def _paper(measure: Callable[[Run], Value]) -> dict[str, Setting]:
    """The recorded run of the paper's recipe, whose weights ship."""
    return {"the paper's recipe": Setting((_RECORDED,), each(measure))}


def _both(measure: Callable[[Run], Value]) -> dict[str, Setting]:
    """That run, and the live recipe over five seeds."""
    live = Setting((_LIVE,), each(measure))
    return _paper(measure) | {"the live recipe": live}


MECHANISM = (
    Claim(
        id="S0.1a",
        source="S0",
        statement="Training accuracy is 100% within 500 epochs.",
        chapter="01",
        section="The paper's own recipe",
        settings=_paper(histories.train_epoch),
        statistic="first epoch with training accuracy 100%",
        verdict=Within(high=500),
        unit="epochs",
    ),
    Claim(
        id="S0.1b",
        source="S0",
        statement="Validation accuracy exceeds 97.5% only after thousands of epochs.",
        chapter="01",
        section="The paper's own recipe",
        settings=_paper(lambda run: histories.val_epoch(run, 0.975)),
        statistic="first epoch with validation accuracy 97.5%",
        verdict=Within(low=2_000),
        unit="epochs",
    ),
    Claim(
        id="S0.2a",
        source="S0",
        statement="A trained embedding is sparse in frequency.",
        chapter="04",
        section="A rule with nothing to tune",
        settings=_both(statistic("key_share")),
        statistic="share of the embedding's power in its key frequencies",
        verdict=Within(low=0.8, partly=Within(low=0.5)),
        form=".1%",
    ),
    Claim(
        id="S0.2b",
        source="S0",
        statement="An untrained embedding is flat.",
        chapter="04",
        section="A rule with nothing to tune",
        settings=_both(statistic("untrained_share")),
        statistic="share of as many frequencies before training, the strongest",
        verdict=Within(high=0.2),
        form=".1%",
    ),
    Claim(
        id="S0.3a",
        source="S0",
        statement="With a fixed, a head's score of b oscillates at one frequency.",
        chapter="05",
        section="What the heads look at",
        settings=_both(statistic("score_share")),
        statistic="share of one frequency in a score, in the least pure head",
        verdict=Within(low=0.9, partly=Within(low=0.5)),
        form=".0%",
    ),
    Claim(
        id="S0.3b",
        source="S0",
        statement="Before training that score is noise.",
        chapter="05",
        section="What the heads look at",
        settings=_both(statistic("untrained_score_share")),
        statistic="share of one frequency before training, in the purest head",
        verdict=Within(high=0.15, partly=Within(high=0.5)),
        form=".0%",
    ),
    Claim(
        id="S0.4",
        source="S0",
        statement="The network turns b into −b to make use of cos(a − b).",
        chapter="05c",
        section="Does it turn b into −b?",
        settings=_both(statistic("swapped")),
        statistic="share of the neurons' variance that a swap of a and b changes",
        verdict=Within(low=0.3, partly=Within(low=0.05)),
        form=".3%",
    ),
    Claim(
        id="N.1a",
        source="N",
        statement="The logits are Σ α cos w(a + b − c) over the key frequencies.",
        chapter="05",
        section="All frequencies together",
        settings=_both(statistic("formula_share")),
        statistic="share of the logits' variance that the sum explains",
        verdict=Within(low=0.85, partly=Within(low=0.5)),
        form=".1%",
        published=0.95,
    ),
    Claim(
        id="N.1b",
        source="N",
        statement="That sum alone has a lower loss than the network.",
        chapter="05",
        section="All frequencies together",
        settings=_both(statistic("formula_loss")),
        statistic="loss of the sum, as a share of the network's",
        verdict=Within(high=1.0),
        form=".2%",
        published=0.2,
    ),
    Claim(
        id="N.2a",
        source="N",
        statement="The restricted loss falls long before the validation loss does.",
        chapter="06",
        section="What would a parrot score?",
        settings=_both(statistic("unseen_first")),
        statistic="restricted loss of unseen pairs alone, as a share of an untrained "
        "network's, when the validation loss is above that for the last kept time",
        verdict=Within(high=0.1, partly=Within(high=0.6)),
        form=".1%",
    ),
    Claim(
        id="N.2b",
        source="N",
        statement="Memorization is over before the circuit forms.",
        chapter="06b",
        section="The same phases in the live run?",
        settings=_both(statistic("unseen_overlap")),
        statistic="how much of the restricted loss of unseen pairs alone is gone when "
        "memorization ends",
        verdict=Within(high=0.2, partly=Within(high=0.5)),
        form=".0%",
    ),
    Claim(
        id="N.2c",
        source="N",
        statement="Three phases end at epochs 1,400, 9,400 and 14,000.",
        chapter="06b",
        section="A rule instead of an eye",
        settings=_paper(networks.phase_ends),
        statistic="how far the ends that a rule finds are from these, the farthest",
        verdict=Within(high=0.1, partly=Within(high=0.25)),
        form=".1%",
    ),
    Claim(
        id="S2.1",
        source="S2",
        statement="A network generalizes as its numbers line up on a circle.",
        chapter="03",
        section="Before, with or after?",
        settings=_paper(networks.circle_and_accuracy)
        | {"p = 59": Setting((_CIRCLES,), each(networks.circle_and_accuracy))},
        statistic="step at which the first two components show a circle, over the "
        "step with validation accuracy 95%",
        verdict=Within(low=0.8, high=1.2),
        form=".2f",
    ),
    Claim(
        id="S2.2a",
        source="S2",
        statement="Seen from the end, the circle is visible before training.",
        chapter="03b",
        section="Is it real?",
        settings={"p = 59": Setting((_CIRCLES,), networks.own_start)},
        statistic="ring order of a network's start in its final plane, over that of "
        "other networks' starts",
        verdict=Within(low=1.5),
        form=".1f",
        unit="×",
    ),
    Claim(
        id="S2.2b",
        source="S2",
        statement="The start picks the circle, as a lottery ticket.",
        chapter="03b",
        section="A lottery ticket?",
        settings={"p = 59": Setting((_CIRCLES,), each(networks.rank_at_start))},
        statistic="share of the other frequencies that were stronger before training "
        "than the key ones; 50% by chance",
        verdict=Within(high=1 / 3),
        form=".0%",
    ),
)
