"""The speedrun: from random weights to a network that adds, as fast as it goes.

>>> from grokcore import CATALOGUE, speedrun
>>> entry = CATALOGUE["fast-p113"]
>>> speedrun.RULES.check(entry)  # says nothing: it keeps the task
>>> len(speedrun.RULES.draw(entry))  # (split seed, weight seed), five times
5
"""

from grokcore.speedrun.racing import Lap, Result, race
from grokcore.speedrun.records import RECORDS, Record, current
from grokcore.speedrun.rules import RULES, Rules, Verdict

__all__ = [
    "RECORDS",
    "RULES",
    "Lap",
    "Record",
    "Result",
    "Rules",
    "Verdict",
    "current",
    "race",
]
