"""Checks that exercises call right under an answer, wherever the notebook runs.

>>> from grokcore import checks as check
>>> from grokcore.analysis import fourier
>>> check.key_frequencies(fourier.key_frequencies)
key_frequencies: all checks passed.

An answer that is not right yet raises :class:`CheckFailed`, whose message says for
which input, and how.
"""

from grokcore.checks.asking import CheckFailed
from grokcore.checks.forms import choice, number
from grokcore.checks.fourier import fourier_basis, key_frequencies, power_shares

__all__ = [
    "CheckFailed",
    "choice",
    "fourier_basis",
    "key_frequencies",
    "number",
    "power_shares",
]
