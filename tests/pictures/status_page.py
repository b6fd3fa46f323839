"""The status page as it looks in a browser, on a store in which everything is on record that it can show."""

import asyncio
import tempfile
from pathlib import Path

from bot.desk.open import open_desk
from bot.process import Process
from bot.store.connect import open_store
from bot.supervision import Supervisor
from bot.web.serving import served
from tests.pictures.palette import reduced
from tests.support.browser import visit
from tests.support.site import with_page
from tests.support.site_world import NOW, PUBLIC, SETTINGS, fill

FOLDER = "deploy/docs/pictures"
SHOTS = {
    f"{FOLDER}/page.png": {"path": "/", "width": 1040, "height": 1180, "scheme": "light"},
    f"{FOLDER}/page-phone.png": {"path": "/", "width": 390, "height": 900, "scheme": "dark"},
}
"""A picture's file, and what is visited for it."""
LIVE = "document.documentElement.classList.contains('live')"


def shoot(root: Path) -> list[Path]:
    """Write the pictures below `root`; needs a browser and its driver."""
    return asyncio.run(_shoot(root.resolve()))


async def _shoot(root: Path) -> list[Path]:
    given = with_page(SETTINGS, public=PUBLIC, title="Acme AI status")
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(None, Path(folder)) as store:
            await fill(store)
            process, desk = Process(store, given, "pictures", lambda: NOW), open_desk(store, given, now=lambda: NOW)
            async with served(process, desk, Supervisor()) as port:
                await asyncio.sleep(3)
                plan = [
                    {**how, "url": f"http://127.0.0.1:{port}{how['path']}", "picture": str(root / file), "whole": False,
                     "wait": LIVE}
                    for file, how in SHOTS.items()
                ]  # fmt: skip
                await visit(plan)
    for file in SHOTS:
        (root / file).write_bytes(reduced((root / file).read_bytes()))
    return [root / file for file in SHOTS]
