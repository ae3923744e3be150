"""What an embedding is made of: statistics of its waves (chapter 04)."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from grokcore.analysis import fourier, norms
from grokcore.census.base import Specimen, statistic

_COUNT, _SHARE, _RIGHT, _TIMES = ".0f", ".1%", ".2%", ".2f"

#: The share of the power from which on a key frequency is called strong.
_STRONG = 0.1

# -- the end -----------------------------------------------------------------------


@statistic("number of key frequencies", _COUNT)
def key_count(network: Specimen) -> float:
    """Return how many frequencies stand out of the embedding at the end."""
    return float(len(network.keys))


@statistic("share of the embedding's power in its key frequencies", _SHARE)
def key_share(network: Specimen) -> float:
    """Return the key frequencies' share of the power at the end."""
    return fourier.share(network.W_E, network.keys)


@statistic("share of as many, the strongest, before training", _SHARE)
def untrained_share(network: Specimen) -> float:
    """Return what as many frequencies as are key in the end have at the start."""
    W_0 = _untrained(network)
    strongest = fourier.spectrum(W_0).argsort(descending=True)[: len(network.keys)]
    return fourier.share(W_0, (strongest + 1).tolist())


@statistic("share of the dimensions with several strong frequencies", ".0%")
def mixed_dimensions(network: Specimen) -> float:
    """Return how many columns have two amplitudes above a quarter of their largest."""
    sizes = fourier.amplitudes(network.W_E)
    strong = (sizes > sizes.amax(0) / 4).sum(0)
    return float((strong > 1).double().mean())


@statistic("longer over shorter wave of a strong pair, at worst", _TIMES)
def pair_lengths(network: Specimen) -> float:
    """Return how unequal cosine and sine of a strong key frequency are, at worst."""
    lengths = [cos.norm() / sin.norm() for cos, sin in _pairs(network)]
    return max((float(max(x, 1 / x)) for x in lengths), default=1.0)


@statistic("cosine of the angle in a strong pair, at worst", _TIMES)
def pair_tilt(network: Specimen) -> float:
    """Return how far from a right angle cosine and sine are, at worst; 0 is right."""
    pairs = _pairs(network)
    tilts = [torch.cosine_similarity(cos, sin, dim=0) for cos, sin in pairs]
    return max((float(abs(x)) for x in tilts), default=0.0)


def _pairs(network: Specimen) -> list[tuple[Tensor, Tensor]]:
    """The directions of cosine and sine, for the strong key frequencies."""
    written = fourier.transform(network.W_E)
    strong = [k for k in network.keys if fourier.share(network.W_E, [k]) > _STRONG]
    return [(written[2 * k - 1], written[2 * k]) for k in strong]


def _untrained(network: Specimen) -> Tensor:
    return network.untrained.W_E[: network.task.p]


# -- what the network needs --------------------------------------------------------


@statistic("right answers", _RIGHT)
def intact(network: Specimen) -> float:
    """Return the share of the whole table that the network answers rightly."""
    return _accuracy(network, network.W_E)


@statistic("right answers with only the key frequencies", _RIGHT)
def keys_only(network: Specimen) -> float:
    """Return the same with all other frequencies of the embedding taken out."""
    return _accuracy(network, fourier.keep(network.W_E, network.keys))


@statistic("right answers without the key frequencies", _RIGHT)
def without_keys(network: Specimen) -> float:
    """Return the same with the key frequencies taken out."""
    return _accuracy(network, fourier.remove(network.W_E, network.keys))


@statistic("right answers without as many other frequencies", _RIGHT)
def without_others(network: Specimen) -> float:
    """Return the same with as many others taken out, drawn by lot."""
    rest = sorted({*fourier.frequencies(network.task.p)} - {*network.keys})
    others = random.Random(0).sample(rest, len(network.keys))
    return _accuracy(network, fourier.remove(network.W_E, others))


@statistic("right answers without the sines of the key frequencies", _RIGHT)
def no_sines(network: Specimen) -> float:
    """Return the same with one half of each pair taken out."""
    halved = fourier.transform(network.W_E)
    halved[[2 * k for k in network.keys]] = 0
    return _accuracy(network, fourier.inverse(halved).float())


def _accuracy(network: Specimen, W: Tensor) -> float:
    """The share of right answers with another embedding of the numbers."""
    changed = deepcopy(network.model)
    changed.W_E[: len(W)] = W
    return float(network.right(changed).double().mean())


# -- how they were chosen ----------------------------------------------------------


