"""Metrics as text, OpenMetrics 1.0 or the older Prometheus format; which, the scraper's Accept header says. Pure.

Written by hand because prometheus-client's own writer takes some 20 µs a sample; its parser reads every line back in
the tests.
"""

from collections.abc import Mapping, Sequence

from bot.web.metrics.families import FAMILIES, Family

Rows = dict[str, list[str]]
"""By family: pieces of text of one or more finished lines, without the last line's end."""


def labels(**named: str) -> str:
    """Labels as they stand behind a name: `{service="claude"}`; "" where there are none."""
    return f"{{{inner(named)}}}" if named else ""


def inner(named: Mapping[str, str]) -> str:
    """The same without braces, so that more can be added."""
    return ",".join(f'{name}="{escaped(value)}"' for name, value in named.items())


def escaped(value: str) -> str:
    """A label's value between its quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def rendered(rows: Mapping[str, Sequence[str]], *, openmetrics: bool) -> str:
    """The text of these families, without the end mark of OpenMetrics; families without lines are left out."""
    parts: list[str] = []
    for name, pieces in rows.items():
        if pieces:
            parts += _head(FAMILIES[name], openmetrics=openmetrics)
            parts += pieces
    return "\n".join(parts) + "\n" if parts else ""


def _head(family: Family, *, openmetrics: bool) -> list[str]:
    name, kind = family.name, str(family.type)
    if not openmetrics:
        # The older format knows no info, and calls a counter by its sample's name.
        name = family.samples[0] if family.type in ("counter", "info") else name
        kind = "gauge" if family.type == "info" else kind
    lines = [f"# HELP {name} {family.help}", f"# TYPE {name} {kind}"]
    if openmetrics and name.endswith("_seconds"):
        lines.append(f"# UNIT {name} seconds")
    return lines
