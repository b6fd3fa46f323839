"""`groundtruth --version`: the release, what it was built from, and the versions of what it writes and speaks."""

import platform
from importlib import metadata, resources

from bot.channels.webhook.payload import Message
from bot.core.detection.serialization import VERSION
from bot.store.keys import SCHEMA

BUILD = "BUILD"
"""A file in the package: the commit and its date, written by `make release` and by the Containerfile."""


def version() -> str:
    """Lines for people and for bug reports."""
    spoken = {
        "store keys": SCHEMA,
        "detector state": VERSION,
        "webhook": Message.model_fields["version"].default,
        "Python": platform.python_version(),
    }
    return f"groundtruth {metadata.version('groundtruth')} ({build()})\n" + ", ".join(
        f"{what} {number}" for what, number in spoken.items()
    )


def build() -> str:
    """As in "build 3f2a91c of 2026-11-30"; of a checkout there is none."""
    file = resources.files("bot").joinpath(BUILD)
    return f"build {file.read_text().strip()}" if file.is_file() else "from a checkout"
