"""How steeply a time rises as data gets scarce, with times that are only bounds.

Near the critical fraction, times to generalize grow about exponentially as the training
fraction shrinks (Power et al. 2022, section 3.2). Runs that did not get there are not
left out, which would make the rise look flatter: they say that it took longer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

__all__ = ["Steepness", "over_seeds", "steepness"]

_POINT = 0.01
_ROOT = math.sqrt(2 * math.pi)

#: At most so many times is what is not known replaced by what is expected of it.
_ROUNDS = 5_000


@dataclass(frozen=True)
class Steepness:
    """An exponential law, time = at_zero · exp(−rate · fraction), and its scatter.

    Attributes:
        rate: how fast the logarithm of the time falls with the fraction.
        log_at_zero: logarithm of the time that the law has at fraction 0.
        scatter: standard deviation of the logarithm of a single time.
    """

    rate: float
    log_at_zero: float
    scatter: float

    @property
    def factor(self) -> float:
        """How many times as long it takes with a percentage point less data."""
        return math.exp(self.rate * _POINT)

    def time(self, fraction: ArrayLike) -> Tensor:
        """Return the law's time at fractions."""
        at = torch.as_tensor(fraction, dtype=torch.float64)
        return (self.log_at_zero - self.rate * at).exp()


def steepness(fractions: ArrayLike, times: ArrayLike, limit: float) -> Steepness:
    """Fit an exponential law to times, some of which are only known to be longer.

    By maximum likelihood, with normal scatter of the logarithm; a time that is not
    finite counts as longer than ``limit`` (Tobin 1958). Found by expectation and
    maximization in turn, which never lowers the likelihood (Dempster et al. 1977).

    Args:
        fractions: [N] training fractions.
        times: [N] what it took, in steps or epochs; infinite or NaN where it was not
            there by the limit.
        limit: how long was waited.

    Raises:
        ValueError: if the two are not flat and equally long, a time is not above 0 or
            is beyond the limit, or fewer than two fractions have a time.

    >>> law = steepness([0.2, 0.25, 0.3], [float("inf"), 200, 100], limit=300)
    >>> round(law.factor, 2), law.time(0.2) > 300
    (1.15, tensor(True))
    """
    x, y, there = _checked(fractions, times, limit)
    bound = torch.tensor(limit, dtype=torch.float64).log()
    design = torch.stack([torch.ones_like(x), -x], dim=1)
    solve = torch.linalg.pinv(design)
    guess = torch.where(there, y, bound)
    variance = torch.zeros_like(x)
    scatter, before = torch.ones(()), torch.zeros(2)
    for _ in range(_ROUNDS):
        law = solve @ guess
        scatter = ((guess - design @ law).square() + variance).mean().sqrt()
        if (law - before).abs().max() < 1e-9:
            break
        before = law
        # What is only a bound is replaced by what the law expects beyond it.
        ahead = (bound - design @ law) / scatter.clamp(min=1e-9)
        hazard = (-ahead.square() / 2 - torch.special.log_ndtr(-ahead)).exp() / _ROOT
        expected = design @ law + scatter * hazard
        guess = torch.where(there, y, expected)
        within = scatter.square() * (1 + ahead * hazard - hazard.square())
        variance = torch.where(there, 0.0, within)
    return Steepness(law[1].item(), law[0].item(), scatter.item())


def over_seeds(
    fractions: ArrayLike, times: ArrayLike, limit: float, draws: int = 200
) -> Tensor:
    """Return the factors of other choices of seeds, a bootstrap.

    Each draw takes as many seeds as there are, some of them twice, with all their
    fractions: those of one seed may err together.

    Args:
        fractions: [F] training fractions.
        times: [F, S] a column a seed, as for :func:`steepness`.
        limit: how long was waited.
        draws: how many.

    Returns:
        [draws] factors, in order: the first and the last twentieth cut off, they are a
        90% interval.

    Raises:
        ValueError: as :func:`steepness`, and if the times are not [F, S].

    >>> times = [[400, 500], [200, 250], [100, 120]]
    >>> factors = over_seeds([0.2, 0.25, 0.3], times, limit=1_000, draws=20)
    >>> bool((factors > 1.1).all())
    True
    """
    x = torch.as_tensor(fractions, dtype=torch.float64)
    y = torch.as_tensor(times, dtype=torch.float64)
    if y.ndim != 2 or len(y) != len(x):
        raise ValueError(
            f"times have shape {list(y.shape)}; they must be [{len(x)}, seeds]"
        )
    dice = torch.Generator().manual_seed(0)
    seeds = y.shape[1]
    factors = []
    for _ in range(draws):
        drawn = y[:, torch.randint(seeds, (seeds,), generator=dice)]
        law = steepness(x.repeat_interleave(seeds), drawn.flatten(), limit)
        factors.append(law.factor)
    return torch.tensor(factors, dtype=torch.float64).sort().values


def _checked(
    fractions: ArrayLike, times: ArrayLike, limit: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Fractions, logarithms of times, and which of these are known."""
    x = torch.as_tensor(fractions, dtype=torch.float64)
    times = torch.as_tensor(times, dtype=torch.float64)
    if x.ndim != 1 or x.shape != times.shape:
        raise ValueError(
            f"fractions and times must be flat and equally long; they have shapes "
            f"{list(x.shape)} and {list(times.shape)}"
        )
    there = times.isfinite()
    for time in times[there].tolist():
        if not 0 < time <= limit:
            raise ValueError(f"a time is {time:g}; it must be in (0, {limit:g}]")
    if len(set(x[there].tolist())) < 2:
        raise ValueError(
            "fewer than two fractions have a time; two or more are needed for a slope"
        )
    return x, times.log(), there
