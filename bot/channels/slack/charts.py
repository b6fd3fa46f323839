"""Charts as Slack draws them: its own block, within its limits. Pure.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from collections.abc import Sequence
from typing import Any

from bot.channels.slack.blocks import CHART
from bot.core.answers.charts import POINTS, SERIES, Chart

MOST = 2
"""Charts of one message."""
TITLE, NAME, AXIS = 50, 20, 50
"""Characters of a title, of a series or label, of an axis' label."""


def chart_blocks(charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """The first charts as blocks."""
    return [_block(chart) for chart in charts[:MOST]]


def _block(chart: Chart) -> dict[str, Any]:
    labels = [label[:NAME] for label in chart.labels[:POINTS]]
    series = [
        {
            "name": one.name[:NAME],
            "data": [{"label": label, "value": value} for label, value in zip(labels, one.values, strict=False)],
        }
        for one in chart.series[:SERIES]
    ]
    axes = {"categories": labels, "x_label": chart.note[:AXIS], "y_label": chart.unit[:AXIS]}
    return {
        "type": CHART,
        "title": chart.title[:TITLE],
        "chart": {"type": "line", "series": series, "axis_config": axes},
    }
