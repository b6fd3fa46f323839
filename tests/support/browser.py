"""An installed Chromium, driven by `tests/web/browser/visit.mjs`: what a person would see of a page."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pictures.chromium import found

FOLDER = Path(__file__).parents[1] / "web" / "browser"


def missing() -> str:
    """Why no browser can be used, "" where one can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (FOLDER / "node_modules" / "playwright-core").is_dir():
        return "the browser's driver is not installed: npm ci --prefix tests/web/browser"
    try:
        found()
    except FileNotFoundError as error:
        return f"no browser: {error}"
    return ""


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "there is one")


async def visit(plan: list[dict[str, Any]], within_s: float = 240.0) -> list[dict[str, Any]]:
    """What was seen on each visit, in order. Raises TimeoutError, and AssertionError where the driver fails."""
    process = await asyncio.create_subprocess_exec(
        "node", "visit.mjs", found(), cwd=FOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(within_s):
            out, errors = await process.communicate(json.dumps(plan).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()[-800:]
    answers: list[dict[str, Any]] = json.loads(out)
    failed = [one["failed"] for one in answers if "failed" in one]
    assert not failed, failed
    return answers
