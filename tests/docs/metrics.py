"""The metrics for their page."""

from bot.web.metrics.families import FAMILIES
from tests.docs.pages import table


def families() -> str:
    """Every family with its labels."""
    rows = [
        (f"`{family.samples[0].removesuffix('_bucket')}`", family.type, ", ".join(family.labels), family.help)
        for family in FAMILIES.values()
    ]
    return table(("metric", "type", "labels", "what it says"), tuple(rows))
