"""What options of channels are made of: secrets, addresses, and the sentence for each that is wrong."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from bot.errors import UserError
from probes.secret import Secret

LONGEST = 4_000
NOWHERE = Secret("")


def _secret(value: object) -> object:
    """A secret from the vault, or text that stands in the configuration."""
    return Secret(value.strip()) if isinstance(value, str) else value


def _sendable(value: Secret) -> Secret:
    text = value.reveal().strip()
    if not text.isascii() or not text.isprintable() or len(text) > LONGEST:
        raise ValueError("expected letters that can be sent in a header, as ${NAME} of the environment")
    return Secret(text)


def _given(value: Secret) -> Secret:
    if not value.reveal():
        raise ValueError("it is empty; expected a secret, as ${NAME} of the environment")
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


Confidential = Annotated[Secret, BeforeValidator(_secret), AfterValidator(_sendable)]
"""A secret that may be left out."""
Needed = Annotated[Confidential, AfterValidator(_given)]
"""A secret that may not."""
Address = Annotated[Confidential, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "uri"})]
"""An http or https address. A `Secret`, since with many outlets whoever has the address may post."""
Listen = Annotated[str, AfterValidator(_listen)]
"""Where requests come in: an own address and port, for `bot.channels.listening`."""


class Part(BaseModel):
    """A mapping of the file: its keys are these and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


class Reached(Part):
    """What every outlet on the network may have: certificates to trust besides the usual ones, and its patience."""

    ca_file: str = Field("", description="a PEM file of certificates to trust besides the usual ones")
    answer_s: float = Field(20.0, gt=0, le=25, description="seconds for one request with its answer")


Options = TypeVar("Options", bound=Part)


def read(model: type[Options], name: str, given: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with a sentence for each that is wrong, never with values."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        said = [
            f"channels.{name}.{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise UserError("\n".join(said)) from None
