"""Draw the logo: the numbers modulo 11 on the ring of one key frequency.

Equal steps around the ring are not 0, 1, 2, … but 0, 4, 8, 1, 5, …: joining the numbers
in counting order gives the star. A trained network arranges its embedding like that.
"""

import math
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
P, STEP = 11, 4
BLUE, ORANGE = "#3a8fc8", "#e08a00"  # read on white and on black


def ring(radius: float, center: float) -> list[tuple[float, float]]:
    """Place the numbers 0 … P-1 on a circle, number n at the angle 2π STEP n / P."""
    angles = [2 * math.pi * STEP * n / P - math.pi / 2 for n in range(P)]
    return [
        (center + radius * math.cos(t), center + radius * math.sin(t)) for t in angles
    ]


def logo(line: float, dot: float) -> str:
    """Return the SVG text of the logo with the given line width and dot radius."""
    points = ring(radius=40, center=50)
    star = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    dots = "\n".join(
        f'  <circle cx="{x:.2f}" cy="{y:.2f}" r="{dot * (1.5 if n == 0 else 1):.2f}" '
        f'fill="{ORANGE if n == 0 else BLUE}"/>'
        for n, (x, y) in enumerate(points)
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" role="img">
  <title>Grokking: the numbers modulo {P} on a ring, joined in counting order</title>
  <polygon points="{star}" fill="none" stroke="{BLUE}" stroke-width="{line}"
    stroke-linejoin="round" stroke-opacity="0.75"/>
{dots}
</svg>
"""


if __name__ == "__main__":
    (STATIC / "logo.svg").write_text(logo(line=1.6, dot=4.0), encoding="utf-8")
    (STATIC / "favicon.svg").write_text(logo(line=3.5, dot=6.0), encoding="utf-8")
