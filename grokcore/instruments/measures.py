"""The measures of the course that give one number for a network or a table."""

from grokcore.instruments.inside import INSIDE
from grokcore.instruments.outside import OUTSIDE

__all__ = ["INSTRUMENTS"]

#: From the plainest to those that look inside. Which readings speak for a mechanism is
#: what a measure's source says, and not what was read.
INSTRUMENTS = (*OUTSIDE, *INSIDE)
