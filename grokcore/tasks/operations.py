"""The operations that a task can be about: one table with formula, symmetry, domain.

Operations and formulas are those of Power et al. (2022), arXiv:2201.02177, appendix
A.1. The truncated reading is that of a port of these experiments to Julia, whose ``%``
and ``÷`` are not arithmetic mod p: results are negative where the dividend is.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from grokcore.config import one_of

__all__ = ["OPERATIONS", "Operation", "OperationName"]


class Operation(NamedTuple):
    """One row of :data:`OPERATIONS`.

    Attributes:
        formula: for people.
        symmetric: whether a and b may change places.
        domain: the pairs that have an answer, for people.
        modular: takes operands a and b, integer tensors of one shape, and p.
        truncated: the same in languages whose ``%`` keeps the sign of the dividend and
            whose integer division cuts toward zero; ``None`` where both agree.
        defined: for which second operands the modular reading exists, from b and p.
        associative: whether more than two operands can be combined.
    """

    formula: str
    symmetric: bool
    domain: str
    modular: Callable[[Tensor, Tensor, int], Tensor]
    truncated: Callable[[Tensor, Tensor, int], Tensor] | None = None
    defined: Callable[[Tensor, int], Tensor] | None = None
    associative: bool = False


def _inverse(b: Tensor, p: int) -> Tensor:
    """Multiplicative inverses mod p; 0 where b shares a factor with p."""
    table = [pow(x, -1, p) if math.gcd(x, p) == 1 else 0 for x in range(p)]
    return torch.tensor(table)[b]


def _coprime(b: Tensor, p: int) -> Tensor:
    return torch.gcd(b, torch.tensor(p)) == 1


def _asymmetric(a: Tensor, b: Tensor, p: int) -> Tensor:
    return torch.where(b % 2 == 1, a * _inverse(b, p) % p, (a - b) % p)


def _asymmetric_truncated(a: Tensor, b: Tensor, p: int) -> Tensor:
    quotient = torch.div(a, b, rounding_mode="trunc")
    return torch.where(b % 2 == 1, quotient, a - b).fmod(p)


#: Every operation that a task can name, with its formula, symmetry, and domain.
OPERATIONS: dict[str, Operation] = {
    "add": Operation(
        "a + b", True, "all a, b", lambda a, b, p: (a + b) % p, associative=True
    ),
    "subtract": Operation(
        "a − b",
        False,
        "all a, b",
        lambda a, b, p: (a - b) % p,
        truncated=lambda a, b, p: (a - b).fmod(p),
    ),
    "multiply": Operation(
        "a · b", True, "all a, b", lambda a, b, p: a * b % p, associative=True
    ),
    # As Grokfast's code has it (Lee et al. 2024, arXiv:2405.20233).
    "multiply-nonzero": Operation(
        "a · b",
        True,
        "b not 0",
        lambda a, b, p: a * b % p,
        defined=lambda b, p: b != 0,
    ),
    "divide": Operation(
        "a / b",
        False,
        "b coprime with p",
        lambda a, b, p: a * _inverse(b, p) % p,
        truncated=lambda a, b, p: torch.div(a, b, rounding_mode="trunc").fmod(p),
        defined=_coprime,
    ),
    "x2+xy+y2": Operation(
        "a² + ab + b²", True, "all a, b", lambda a, b, p: (a * a + a * b + b * b) % p
    ),
    "x2+xy+y2+x": Operation(
        "a² + ab + b² + a",
        False,
        "all a, b",
        lambda a, b, p: (a * a + a * b + b * b + a) % p,
    ),
    "x3+xy2+y": Operation(
        "a³ + ab² + b",
        False,
        "all a, b",
        lambda a, b, p: (a**3 % p + a * b % p * b + b) % p,
    ),
    "asymmetric": Operation(
        "a / b if b is odd, else a − b",
        False,
        "odd b coprime with p",
        _asymmetric,
        truncated=_asymmetric_truncated,
        defined=lambda b, p: (b % 2 == 0) | _coprime(b, p),
    ),
}

#: A name in that table.
OperationName = one_of(OPERATIONS)
