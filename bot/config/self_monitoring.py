"""How Groundtruth itself is watched, in the configuration: its shape, what it comes to, and what is complained of."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from bot.config.complaints import Complaint, unknown
from bot.config.document import Node, Path
from bot.config.escalation import Address
from bot.config.secrets import Secrets
from bot.core.health.signs import RUNBOOK
from bot.fields import REFERENCE, Duration, File, Listen, Part, Url, web
from bot.scheduling.cron import Recurring
from bot.settings import Digest, Heartbeat, Watching
from probes.secret import Secret


def _kept(value: str) -> str:
    """An address that the environment keeps, perhaps with more behind it. Raises ValueError."""
    if not REFERENCE.match(value):
        raise ValueError("expected ${HEARTBEAT_URL}, from the environment: whoever knows the address can keep it quiet")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone such as Europe/Berlin or UTC") from None
    return value


TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


def _time(value: str) -> str:
    if not re.fullmatch(TIME, value):
        raise ValueError('expected a time of day of 24 hours, in quotes, such as "09:00" or "17:30"')
    return value


Zone = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_zone)]
"""A time zone by its IANA name."""
LATE_S = 12 * 3_600.0
"""A digest that could not be told in time is told so long after it."""
KeptAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_kept)]
To = Annotated[tuple[Address, ...], Field(min_length=1, max_length=20)]


class HeartbeatPart(Part):
    url: KeptAddress = Field(description="the dead-man's switch, as ${HEARTBEAT_URL}")
    fail_url: KeptAddress | None = Field(
        None, description='called when we run but do not work, such as "${HEARTBEAT_URL}/fail"'
    )
    interval: Annotated[Duration, Field(ge=10, le=86_400)] = Field(60.0, description="how often it is asked")
    method: Literal["GET", "HEAD", "POST", "PUT"] = Field("GET", description="the HTTP method")
    headers: dict[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")],
        Annotated[str, StringConstraints(min_length=1, max_length=2000)],
    ] = Field(default_factory=dict, max_length=10, description="headers to send, such as Authorization: ${NAME}")
    ca_file: File | None = Field(None, description="a PEM file of certificates to trust besides the usual ones")


class SelfPart(Part):
    to: To | None = Field(
        None, description="who is notified of Groundtruth's own problems; channels that get everything if absent"
    )
    runbook: Url | None = Field(
        None, description="the address of your copy of operations.md; each notice links to its entry there"
    )


class DigestPart(Part):
    every: Literal["day", "week"] = Field("day", description="a digest of the last day, or of the last seven")
    at: Annotated[str, AfterValidator(_time), WithJsonSchema({"type": "string", "pattern": TIME})] = Field(
        "09:00", description="when it is sent, as a clock there shows it"
    )
    on: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field("mon", description="the day of a weekly one")
    zone: Zone = Field("UTC", description="the time zone of that clock")
    to: To = Field(description="channels, or places in one, such as slack:C0123ABCD")


class HealthPart(Part):
    listen: Listen | None = Field(None, description="where /livez and /readyz answer, such as 127.0.0.1:8080")


class Parts(Protocol):
    """The sections of the configuration that this is about."""

    @property
    def heartbeat(self) -> HeartbeatPart | None: ...
    @property
    def self(self) -> SelfPart: ...
    @property
    def health(self) -> HealthPart: ...
    @property
    def digest(self) -> tuple[DigestPart, ...]: ...


def watching(parts: Parts, vault: Secrets) -> Watching:
    """What the parts come to; a heartbeat whose optional secret is not set is off."""
    return Watching(
        heartbeat=_heartbeat(parts.heartbeat, vault) if parts.heartbeat else None,
        to=tuple(dict.fromkeys(parts.self.to or ())),
        runbook=parts.self.runbook or RUNBOOK,
        listen=parts.health.listen or "",
        digests=tuple(map(_digest, parts.digest)),
    )


def _digest(part: DigestPart) -> Digest:
    hour, minute = map(int, part.at.split(":"))
    day = part.on if part.every == "week" else "*"
    when = Recurring((), f"{minute} {hour} * * {day}", part.zone, LATE_S)
    return Digest(part.every, when, tuple(dict.fromkeys(part.to)))


def _heartbeat(part: HeartbeatPart, vault: Secrets) -> Heartbeat | None:
    url = vault.secret(part.url)
    if url is None:
        return None
    headers = ((name, vault.secret(value)) for name, value in part.headers.items())
    return Heartbeat(
        url=url,
        interval_s=part.interval,
        method=part.method,
        fail=vault.secret(part.fail_url) if part.fail_url else None,
        headers=tuple((name, value) for name, value in headers if value is not None),
        ca_file=part.ca_file or "",
    )


def violations(root: Node, vault: Secrets) -> Iterator[Complaint]:
    """Secrets that are not there, addresses that are none, and targets in channels that do not exist."""
    beat = root.get("heartbeat")
    if beat:
        yield from vault.complaints(beat, ("heartbeat",))
        for key in ("url", "fail_url"):
            yield from _no_address(beat.get(key), ("heartbeat", key), vault)
    known = {name for name, _ in channels.items()} if (channels := root.get("channels")) else {"console"}
    own = root.get("self")
    yield from _unknown(own.get("to") if own else None, ("self", "to"), known)
    digests = root.get("digest")
    for number, one in enumerate(digests.value if digests and isinstance(digests.value, list) else ()):
        yield from _unknown(one.get("to"), ("digest", number, "to"), known)


def _unknown(to: Node | None, path: Path, known: set[str]) -> Iterator[Complaint]:
    for number, target in enumerate(to.value if to and isinstance(to.value, list) else ()):
        if isinstance(target.value, str) and (channel := target.value.partition(":")[0]) not in known:
            yield Complaint(target.place, (*path, number), unknown("channel", channel, known))


def _no_address(node: Node | None, path: Path, vault: Secrets) -> Iterator[Complaint]:
    """What the environment holds under the name is no address; the value is not repeated."""
    if node is None or not isinstance(node.value, str) or not REFERENCE.match(node.value):
        return
    try:
        secret: Secret | None = vault.secret(node.value)
        if secret is not None and secret.reveal():
            web(secret.reveal())
    except ValueError as error:
        said = str(error)
        yield Complaint(
            node.place, path, said if said.startswith("expected an") else "expected an http:// address there"
        )
