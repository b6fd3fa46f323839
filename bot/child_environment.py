"""The environment of the programs that we start: ours holds secrets, so they get another one."""

from collections.abc import Mapping

USUAL: Mapping[str, str] = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
"""All that a program sees of it if nothing is configured."""
