"""One sum, recorded: for whoever has no JavaScript, and for paper."""

from __future__ import annotations

import torch

from follow.moments import keys, moment
from grokcore import show
from grokcore.analysis import fourier

__all__ = ["SUM", "flipbook"]

#: The sum that the page shows first.
SUM = (47, 85)

#: After how many waves; the last frame has all that the network says.
ADDED = (1, 3)


def flipbook() -> show.Flipbook:
    """The logits of the sum when training ends, as its waves are added one by one."""
    a, b = SUM
    logits = moment("generalized").inside.logits[a, b].double()
    # By the distance of an answer from the right one.
    curve = (logits - logits.mean()).roll(-(a + b) % len(logits))
    loudest = sorted(keys(), key=lambda k: -fourier.spectrum(curve)[k - 1])
    waves = torch.stack([fourier.keep(curve, [k]) for k in loudest])
    sums = {k: waves[:k].sum(0) for k in ADDED} | {len(keys()) + 1: curve}
    limit = 1.1 * float(curve.abs().max())

    def draw(added: int) -> show.Picture:
        return show.interference(sums[added], limit=limit)

    def label(added: int) -> str:
        if added > len(loudest):
            return "everything"
        return ", ".join(map(str, loudest[:added]))

    return show.Flipbook(draw, sums, label=label, name="Waves added", fps=1)
