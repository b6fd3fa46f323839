"""Checks of values of a configuration that need nothing but the value."""

from urllib.parse import urlsplit


def path(value: str) -> str:
    """A path of this machine. Raises ValueError."""
    if not value.isprintable() or (value.startswith("~") and not value.startswith("~/")):
        raise ValueError("expected a path; ~/ is your own home, of another's only the full path")
    return value


def unrelated(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Control hosts that can speak for our own network together. Raises ValueError."""
    if len({urlsplit(host).hostname for host in hosts}) < 2:
        raise ValueError("expected addresses of at least two unrelated hosts")
    return hosts
