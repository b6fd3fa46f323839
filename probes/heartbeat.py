"""Kind `heartbeat`: nothing is asked; a job reports in, and its reports are judged by when they were due."""

from dataclasses import replace
from types import MappingProxyType

from probes.model import Check, Observation
from probes.options import Option, Options
from probes.tools import Tools, observe, ours

VANTAGE = "pings"
"""Where these results are from: the same wherever they are read."""

_LENGTH = (str, int, float)

OPTIONS: Options = MappingProxyType(
    {
        "every": Option(_LENGTH, "", "how often the job reports success, such as 1h; or `cron`"),
        "cron": Option((str,), "", 'when the job runs, as cron\'s five fields, such as "0 3 * * *"; or `every`'),
        "time_zone": Option((str,), "UTC", "the time zone of `cron`, such as Europe/Berlin"),
        "grace": Option(
            _LENGTH, "", "how late a ping may be; a tenth of `every` if absent (at least 1m), 5m with cron"
        ),
        "run": Option(_LENGTH, "", "how long a run may take from its start to its end; the grace if absent"),
    }
)


async def heartbeat(check: Check, tools: Tools) -> Observation:
    """Read what the job reported last. The target is the UUID or slug in its address."""
    if tools.pings is None:
        return observe(check, tools, ours("no_store", "pings are kept in the store, which is not open here"))
    reading = await tools.pings.reading(check, tools.memory)
    return replace(observe(check, tools, reading), vantage=VANTAGE)
