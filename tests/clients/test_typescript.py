"""The TypeScript client, its types checked strictly, run by node against a real page."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.core.model.report import Report
from bot.store.stream_rows import decode
from tests.support.filled import fill
from tests.support.site import page, with_page

HERE = Path(__file__).parent
CLIENT = HERE.parents[1] / "deploy" / "clients" / "typescript"
TSC = HERE.parent / "recipes" / "node_modules" / "typescript" / "bin" / "tsc"

# In CI a missing compiler is a failure: nobody would see that the tests were skipped.
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (TSC.exists() or os.environ.get("CI")),
    reason="no node, or `npm ci --prefix tests/recipes` was not run",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("client")
    checked = subprocess.run(
        ["node", TSC, "-p", CLIENT, "--outDir", folder], check=False, capture_output=True, text=True, timeout=50
    )
    assert checked.returncode == 0, checked.stdout
    (folder / "package.json").write_text('{"type": "module"}')
    return folder / "index.js"


async def test_the_client_does_what_the_python_one_does(built, store) -> None:
    await fill(store)
    async with page(store, with_page()) as http:
        process = await asyncio.create_subprocess_exec(
            "node", HERE / "drive.mjs", built, str(http.base_url), "viewer-token-0123456789", stdout=-1, stderr=-1
        )
        out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    told = json.loads(out)

    assert told["states"] == ["partial_outage", "operational", None]
    assert told["first"] == "claude-web"
    assert told["blind"] == [False, "claude-api"]
    assert told["good"] == 2_000
    assert told["through"] == 1_000
    assert told["sent"] == [
        ["http://one.example/v1/messages?x=1", "first", "own", "b"],
        ["http://two.example:8443/other/messages?x=1", None, "own", "b"],
    ]
    assert (told["refused"], told["given"]) == ("fetch failed", True)
    assert told["kept"] == ["fresh", "fresh"]
    assert (told["all"], told["own"], told["open"]) == (True, 401, True)
    assert told["counted"][:4] == ["", "529", "", ""]
    rows = [row for _, raw in await store.read("claude") if isinstance(row := decode(raw), Report)]
    assert [(row.component, row.failed, row.total) for row in rows] == [("claude-api", 10, 40)]
