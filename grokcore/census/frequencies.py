"""What an embedding is made of: statistics of its waves (chapter 04)."""

from __future__ import annotations

from grokcore.analysis import fourier
from grokcore.census.base import Specimen, statistic


@statistic("number of key frequencies", ".0f")
def key_count(network: Specimen) -> float:
    """Return how many frequencies stand out of the embedding at the end."""
    return float(len(network.keys))


@statistic("share of the embedding's power in its key frequencies", ".1%")
def key_share(network: Specimen) -> float:
    """Return the key frequencies' share of the power at the end."""
    return fourier.share(network.W_E, network.keys)