@dataclass(frozen=True)
class _Story:
    """The power of each frequency at each step that was kept, and telling moments."""

    power: dict[int, Tensor]
    key_at: dict[int, tuple[int, ...]]
    halfway: int  # the last step by half of the time to 95% validation accuracy
    risen: int  # the first step from there on

    def parts(self, step: int, keys: tuple[int, ...]) -> tuple[float, float]:
        """The power of the final key frequencies, and that of all others."""
        whole = float(self.power[step].sum())
        those = float(self.power[step][[k - 1 for k in keys]].sum())
        return those, whole - those

    def others(self, step: int, keys: tuple[int, ...]) -> float:
        return self.parts(step, keys)[1]

    def peak(self, keys: tuple[int, ...]) -> int:
        """The step at which all others together have most power."""
        return max(self.power, key=lambda step: self.others(step, keys))


@lru_cache(maxsize=1)  # several statistics of a network ask for it, one after another
def _story(network: Specimen) -> _Story:
    steps = network.run.snapshots
    embeddings = {step: network.embedding(step) for step in steps}
    late = network.delay.val_epoch
    by_half = [s for s in steps if late is not None and s <= late / 2]
    later = [s for s in steps if late is not None and s >= late]
    return _Story(
        {step: fourier.spectrum(W) for step, W in embeddings.items()},
        {step: fourier.key_frequencies(W) for step, W in embeddings.items()},
        halfway=by_half[-1] if by_half else steps[-1],
        risen=later[0] if later else steps[-1],
    )


@statistic("power of the key frequencies before training, even is 1", _TIMES)
def keys_before(network: Specimen) -> float:
    """Return how much the later key frequencies have at the start, over an even part.

    On average over them.
    """
    if not network.keys:
        return 1.0
    even = len(network.keys) / len(fourier.frequencies(network.task.p))
    return fourier.share(_untrained(network), network.keys) / even


@statistic("share of the key power in what stood out early", ".0%")
def early_share(network: Specimen) -> float:
    """Return the part of the final key power in what was key by twice ``train_95``."""
    train = network.delay.train_epoch
    by_then = [] if train is None else network.run.snapshots
    story = _story(network)
    seen = {k for s in by_then if s <= 2 * train for k in story.key_at[s]}
    early = [k for k in network.keys if k in seen]
    if not early:
        return 0.0
    return fourier.share(network.W_E, early) / key_share(network)


@statistic("frequencies that are key halfway through the wait", _COUNT)
def candidates(network: Specimen) -> float:
    """Return how many frequencies stand out at half of the time to ``val_95``."""
    story = _story(network)
    return float(len(story.key_at[story.halfway]))


@statistic("frequencies that are key halfway, and not in the end", _COUNT)
def dropped(network: Specimen) -> float:
    """Return how many of the candidates halfway through the wait are given up."""
    story = _story(network)
    return float(len({*story.key_at[story.halfway]} - {*network.keys}))


@statistic("power of the frequency least raised, peak over start", _TIMES)
def least_raised(network: Specimen) -> float:
    """Return by how much memorizing raises every frequency, at least.

    The peak is where all but the final key frequencies have most.
    """
    story = _story(network)
    peak, start = story.power[story.peak(network.keys)], story.power[0]
    return float((peak / start).min())


@statistic("power of other frequencies, peak over start", _TIMES)
def others_raised(network: Specimen) -> float:
    """Return how much the frequencies that are not key in the end gain on the way."""
    story, keys = _story(network), network.keys
    return story.others(story.peak(keys), keys) / story.others(0, keys)


@statistic("power of other frequencies, halfway over peak", _TIMES)
def others_halfway(network: Specimen) -> float:
    """Return what they have left halfway through the wait."""
    story, keys = _story(network), network.keys
    peak = story.peak(keys)
    return story.others(story.halfway, keys) / story.others(peak, keys)


@statistic("power of other frequencies, validation 95% over halfway", _TIMES)
def others_risen(network: Specimen) -> float:
    """Return what of the power halfway through the wait is left at the rise."""
    story, keys = _story(network), network.keys
    return story.others(story.risen, keys) / story.others(story.halfway, keys)


@statistic("power of other frequencies, end over peak", _SHARE)
def others_left(network: Specimen) -> float:
    """Return what is left of them in the end."""
    story, keys = _story(network), network.keys
    last = network.run.snapshots[-1]
    return story.others(last, keys) / story.others(story.peak(keys), keys)


@statistic("power of key frequencies, validation 95% over halfway", _TIMES)
def keys_risen(network: Specimen) -> float:
    """Return how much they gain from halfway through the wait to ``val_95``."""
    story, keys = _story(network), network.keys
    before = story.parts(story.halfway, keys)[0]
    return story.parts(story.risen, keys)[0] / before if before else 1.0


@statistic("inequality of the frequencies before training (Gini)", _TIMES)
def gini_before(network: Specimen) -> float:
    """Return how unevenly the amplitudes are spread at the start."""
    return norms.gini(fourier.spectrum(_untrained(network)).sqrt())


@statistic("inequality of the frequencies at the end (Gini)", _TIMES)
def gini_at_end(network: Specimen) -> float:
    """Return how unevenly the amplitudes are spread at the end."""
    return norms.gini(fourier.spectrum(network.W_E).sqrt())
