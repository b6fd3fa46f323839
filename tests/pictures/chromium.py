"""A page as a picture, by a browser without a window that has no network."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.pictures.palette import reduced

NAMES = ("chromium", "chromium-browser", "google-chrome")
SCALE = 2
TALLEST = 4_000
LIMIT_S = 60
SHOTS = 6
"""So often a page is shot at most; a loaded machine now and then hands over a half-drawn picture."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=2000",
    "--hide-scrollbars", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


def found() -> str:
    """The browser's path. Raises FileNotFoundError where there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(f"none of {', '.join(NAMES)} is installed")


def shoot(page: str, width: int, picture: Path) -> None:
    """Write the page's picture, as tall as the page; `width` in CSS pixels.

    Raises:
        FileNotFoundError: there is no browser.
        subprocess.SubprocessError: it failed, or took too long.
        ValueError: it did not say how tall the page is, or no two shots in a row are alike.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        dumped = _run(folder, f"--window-size={width},{TALLEST}", "--dump-dom", file.as_uri())
        tall = re.search(r'<html[^>]* data-tall="(\d{1,4})"', dumped)
        if tall is None:
            raise ValueError("the browser did not say how tall the page is")
        drawn = _settled(folder, file.as_uri(), f"{width},{tall[1]}")
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(reduced(drawn))


def _settled(folder: str, address: str, size: str) -> bytes:
    """The picture, once two shots in a row are the same."""
    shot, before = Path(folder) / "shot.png", b""
    for _ in range(SHOTS):
        _run(
            folder, f"--window-size={size}", f"--force-device-scale-factor={SCALE}", f"--screenshot={shot}", address
        )  # fmt: skip
        drawn = shot.read_bytes()
        if drawn == before:
            return drawn
        before = drawn
    raise ValueError(f"no two of {SHOTS} shots in a row are alike")


def _run(folder: str, *arguments: str) -> str:
    command = [found(), *FLAGS, f"--user-data-dir={folder}/profile", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return done.stdout
