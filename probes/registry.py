"""Every kind of check: its name in configurations -> its probe and its options. A new kind is a line in each."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from probes import control, http, options, statuspage
from probes.model import Check
from probes.options import Options
from probes.tools import Probe, named

PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "control": control.control,
        "http": http.http,
        "statuspage": statuspage.statuspage,
    }
)

KIND_OPTIONS: Mapping[str, Options] = MappingProxyType(
    {
        "control": control.OPTIONS,
        "http": http.OPTIONS,
        "statuspage": statuspage.OPTIONS,
    }
)


def complaints(kind: str, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the options of a check: pairs of key and what was expected, "" for an unknown key."""
    return options.complaints(KIND_OPTIONS[kind], given)


def secrets_wanted(check: Check) -> frozenset[str]:
    """Names of the secrets that a check's options refer to as `${NAME}`, defaults included."""
    values = options.with_defaults(KIND_OPTIONS[check.kind], check.options).values()
    return frozenset(name for value in values for text in _texts(value) for name in named(text))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
