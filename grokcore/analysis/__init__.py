"""Arrays in, arrays out: what a trained network computes, and when it learned to."""

from grokcore.analysis.delay import GrokkingDelay, grokking_delay

__all__ = ["GrokkingDelay", "grokking_delay"]
