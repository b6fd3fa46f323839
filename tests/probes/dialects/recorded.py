"""The recordings beside these tests."""

from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data" / "status-pages"


def recorded(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def at(text: str) -> float:
    """Unix seconds of an ISO time."""
    return datetime.fromisoformat(text).timestamp()
