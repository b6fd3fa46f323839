"""A service of two jobs that report in."""

from types import MappingProxyType

from bot.settings import Component, Service, Settings
from probes.model import Check

UUID = "3f1c9b64-8c1e-4f4e-9d57-0d3a3f6a2b11"
KEY = "0123456789abcdefKEY"


def job(name: str, target: str) -> Component:
    """A component of one heartbeat."""
    options = MappingProxyType({"every": 3600.0})
    check = Check(f"{name}/ping", "heartbeat", "jobs", name, target, 30.0, 10.0, options, own=True)
    return Component(name, "jobs", name.title(), checks=(check,))


SETTINGS = Settings((Service("jobs", "Jobs", components=(job("backup", UUID), job("report", "weekly-report"))),))
