"""The values a configuration is made of, for pydantic: durations, addresses, names, with their bounds."""

import math
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bot.configuration.plain import path

ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(\?)?\}")
"""A secret by its name in the environment: `${NAME}`, or `${NAME?}` for what is left out where it is not set."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = r"^(\d{1,9}(\.\d{1,6})?(ms|s|m|h|d))+$"
STORES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")


def seconds(value: object) -> float:
    """A duration: a number of seconds, or text such as 500ms, 30s, 5m, 1h30m. Raises ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, str) and len(value) <= 40 and re.fullmatch(DURATION, value):
        return sum(float(n) * UNITS[unit] for n, unit in re.findall(r"([\d.]+)(ms|s|m|h|d)", value))
    raise ValueError("expected a duration such as 30s, 5m or 2h, or a number of seconds")


def web(value: str) -> str:
    """An address for HTTP. Raises ValueError, which never repeats the address: it may hold a password."""
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("expected an http:// or https:// address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine or not is_printable(value):
        raise ValueError("expected an http:// or https:// address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user or password; send secrets in a header, as ${NAME}")
    return value


def is_printable(value: str) -> bool:
    """Whether the text is one word without blanks and control characters."""
    return value.isprintable() and " " not in value


def target(value: str) -> str:
    """What a check looks at: an address, or a host or name for kinds that are not HTTP. Raises ValueError."""
    if not value.isprintable():
        raise ValueError("expected one line of plain text")
    if REFERENCE.search(value):
        raise ValueError("expected no secret here: targets are shown; send it in a header")
    return web(value) if value.startswith(("http:", "https:")) else value


def store(value: str) -> str:
    """The store's address, or the name of the secret that holds it. Raises ValueError."""
    if REFERENCE.fullmatch(value):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("expected redis://host:6379/0 or the like") from None
    if parts.scheme not in STORES:
        raise ValueError(f"expected an address that starts with {', '.join(s + '://' for s in STORES)} or is ${{NAME}}")
    if parts.password or "password" in parts.query.lower() or REFERENCE.search(value):
        raise ValueError("expected no password here: set REDIS_PASSWORD or REDIS_PASSWORD_FILE, or write ${REDIS_URL}")
    return value


Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$")]
Id = Annotated[str, StringConstraints(pattern=ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
File = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(path)]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(web)]
Target = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(target)]
Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DURATION}]}),
]
Interval = Annotated[Duration, Field(ge=0.1, le=86400)]
Timeout = Annotated[Duration, Field(ge=0.05, le=600)]


class Part(BaseModel):
    """A mapping of the file: its keys are these and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
