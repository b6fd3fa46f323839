"""`make check-deploy`: everything in deploy/ is tried, part by part, in so far as the tools for it are on this machine.

Parts that need a tool which is not here are skipped, and say which.
Exit code 1 if a part fails, with --no-skip also if one is skipped.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Mapping

from parts import FailedError, SkippedError

PARTS: Mapping[str, tuple[str, str]] = {
    "package": ("package", "check"),
    "shells": ("shells", "check"),
    "unit": ("unit", "check"),
    "compose": ("compose", "check"),
    "containerfile": ("image", "lint"),
    "chart": ("chart", "check"),
    "wheels": ("wheels", "check"),
    "image": ("image", "check"),
    "trial": ("trial", "check"),
}
"""Each part's module and function. A module is imported when its part is tried: some need tools that others do not."""


def main() -> int:
    """Run the parts named, or all."""
    parser = argparse.ArgumentParser("check-deploy", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--no-skip", action="store_true", help="a part that is skipped is a failure")
    given = parser.parse_args()
    chosen, skipped, failed = given.parts or list(PARTS), list[str](), False
    for name in chosen:
        began = time.monotonic()
        try:
            module, function = PARTS[name]
            said, how = getattr(importlib.import_module(module), function)(), "ok"
        except SkippedError as why:
            said, how = [str(why)], "skipped"
            skipped.append(name)
        except FailedError as why:
            said, how, failed = str(why).splitlines(), "FAILED", True
        sys.stdout.write(f"{name}: {how}, {time.monotonic() - began:.1f} s\n")
        sys.stdout.writelines(f"    {line}\n" for line in said)
        sys.stdout.flush()
    if skipped:
        sys.stdout.write(f"not checked here: {', '.join(skipped)}\n")
    return int(failed or (given.no_skip and bool(skipped)))


sys.exit(main())
