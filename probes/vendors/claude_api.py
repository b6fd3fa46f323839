"""What the kinds that ask Claude's API share: its paths, address and key, and the check that costs nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from probes.inference.call import NOT_MEASURED, ModelRequest, whole
from probes.model import Check, Layer, Observation, Outcome
from probes.options import Option, Options, one_of
from probes.tools import MissingSecretError, Tools, filled

VERSION = "2023-06-01"
"""Of the API, a header every request must have: https://platform.claude.com/docs/en/api/versioning."""

MODELS, MESSAGES, COUNT, HELLO = "/v1/models", "/v1/messages", "/v1/messages/count_tokens", "/api/hello"
_PATHS = (COUNT, MESSAGES, MODELS, HELLO, "/v1", "/")

CHEAP = "claude-haiku-4-5"
PROMPT = ({"role": "user", "content": "Hi"},)

LARGEST = 1024 * 1024
"""Bytes of an answer that comes whole; the list of models is some KiB."""


def _key(value: str) -> str:
    return "" if not value or value.startswith("${") else "the name of a secret, as ${NAME}"


def _address(value: str) -> str:
    good = not value or re.fullmatch(r"https?://[^\s/@$][^\s@$]*", value)
    return "" if good else "an address that starts with https:// and holds no secret"


def several(value: list[Any]) -> str:
    """For options: at least one model's id."""
    good = value and all(isinstance(name, str) and re.fullmatch(r"[\w.:@/-]{1,100}", name) for name in value)
    return "" if good else "a list of models' ids, at least one"


ACCESS: Options = MappingProxyType(
    {
        "key": Option((str,), "", "the API key, as ${NAME}; without one only edge and gateway are measured", _key),
        "auth": Option(
            (str,), "x-api-key", "the header of the key: gateways want it as a bearer", one_of("x-api-key", "bearer")
        ),
        "base_url": Option((str,), "", "ask here instead of the target: a gateway of your own", _address),
    }
)


@dataclass(frozen=True, slots=True)
class Access:
    """Where to ask and with what. `lacking`: the secret that should have been the key, "" if none was named."""

    base: str
    key: str = field(repr=False)
    auth: str
    lacking: str

    @classmethod
    def of(cls, check: Check, options: Mapping[str, Any], tools: Tools) -> Self:
        """What a check's options say; a target that names one of the API's paths stands for the whole API."""
        base = options["base_url"] or check.target
        for path in _PATHS:
            base = base.removesuffix(path)
        key, lacking = "", ""
        try:
            key = filled(options["key"], tools.secrets)
        except MissingSecretError as missing:
            lacking = str(missing)
        return cls(base, key, options["auth"], lacking)

    def call(self, path: str, asked: Mapping[str, Any] | None = None) -> ModelRequest:
        """A request with the key, if there is one."""
        headers = {"anthropic-version": VERSION}
        if asked is not None:
            headers |= {"content-type": "application/json"}
        if self.key:
            headers |= {"x-api-key": self.key} if self.auth == "x-api-key" else {"authorization": f"Bearer {self.key}"}
        return ModelRequest(
            self.base + path,
            method="GET" if asked is None else "POST",
            headers=headers,
            body=b"" if asked is None else json.dumps(asked).encode(),
            keyed=bool(self.key),
            lacking=self.lacking,
            max_bytes=LARGEST,
        )


async def free(check: Check, tools: Tools, access: Access, why: str = "") -> Observation:
    """What can be known without paying, by asking for the models, with the key if there is one.

    Never better than `OK_EDGE_AND_GATEWAY`; the detail says that inference was not measured, and `why`.
    """
    seen = await whole(check, tools, access.call(MODELS), lambda body: wrong_shape(body, "data", list))
    if seen.outcome is not Outcome.OK:
        return seen
    layer = Layer.OK_EDGE_AND_GATEWAY if seen.layer is Layer.OK else seen.layer
    return replace(seen, layer=layer, detail=f"{why}: {NOT_MEASURED}" if why else seen.detail or NOT_MEASURED)


def wrong_shape(body: bytes, name: str, kind: type) -> str:
    """What is wrong with an answer that should have a name of that kind; nothing if it has."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    good = isinstance(told, dict) and isinstance(told.get(name), kind)
    return "" if good else "an answer that is not of Claude's API"
