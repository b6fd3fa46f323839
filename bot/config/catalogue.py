"""The services we know: the YAML files that come with the package."""

from importlib.resources import files

from bot.config.complaints import Complaint
from bot.config.document import Node, read

SHELF = files("probes") / "catalogue"


def names() -> tuple[str, ...]:
    """The ids of all services of the catalogue, in order."""
    found = (entry.name for entry in SHELF.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def entry(name: str) -> tuple[Node, list[Complaint]] | None:
    """A service's file as a tree with what is wrong in it, None where we do not know the service."""
    if name not in names():
        return None
    return read((SHELF / f"{name}.yaml").read_bytes(), f"catalogue/{name}.yaml")
