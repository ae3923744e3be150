"""Checks that exercises call right under an answer, wherever the notebook runs.

>>> from grokcore import checks as check
>>> from grokcore.analysis import fourier
>>> check.key_frequencies(fourier.key_frequencies)
key_frequencies: all checks passed.

Each chapter's are in a file of their own: memory (01), tables (02), circles (03),
fourier (04), waves (05), proofs (06), optimization (07), data (08), architectures (09),
numerics (10), speed (11), transfer (12), theories (13), groups (14). What they ask with
is in asking, and in forms for answers that are a number or a choice.

An answer that is not right yet raises :class:`CheckFailed`, whose message says for
which input, and how.
"""

from grokcore.checks.architectures import (
    cancels,
    gru,
    least_error,
    shares,
    strangers,
)
from grokcore.checks.asking import CheckFailed
from grokcore.checks.circles import load, luck, neighbors, roundness
from grokcore.checks.data import (
    BASE,
    forgetting,
    lucky,
    null_delay,
    scarce_times,
    win_share,
)
from grokcore.checks.forms import choice, number
from grokcore.checks.fourier import fourier_basis, key_frequencies, power_shares
from grokcore.checks.groups import (
    broken,
    coset_labels,
    divider,
    part,
    three_neurons,
)
from grokcore.checks.memory import (
    one_at_a_time,
    parrot_accuracy,
    recipe,
    settled_delay,
    subset,
)
from grokcore.checks.numerics import (
    certainty,
    fitted,
    hessian_times,
    sharpest,
    silent_at,
)
from grokcore.checks.optimization import (
    left,
    same_clock,
    share_taken,
    three_runs,
    unknown_law,
)
from grokcore.checks.proofs import adder, control, loss_without, ranking, two_losses
from grokcore.checks.recordings import recorded
from grokcore.checks.speed import (
    BUDGET,
    grokfast_ma,
    mean_of_mean,
    missing_cells,
    race_entry,
    step_cost,
    unknown_filter,
)
from grokcore.checks.tables import (
    disguise,
    floor,
    mystery_tables,
    powers,
    reached,
)
from grokcore.checks.theories import (
    circulant,
    equal_price,
    normalized_margin,
    three_lives,
    ungrokking,
)
from grokcore.checks.transfer import (
    seen_share,
    starts,
    three_starts,
    transplanted,
    unpacked,
)
from grokcore.checks.waves import best_rival, better_set, repaired, team

__all__ = [
    "BASE",
    "BUDGET",
    "CheckFailed",
    "adder",
    "best_rival",
    "better_set",
    "broken",
    "cancels",
    "certainty",
    "choice",
    "circulant",
    "control",
    "coset_labels",
    "disguise",
    "divider",
    "equal_price",
    "fitted",
    "floor",
    "forgetting",
    "fourier_basis",
    "grokfast_ma",
    "gru",
    "hessian_times",
    "key_frequencies",
    "least_error",
    "left",
    "load",
    "loss_without",
    "luck",
    "lucky",
    "mean_of_mean",
    "missing_cells",
    "mystery_tables",
    "neighbors",
    "normalized_margin",
    "null_delay",
    "number",
    "one_at_a_time",
    "parrot_accuracy",
    "part",
    "power_shares",
    "powers",
    "race_entry",
    "ranking",
    "reached",
    "recipe",
    "recorded",
    "repaired",
    "roundness",
    "same_clock",
    "scarce_times",
    "seen_share",
    "settled_delay",
    "share_taken",
    "shares",
    "sharpest",
    "silent_at",
    "starts",
    "step_cost",
    "strangers",
    "subset",
    "team",
    "three_lives",
    "three_neurons",
    "three_runs",
    "three_starts",
    "transplanted",
    "two_losses",
    "ungrokking",
    "unknown_filter",
    "unknown_law",
    "unpacked",
    "win_share",
]
