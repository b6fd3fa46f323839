"""What the environment says besides secrets: vantage, proxies, who started us. Pure: it is given as a mapping."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.config.complaints import Complaint, Place
from bot.config.document import Node
from bot.config.secrets import Secrets
from bot.fields import ID, REFERENCE, STORES
from bot.settings import ServiceManager

ENVIRONMENT = Place("environment", 0)
VANTAGE = "GROUNDTRUTH_VANTAGE"


def environment_problems(root: Node, vault: Secrets, environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Everything in the environment that cannot be used. Values are not repeated: they may hold passwords."""
    if environ.get(VANTAGE) and not re.match(ID, environ[VANTAGE]):
        yield Complaint(ENVIRONMENT, VANTAGE, "expected a-z, 0-9, dot, dash, underscore, at most 63 characters")
    for scheme, url in proxies(environ).items():
        if not url.startswith(("http://", "https://")) or not _has_host(url):
            yield Complaint(ENVIRONMENT, f"{scheme}_proxy", "expected the http:// or https:// address of a proxy")
    redis = root.get("redis")
    if redis is None or not isinstance(redis.value, str):
        return
    try:
        vault.find("REDIS_PASSWORD")
    except ValueError as error:
        yield Complaint(ENVIRONMENT, "REDIS_PASSWORD", str(error))
    reference = REFERENCE.fullmatch(redis.value)
    if reference:
        yield from _store(reference[1], redis, vault)


def _store(name: str, redis: Node, vault: Secrets) -> Iterator[Complaint]:
    try:
        found = vault.find(name)
    except ValueError:
        return  # the vault has complained of it
    if found and not found.reveal().startswith(tuple(f"{scheme}://" for scheme in STORES)):
        yield Complaint(
            redis.place, ("redis",), f"expected {name} to hold the store's address, such as redis://host:6379"
        )


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def vantage(environ: Mapping[str, str], configured: str | None, host: str) -> str:
    """Where we look from: the environment's word, the file's, or the host's name in the letters of an id."""
    given = environ.get(VANTAGE) or configured
    return given or re.sub(r"[^a-z0-9._-]+", "-", host.lower()).strip("-._")[:63] or "here"


def state_dir(environ: Mapping[str, str], configured: str | None) -> str:
    """Where files are kept: the file's word unless it says nothing, then the first of `STATE_DIRECTORY` (systemd)."""
    return configured or environ.get("STATE_DIRECTORY", "").partition(":")[0] or ".groundtruth"


def service_manager(environ: Mapping[str, str], pid: int) -> ServiceManager:
    """Who started the process of that number and wants to hear of it, as sd_notify(3) has it."""
    address, period = environ.get("NOTIFY_SOCKET", ""), environ.get("WATCHDOG_USEC", "")
    meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
    return ServiceManager(
        address if address[:1] in {"/", "@"} and len(address) > 1 else "",
        int(period) / 1e6 if meant and re.fullmatch(r"[0-9]{1,15}", period) else 0.0,
    )


def proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Scheme to proxy, from the customary variables in either case."""
    every = _either(environ, "all_proxy")
    named = {scheme: _either(environ, f"{scheme}_proxy") or every for scheme in ("http", "https")}
    return {scheme: url for scheme, url in named.items() if url}


def no_proxy(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Hosts and domains that go direct."""
    return tuple(word.strip() for word in _either(environ, "no_proxy").split(",") if word.strip())


def _either(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper(), "")
