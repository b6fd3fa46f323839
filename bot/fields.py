"""The values a configuration is made of, for pydantic: durations, addresses, names, with their bounds."""

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from bot.errors import UserError
from probes.secret import Secret

ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(\?)?\}")
"""A secret by its name in the environment: `${NAME}`, or `${NAME?}` for what is left out where it is not set."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = r"^(\d{1,9}(\.\d{1,6})?(ms|s|m|h|d))+$"
LONGEST_WINDOW = 100
"""Results of one check that a plain rule looks back on at most."""
STORES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


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


def failures_in_a_row(value: object) -> object:
    """A number of failures: 3, "3", "3 failures". Raises ValueError."""
    found = re.fullmatch(r"\s*(\d{1,3})(\s+failures?)?(\s+in\s+a\s+row)?\s*", str(value))
    count = int(found[1]) if found and not isinstance(value, bool | float) else 0
    if not 1 <= count <= LONGEST_WINDOW:
        raise ValueError(f'expected failures in a row from 1 to {LONGEST_WINDOW}, such as "3 failures"')
    return count


def failures_of(value: object) -> object:
    """So many failures of the last results: "5 of 20" as (5, 20). Raises ValueError."""
    found = re.fullmatch(r"\s*(\d{1,3})\s+of\s+(\d{1,3})\s*", value) if isinstance(value, str) else None
    count, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= count <= of <= LONGEST_WINDOW:
        raise ValueError(f'expected failures of the last results, at most {LONGEST_WINDOW}, such as "5 of 20"')
    return count, of


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


def path(value: str) -> str:
    """A path of this machine. Raises ValueError."""
    if not value.isprintable() or (value.startswith("~") and not value.startswith("~/")):
        raise ValueError("expected a path; ~/ is your own home; for another user's, give the full path")
    return value


File = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(path)]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(web)]
Target = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(target)]
Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DURATION}]}),
]
Interval = Annotated[Duration, Field(ge=0.1, le=86400)]
AlertAfter = Annotated[
    int,
    BeforeValidator(failures_in_a_row),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\d+( failures?)?$"}]}
    ),
]
AlertIf = Annotated[
    tuple[int, int],
    BeforeValidator(failures_of),
    PlainSerializer(lambda pair: f"{pair[0]} of {pair[1]}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+ of \d+$"}),
]
Timeout = Annotated[Duration, Field(ge=0.05, le=600)]


class Part(BaseModel):
    """A mapping of the file: its keys are these and no others."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True, hide_input_in_errors=True
    )


LONGEST = 4_000
NOWHERE = Secret("")


def _secret(value: object) -> object:
    """A secret from the vault, or text that stands in the configuration."""
    return Secret(value.strip()) if isinstance(value, str) else value


def _sendable(value: Secret) -> Secret:
    text = value.reveal().strip()
    if not text.isascii() or not text.isprintable() or len(text) > LONGEST:
        raise ValueError("expected characters that can be sent in a header, as ${NAME} from the environment")
    return Secret(text)


def _given(value: Secret) -> Secret:
    if not value.reveal():
        raise ValueError("it is empty; expected a secret, as ${NAME} from the environment")
    return value


def _address(value: Secret) -> Secret:
    text = value.reveal()
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        port = parts.port
    except ValueError:
        known, port = None, None
    if not known or port == 0 or parts.fragment or " " in text:
        raise ValueError("expected an address such as https://host/path, without a user in it")
    return Secret(text.rstrip("/"))


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or not 0 <= int(port) < 65_536:
        raise ValueError("expected host:port, such as 0.0.0.0:8080")
    return value


OptionalSecret = Annotated[Secret, BeforeValidator(_secret), AfterValidator(_sendable)]
"""A secret that may be left out."""
RequiredSecret = Annotated[OptionalSecret, AfterValidator(_given)]
"""A secret that may not."""
Address = Annotated[OptionalSecret, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "uri"})]
"""An http or https address. A `Secret`, since with many outlets whoever has the address may post."""
Listen = Annotated[str, AfterValidator(_listen)]
"""Where requests come in: an own address and port, for `bot.http.server`."""


class HttpOptions(Part):
    """What every channel on the network may have: certificates to trust besides the usual ones, and its patience."""

    ca_file: str = Field("", description="a PEM file of certificates to trust besides the usual ones")
    answer_s: float = Field(20.0, gt=0, le=25, description="seconds for one request with its answer")


def expected(error: Mapping[str, Any]) -> str:
    """What one of pydantic's errors expected, by our own words where it has only its own."""
    if error["type"] == "missing":
        return f"expected {error['loc'][-1]}, which is missing"
    return str(error["msg"]).removeprefix("Value error, ")


Options = TypeVar("Options", bound=Part)


def parse_options(model: type[Options], name: str, given: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with a sentence for each that is wrong, never with values."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        said = [f"channels.{name}.{'.'.join(map(str, one['loc']))}: {expected(one)}" for one in error.errors()]
        raise UserError("\n".join(said)) from None


def unrelated(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Control hosts that can speak for our own network together. Raises ValueError."""
    if len({urlsplit(host).hostname for host in hosts}) < 2:
        raise ValueError("expected addresses of at least two unrelated hosts")
    return hosts
