"""The optional parts of the package, and what each needs."""

from importlib import metadata


def command(extra: str) -> str:
    """How to install what an extra needs, package by package: our own name means another project on PyPI."""
    marker = f"extra == '{extra}'"
    named = [one.partition(";") for one in metadata.requires("groundtruth") or ()]
    wanted = sorted(need.strip() for need, _, when in named if when.strip().replace('"', "'") == marker)
    return f"pip install {' '.join(repr(need) for need in wanted)}"
