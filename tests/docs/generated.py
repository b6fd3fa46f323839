"""Which parts of which pages are written from the code."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tests.docs import api, commands, configuration, errors, metrics, services
from tests.docs.pages import DOCS, replaced
from tests.docs.transcripts import headlines, recorded, tables

PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "accuracy.md": {"figures": partial(tables, "accuracy.txt")},
    "api.md": {"operations": api.operations},
    "commands.md": {
        "chat commands": commands.chat,
        "recorded answers": partial(recorded, "ask.txt"),
        "terminal commands": commands.terminal,
    },
    "configuration.md": {"keys": configuration.keys, "probe kinds": configuration.kinds},
    "channels.md": {"channel kinds": configuration.channels},
    "detection.md": {"dialects": services.dialects, "recorded demo": headlines},
    "errors.md": {"messages": errors.messages, "error words": errors.words},
    "metrics.md": {"metrics": metrics.families},
    "routing.md": {"recorded routes": partial(recorded, "routes.txt")},
    "services.md": {"services": services.services},
}


def written(path: Path, page: str) -> str:
    """The page with its parts as the code has them now. Raises ValueError where one has no place."""
    parts = PARTS.get(path.name, {}) if path.parent == DOCS else {}
    for name, make in parts.items():
        page = replaced(page, name, make())
    return page
