"""Every measure of the course on the same specimens, so that each shows its null.

A measure is worth what it tells apart. The specimens are memories (a lookup table, a
parrot that knows mirror images, a network that has just memorized), a network that
knows nothing, machines built by hand, and trained networks, all of (a + b) mod 113 and
all of them recorded: the readings are the same on every computer.
"""

from grokcore.instruments.instrument import Instrument
from grokcore.instruments.measures import INSTRUMENTS
from grokcore.instruments.page import ReadingTable, Verdicts
from grokcore.instruments.reading import fooled, readings, written
from grokcore.instruments.specimen import Specimen, lookup, specimens

__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "ReadingTable",
    "Specimen",
    "Verdicts",
    "fooled",
    "lookup",
    "readings",
    "specimens",
    "written",
]
