"""The table: for the terminal, as JSON, and as Markdown in the README."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.findings import Finding, Target

RESULTS = Path(__file__).with_name("results.json")
README = Path(__file__).parents[1] / "README.md"
_MARKS = "<!-- bench:begin -->", "<!-- bench:end -->"

_HOW = (
    "Both sides of a row take turns in one process; a row is the median of the ratios "
    "of neighbors. All peers have torch's fused AdamW and, as we do, an allocator that "
    "keeps freed memory. They multiply matrices as torch does by default; our step "
    "takes oneDNN where torch has it."
)


def as_text(finding: Finding) -> str:
    """One finding as one block of lines."""
    target = str(finding.target)
    lines = [
        f"{finding.row:14} {finding.measured:>10}  target {target:>11}  "
        f"met: {finding.verdict:4} {finding.what}"
    ]
    lines += [f"{'':15}{text}" for text in (finding.parts, finding.note) if text]
    return "\n".join(lines)


def save(findings: list[Finding]) -> None:
    content = {
        "machine": machine.describe(),
        "method": _HOW,
        "findings": [asdict(f) | {"met": f.verdict} for f in findings],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def write_readme(readme: Path = README) -> None:
    """Put the saved table between the marks of the README."""
    content = json.loads(RESULTS.read_text(encoding="utf-8"))
    begin, end = _MARKS
    table = "\n".join([begin, *_markdown(content), end])
    text = readme.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text, replaced = between.subn(lambda _: table, text)
    if replaced != 1:
        raise ValueError(f"{readme} has not one pair of {begin} and {end}")
    readme.write_text(text, encoding="utf-8")


def _markdown(content: dict) -> list[str]:
    lines = ["", "| what | measured | target | met |", "|---|--:|--:|---|"]
    for saved in content["findings"]:
        met = saved.pop("met")
        finding = Finding(**saved | {"target": Target(**saved["target"])})
        small = "; ".join(text for text in (finding.parts, finding.note) if text)
        what = f"{finding.what}<br><small>{small}</small>"
        lines.append(f"| {what} | {finding.measured} | {finding.target} | {met} |")
    sentence = machine.sentence(content["machine"])
    return [*lines, "", f"{sentence} {content['method']}", ""]
