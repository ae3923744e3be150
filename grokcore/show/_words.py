"""Numbers as a reader wants to hear them, in figures and in alt text."""

from __future__ import annotations

from collections.abc import Sequence


def percent(share: float) -> str:
    """Write a share of 1 as a percentage with at most one decimal.

    Only a true 1 becomes "100%": the last wrong example is never rounded away.

    >>> percent(1.0), percent(0.9999), percent(0.95), percent(1 / 113)
    ('100%', '99.9%', '95%', '0.9%')
    """
    value = round(100 * share, 1)
    if share < 1 <= value / 100:
        value = 99.9
    return f"{value:.1f}".removesuffix(".0") + "%"


def count(number: float) -> str:
    """Write a whole number with a comma between thousands.

    >>> count(15_000.0)
    '15,000'
    """
    return f"{number:,.0f}"


def number(value: float) -> str:
    """Write a measured value with three significant digits.

    >>> number(4.7274), number(36.0), number(8.6e-4), number(1.234e-7), number(15_000)
    ('4.73', '36', '0.00086', '1.2e-7', '15,000')
    """
    if value == 0:
        return "0"
    if abs(value) < 1e-4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    if abs(value) >= 1_000:
        return count(value)
    return f"{value:.3g}"


def signed(value: float) -> str:
    """Write a measured value as it stands in a figure, with a true minus.

    >>> signed(-0.5), signed(1.2e-7), signed(1 - 1.0000000000000002)
    ('−0.5', '1.2e−7', '0')
    """
    return number(0.0 if abs(value) < 1e-12 else value).replace("-", "−")


def quantity(amount: float, unit: str) -> str:
    """Write an amount with its unit, in the plural where that is due.

    >>> quantity(1, "epoch"), quantity(1_500, "epoch")
    ('1 epoch', '1,500 epochs')
    """
    return f"{count(amount)} {unit}" + ("" if amount == 1 else "s")


def sentence(text: str) -> str:
    """Begin with a capital, unless it is a function's name, and end with a full stop.

    >>> sentence("validation loss ends at 4")
    'Validation loss ends at 4.'
    >>> sentence("f(a) is a wave.")
    'f(a) is a wave.'
    """
    text = text.strip()
    if text[1:2] != "(":
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith((".", "!", "?")) else ".")


def listed(events: Sequence[str]) -> str:
    """Join what happened: commas, and "and" before the last.

    >>> listed(["rises", "falls", "ends"])
    'rises, falls and ends'
    """
    *first, last = events
    return f"{', '.join(first)} and {last}" if first else last
