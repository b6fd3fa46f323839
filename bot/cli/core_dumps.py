"""No core dump of this process or its children: it would hold every secret we have."""

import importlib
import sys


def forbid_core_dumps() -> None:
    """From here on a crash leaves no picture of the memory. Where the system has no such limit, nothing happens."""
    if sys.platform == "win32":
        return
    resource = importlib.import_module("resource")
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
