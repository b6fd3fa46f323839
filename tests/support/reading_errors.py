"""How well pasted errors are read: `python -m tests.support.reading_errors [--wrong] FILE...` prints the table.

Right: fault and layer are among the expected (and nobody else's service is shown); wrong: another fault is told;
unhelpful: the fault is right and layer or service is not; unknown: nothing is told where something could be.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bot.cli.fingerprint import readings
from bot.explain.explain import finding
from probes.model import Fault

PASTED: Final = Path(__file__).parents[1] / "data" / "pasted"
CASES: Final = PASTED / "cases.jsonl"
PUBLIC: Final = PASTED / "public.jsonl"
CLASSES: Final = ("right", "wrong", "unhelpful", "unknown")

Case = Mapping[str, Any]


def cases(path: Path) -> list[Case]:
    """The cases of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def judged(case: Case) -> tuple[str, str]:
    """(class, what was told) of a case."""
    faults = case["expected"]["fault"].split("|")
    layers = case["expected"]["layer"].split("|")
    service = ""
    if case["kind"] == "explain":
        found = finding(case["input"])
        if not found.known:
            return ("right" if layers == ["unknown"] or "none" in faults else "unknown"), "not known"
        fault, layer, service = found.fault, found.layer, found.service
    else:
        _, reading = next(readings(case["input"].encode()))
        fault, layer = reading.fault, reading.layer
    told = f"{fault}/{layer} {service}".strip()
    if fault not in faults:
        return "wrong", told
    expected = case.get("service", "")
    elsewhere = bool(expected and service and service != expected)
    return ("right" if (layer in layers or fault is Fault.NONE) and not elsewhere else "unhelpful"), told


def table(named: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """Counts by class, a line a file."""
    lines = [f"{'':24}" + "".join(f"{name:>11}" for name in CLASSES)]
    for name, every in named:
        counts = Counter(judged(case)[0] for case in every)
        lines.append(f"{name:24}" + "".join(f"{counts[one]:>11}" for one in CLASSES))
    return "\n".join(lines)


def main() -> int:
    """Print the table, and with `--wrong` each case that is not right."""
    paths = [Path(name) for name in sys.argv[1:] if not name.startswith("--")] or [CASES, PUBLIC]
    sys.stdout.write(table((path.name, cases(path)) for path in paths) + "\n")
    for case in (case for path in paths for case in cases(path)) if "--wrong" in sys.argv else ():
        verdict, told = judged(case)
        if verdict != "right":
            wanted = f"{case['expected']['fault']}/{case['expected']['layer']}"
            sys.stdout.write(f"\n{case['id']} {verdict}: wanted {wanted}, told {told}\n  {case['input'][:300]!r}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
