# SPDX-License-Identifier: Apache-2.0
# How do the ratios look? Horizontal bars on a logarithmic scale, one group a workload, as an SVG file.
import math
from xml.sax.saxutils import escape

COLOURS = {"exact": "#1b7f5c", "sampled": "#7fc8a9", "mimalloc": "#0b4d3a", "lsan": "#4c78a8",
           "jemalloc": "#a0b9d9", "heaptrack_library": "#f2a65a", "heaptrack": "#d9772b",
           "jemalloc_exact": "#b279a2", "gperftools": "#9d3c3c", "valgrind": "#666666"}
WORKLOADS = ("pairs_5", "pairs_20", "pairs_40", "redis_pipelined", "nginx", "postgresql", "gxx", "python",
             "sqlite", "xmllint")
LEFT, RIGHT, THICK, GAP, TOP = 250, 640, 9, 14, 60
LEAST = 0.7


class Scale:
    """Logarithmic, up to the power of two that holds the greatest ratio."""

    def __init__(self, greatest):
        self.most = 2.0 ** max(1, math.ceil(math.log2(max(greatest, LEAST))))

    def along(self, ratio):
        """x of a ratio."""
        part = math.log(max(ratio, LEAST) / LEAST) / math.log(self.most / LEAST)
        return LEFT + part * RIGHT


def text(x, y, words, anchor="start", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
            f"{escape(words)}</text>")


def grid(scale, bottom):
    parts, ratio = [], 1
    while ratio <= scale.most:
        x = scale.along(ratio)
        colour = "#000" if ratio == 1 else "#ddd"
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"/>')
        parts.append(text(x, TOP - 14, f"{ratio}×", "middle"))
        ratio *= 2
    return parts


def group(scale, outcome, runners, y):
    """The bars of one workload: (parts, next y)."""
    start, parts = y, []
    for runner in runners:
        ratio = outcome.ratio(runner.name)
        if runner.name not in COLOURS or ratio is None:
            continue
        begin, end = sorted((scale.along(1), scale.along(ratio)))
        parts.append(f'<rect x="{begin:.1f}" y="{y}" width="{max(end - begin, 1.0):.1f}" '
                     f'height="{THICK - 1}" fill="{COLOURS[runner.name]}"><title>'
                     f"{escape(runner.title)}: {ratio:.2f}×</title></rect>")
        parts.append(text(end + 4, y + THICK - 2, f"{ratio:.2f}", size=8))
        y += THICK
    if parts:
        parts.append(text(LEFT - 10, (start + y) / 2 + 4, outcome.title, "end"))
    return parts, y


def legend(runners, y):
    parts, x = [], 20
    for runner in runners:
        if runner.name not in COLOURS:
            continue
        parts.append(f'<rect x="{x}" y="{y}" width="10" height="10" fill="{COLOURS[runner.name]}"/>')
        parts.append(text(x + 15, y + 9, runner.title))
        x, y = (20, y + 16) if x > 400 else (470, y)
    return parts, y + 24


def svg(outcomes, runners):
    shown_outcomes = [outcomes[name] for name in WORKLOADS
                      if name in outcomes and outcomes[name].ratio("exact") is not None]
    scale = Scale(max((outcome.ratio(runner.name) or 1 for outcome in shown_outcomes
                       for runner in runners), default=2))
    parts, y = [], TOP
    for outcome in shown_outcomes:
        bars, y = group(scale, outcome, runners, y)
        parts += bars
        y += GAP
    shown = [runner for runner in runners
             if any(outcome.ratio(runner.name) is not None for outcome in outcomes.values())]
    names, height = legend(shown, y + 4)
    head = text(20, 22, "CPU against bare: median of the rounds, logarithmic scale", size=14)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + RIGHT + 60}" '
                      f'height="{height}" font-family="sans-serif">',
                      f'<rect width="100%" height="100%" fill="#fff"/>{head}', *grid(scale, y), *parts, *names,
                      "</svg>", ""])
