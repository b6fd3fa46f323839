"""A rolling upgrade under load: two processes of the version before the last change of the state schema, replaced one
by one while a service fails.

The version is taken from the repository's history; UPGRADE_FROM names another one.
"""

import asyncio
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.replicated_run import running_on

ROOT = Path(__file__).parents[3]
UPGRADE_FROM = os.environ.get("UPGRADE_FROM", "")

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no history here"),
]


def git(*words: str) -> bytes:
    """What git says of this repository."""
    return subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True).stdout


def version_before() -> str:
    """The commit before the one that changed the number of the state schema last."""
    changed = git("log", "-1", "--format=%H", "-G", "^CURRENT = [0-9]", "--", "bot/store/schema.py").decode().strip()
    return f"{changed}^"


@pytest.fixture
def before(tmp_path):
    """That version's files."""
    folder = tmp_path / "before"
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(git("archive", UPGRADE_FROM or version_before(), "bot", "probes"))) as files:
        files.extractall(folder, filter="data")
    return folder


async def test_a_rolling_upgrade(tmp_path, redis_url, before):
    """Streamed, counted, told, twice, lost; and one of the old version is refused afterwards."""
    async with running_on(redis_url, tmp_path, 6) as run:
        old = [await run.add(name, code=before) for name in ("old-1", "old-2")]
        await run.heard()
        run.begin()
        await run.until(lambda: run.told(1))
        for number, one in enumerate(old):
            run.begin()
            await run.add(f"new-{number + 1}")
            await run.until(lambda: run.told(run.episodes))
            assert await one.stop(20) == 0
            run.processes.remove(one)
            await asyncio.sleep(2)
            run.begin()
            await run.until(lambda: run.told(run.episodes))
        await run.end()
        found = await run.reconciled()
        print(f"\nrolling upgrade: {found}; roots doubled {run.doubled}, lines twice {run.lines_again}")  # noqa: T201 - the reconciliation
        assert "Traceback" not in "".join(one.said for one in (*old, *run.processes))
        assert found.clean, found
        assert set(run.doubled.values()) == {0}
        assert run.lines_again == []
        await old[0].start()
        assert old[0].process is not None
        assert await asyncio.wait_for(old[0].process.wait(), 30) != 0
        assert "state schema" in old[0].said
