"""The ledger as plain text, as ``grokcore claims`` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grokcore.claims.ledger import Claim, Finding, Result
from grokcore.runs import find

__all__ = ["again", "block", "problems", "runs_of", "summary"]


def block(result: Result) -> str:
    """Return a row: its statement, then what each setting says, aligned.

    >>> from grokcore.claims import CLAIMS, check, select
    >>> print(block(check(*select(CLAIMS, ["N.2c"]))))
    N.2c   Three phases end at epochs 1,400, 9,400 and 14,000.
           the paper's recipe  5.3%  1 run  reproduced
    """
    rows = [
        (f.setting, result.write(f), runs_of(f), f.verdict) for f in result.findings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{result.claim.id:6} {result.claim.statement}"]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        lines.append(" " * 7 + "  ".join(cells).rstrip())
    if len(rows) > 1:
        lines.append(f"{' ' * 7}together: {result.verdict}")
    return "\n".join(lines)


def runs_of(finding: Finding) -> str:
    """Return how many values there are, as text: "5 seeds"."""
    count = len(finding.values)
    if not count:
        return ""
    return "1 run" if count == 1 else f"{count} seeds"


def again(claim: Claim) -> tuple[str, str]:
    """Return the command that trains a row anew, and what it took where it was done.

    >>> from grokcore.claims import CLAIMS, select
    >>> again(*select(CLAIMS, ["N.2c"]))
    ('grokcore claims N.2c --anew', '1 run, about 5 minutes where it was recorded')
    """
    if not claim.experiments:
        return f"grokcore claims {claim.id}", "no network is trained"
    runs = [run for e in claim.experiments if (run := find(e)) is not None]
    taken = [run.provenance.get("seconds") for run in runs]
    count = len(claim.experiments)
    words = "1 run" if count == 1 else f"{count} runs"
    if len(runs) == count and None not in taken:
        verb = "it was" if count == 1 else "they were"
        words += f", about {_duration(sum(taken))} where {verb} recorded"
    return f"grokcore claims {claim.id} --anew", words


def _duration(seconds: float) -> str:
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3_600:.1f} hours"


def summary(results: Sequence[Result]) -> str:
    """Return how many rows have which verdict."""
    verdicts = Counter(
        "only under …" if r.verdict.startswith("only under") else r.verdict
        for r in results
    )
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    return f"{len(results)} claim{'s' * (len(results) > 1)}: {counts}"


def problems(results: Sequence[Result]) -> list[str]:
    """Return what keeps rows from being told, each once."""
    found = [
        f"missing: {name}" if finding.missing else f"{result.claim.id}: {name}"
        for result in results
        for finding in result.findings
        for name in finding.missing or filter(None, [finding.problem])
    ]
    if any(finding.missing for result in results for finding in result.findings):
        found.append("grokcore claims --train trains what is missing")
    return list(dict.fromkeys(found))
