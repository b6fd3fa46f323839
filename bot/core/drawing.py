"""Lines over time as SVG: the paths of the page's charts, and whole pictures for channels that draw none. Pure."""

from collections.abc import Sequence
from math import ceil, log10
from xml.sax.saxutils import escape

from bot.core.answers.charts import Chart

WIDTH, PANEL = 760, 270
"""A picture's width, and the height of one chart in it."""
LEFT, TOP, RIGHT, BOTTOM = 56, 66, 20, 46
"""The room around the lines: values on the left, title and names above, times below."""
LABELS = 7
"""Most times under a chart."""
LOOKS = (
    ("#0b57d0", ""),
    ("#b3261e", "7 4"),
    ("#146c2e", "2 3"),
    ("#7b4d00", "9 3 2 3"),
    ("#6a1b9a", "4 4"),
    ("#00629b", "1 2"),
)
"""A line's colour and dashes, in the order of series: told apart without colour as well."""
INK, GREY, GRID = "#1f2328", "#59636e", "#d1d9e0"


def path(values: Sequence[float | None], top: float, width: float, height: float) -> str:
    """An SVG path of values from 0 to `top`; it breaks where there is none, and a lone point is a short stroke."""
    wide, parts, open_ = width / max(1, len(values)), [], False
    for place, value in enumerate(values):
        if value is None:
            open_ = False
            continue
        x, y = round((place + 0.5) * wide, 1), round(height * (1 - min(1.0, value / top)), 1)
        lone = not open_ and (place + 1 == len(values) or values[place + 1] is None)
        parts.append(f"{'L' if open_ else 'M'}{x:g} {y:g}" + ("h2" if lone else ""))
        open_ = True
    return "".join(parts)


def axis_end(most: float, nothing: float) -> float:
    """The end of an axis: 1, 2 or 5 times a power of ten, above `most`; `nothing` where all is zero."""
    if most <= 0:
        return nothing
    ten = 10.0 ** (ceil(log10(most)) - 1)
    return float(next(step * ten for step in (1, 2, 5, 10) if step * ten >= most * (1 - 1e-9)))


def svg(charts: Sequence[Chart]) -> str:
    """The charts in one picture, below each other."""
    height = PANEL * len(charts)
    panels = "".join(f'<g transform="translate(0 {n * PANEL})">{_panel(one)}</g>' for n, one in enumerate(charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="Noto Sans, sans-serif" font-size="13" fill="{INK}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{panels}</svg>'
    )


def in_words(charts: Sequence[Chart]) -> str:
    """What the picture shows, for those who do not see it: each line with its lowest and highest value."""
    said = []
    for one in charts:
        lines = [f"{line.name} {_between(min(line.values), max(line.values))}" for line in one.series if line.values]
        said.append(f"{one.title}, {one.labels[0]} to {one.labels[-1]} UTC, in {one.unit}: {', '.join(lines)}.")
    return " ".join(said)


def _between(low: float, high: float) -> str:
    """Two values to three digits, one where they are the same."""
    first, last = f"{low:.3g}", f"{high:.3g}"
    return first if first == last else f"{first} to {last}"


def _panel(chart: Chart) -> str:
    wide, high = WIDTH - LEFT - RIGHT, PANEL - TOP - BOTTOM
    end = axis_end(max((max(one.values, default=0.0) for one in chart.series), default=0.0), 1.0)
    parts = [f'<text x="{LEFT}" y="24" font-size="16">{escape(chart.title)}</text>', _legend(chart)]
    for share in (0.0, 0.5, 1.0):
        y = TOP + high * (1 - share)
        parts.append(f'<path d="M{LEFT} {y:g}h{wide}" stroke="{GRID}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:g}" text-anchor="end" fill="{GREY}">{end * share:g}</text>')
    for number, line in enumerate(chart.series):
        colour, dashes = LOOKS[number % len(LOOKS)]
        drawn = path(line.values, end, wide, high)
        style = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes or "none"}" stroke-linejoin="round"'
        parts.append(f'<path transform="translate({LEFT} {TOP})" d="{drawn}" fill="none" {style}/>')
    parts.extend(_times(chart, wide))
    note = f"{chart.unit}; {chart.note}" if chart.note else chart.unit
    parts.append(f'<text x="{LEFT}" y="{PANEL - 8}" font-size="12" fill="{GREY}">{escape(note)}</text>')
    return "".join(parts)


def _legend(chart: Chart) -> str:
    """The names of the lines; a single one is told by the title."""
    if len(chart.series) < 2:
        return ""
    room, parts = (WIDTH - LEFT - RIGHT) / len(chart.series), []
    for number, line in enumerate(chart.series):
        colour, dashes = LOOKS[number % len(LOOKS)]
        x = LEFT + number * min(room, 150)
        style = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes or "none"}"'
        parts.append(f'<path d="M{x:g} 44h22" {style}/><text x="{x + 28:g}" y="48">{escape(line.name)}</text>')
    return "".join(parts)


def _times(chart: Chart, wide: float) -> list[str]:
    """Some of the labels, evenly spread."""
    count = len(chart.labels)
    step, y = -(-count // LABELS), PANEL - BOTTOM + 18
    places = [(LEFT + (n + 0.5) * wide / count, chart.labels[n]) for n in range(0, count, step)]
    style = f'text-anchor="middle" font-size="12" fill="{GREY}"'
    return [f'<text x="{x:.1f}" y="{y}" {style}>{escape(label)}</text>' for x, label in places]
