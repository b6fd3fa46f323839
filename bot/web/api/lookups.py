"""What a request names, among what its asker may see."""

from bot.core.commands.parser import INCIDENT_ID
from bot.core.model.incident import Incident
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.web.routing import Call, HttpError


def chosen(call: Call, name: str, words: tuple[str, ...], default: str) -> str:
    """A parameter of a few words. Raises HttpError for another."""
    value = call.query(name, default)
    if value not in words:
        raise HttpError(400, f"{name}: expected {', '.join(words)}")
    return value


def number(call: Call, name: str, default: int, most: int) -> int:
    """A parameter that counts, from 1. Raises HttpError for another."""
    value = call.query(name, str(default))
    if not (value.isascii() and value.isdecimal()) or not 1 <= int(value[:9]) <= most:
        raise HttpError(400, f"{name}: expected a number from 1 to {most}")
    return int(value)


def component(call: Call) -> tuple[ServiceStatus, ComponentStatus]:
    """The component of the path. Raises HttpError."""
    wanted = call.params["component"]
    for standing in call.site.visible(call.visitor).values():
        for voices in standing.voices:
            if voices.measured.component == wanted:
                return standing, voices
    raise HttpError(404, "there is no component of that id")


def standings(call: Call) -> list[ServiceStatus]:
    """The service that `service` names, or all. Raises HttpError."""
    visible, wanted = call.site.visible(call.visitor), call.query("service")
    if wanted and wanted not in visible:
        raise HttpError(404, "there is no service of that id")
    return [visible[wanted]] if wanted else list(visible.values())


async def incident(call: Call) -> tuple[ServiceStatus, Incident]:
    """The incident of the path. Raises HttpError, StoreError."""
    found = INCIDENT_ID.fullmatch(call.params["incident"])
    if found is not None:
        for service, standing in call.site.visible(call.visitor).items():
            one = await call.site.reader.incident(service, found[1].upper())
            if one is not None:
                return standing, one
    raise HttpError(404, "there is no incident of that id")
