"""What the Python client adds to a call when all is well: against the same transport without it, in one run."""

import importlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "deploy" / "clients" / "python"))
client: Any = importlib.import_module("groundtruth_client")

BASE = "http://gateway.example/v1"
CALLS, ROUNDS = 500, 11


class Well(client.Truth):  # type: ignore[misc]
    """Everything works."""

    def state(self, component: str) -> str:
        return "operational"


def spent_ms(transport: httpx.BaseTransport) -> float:
    """Milliseconds of a call, the median of some rounds."""
    rounds = []
    with httpx.Client(base_url=BASE, transport=transport) as http:
        for _ in range(ROUNDS):
            began = time.process_time()
            for n in range(CALLS):
                http.post("/messages", json={"n": n, "text": "x" * 2_000})
            rounds.append((time.process_time() - began) / CALLS * 1_000)
    return statistics.median(rounds)


def typescript() -> None:
    """The TypeScript client's, where node and the compiler of tests/recipes are."""
    root = Path(__file__).parents[2]
    tsc = root / "tests" / "recipes" / "node_modules" / "typescript" / "bin" / "tsc"
    if shutil.which("node") is None or not tsc.exists():
        return print("TypeScript: not measured, no node or no tests/recipes/node_modules")
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder)
        subprocess.run(
            ["node", str(tsc), "-p", str(root / "deploy/clients/typescript"), "--outDir", folder], check=True
        )
        (built / "package.json").write_text('{"type": "module"}')
        command = ["node", str(root / "tests" / "clients" / "latency.mjs"), str(built / "index.js")]
        plain, routed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return print(f"TypeScript: a call by fetch: {plain:.4f} ms; with the routed fetch: {routed - plain:+.4f} ms")


def main() -> None:
    """Print them."""
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json={"ok": True}))
    route = client.Route(Well("http://127.0.0.1:1"), ["a", "b"])
    targets = {"a": client.Target("http://a.example/v1"), "b": client.Target("http://b.example/v1")}
    plain, routed = spent_ms(inner), spent_ms(client.transport(httpx, route, targets, BASE, inner))
    calls = {"a": lambda: None, "b": lambda: None}
    began = time.process_time()
    for _ in range(20_000):
        route.call(calls)
    alone = (time.process_time() - began) / 20_000 * 1_000
    print(f"a call by httpx: {plain:.3f} ms; with the transport of a route: {routed - plain:+.3f} ms")
    print(f"Route.call alone: {alone:.4f} ms")
    typescript()


if __name__ == "__main__":
    main()
