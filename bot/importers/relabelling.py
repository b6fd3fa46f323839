"""Prometheus's relabelling of one target, as far as it decides what is probed and how. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.importers.imported import listed, mapping


def relabelled(labels: Mapping[str, str], rules: Any) -> dict[str, str] | None:
    """The labels of a target after the rules, None where it is dropped; a rule that is none changes nothing."""
    found = dict(labels)
    for rule in map(mapping, listed(rules)):
        action = str(rule.get("action", "replace")).lower()
        try:
            pattern = re.compile(str(rule.get("regex", "(.*)")))
        except re.error:
            continue
        names = [str(name) for name in listed(rule.get("source_labels"))]
        value = str(rule.get("separator", ";")).join(found.get(name, "") for name in names)
        match = pattern.fullmatch(value)
        if action in {"keep", "drop"}:
            if (match is not None) is (action == "drop"):
                return None
        elif action == "replace" and match:
            target = _filled(match, str(rule.get("target_label", "")))
            found[target] = _filled(match, str(rule.get("replacement", "$1")))
        elif action in {"lowercase", "uppercase"}:
            found[str(rule.get("target_label", ""))] = value.lower() if action == "lowercase" else value.upper()
        elif action in {"labelmap", "labeldrop", "labelkeep"}:
            found = _labels(found, action, pattern, str(rule.get("replacement", "$1")))
    return found


def _labels(labels: dict[str, str], action: str, pattern: re.Pattern[str], replacement: str) -> dict[str, str]:
    if action == "labelmap":
        named = {name: match for name in labels if (match := pattern.fullmatch(name))}
        return labels | {_filled(match, replacement): labels[name] for name, match in named.items()}
    return {n: v for n, v in labels.items() if (pattern.fullmatch(n) is None) is (action == "labeldrop")}


def _filled(match: re.Match[str], text: str) -> str:
    """A replacement with `$1`, `${1}` and `${name}` filled in."""

    def part(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        try:
            return match[int(name)] or "" if name.isdecimal() else match[name] or ""
        except (IndexError, KeyError):
            return ""

    return re.sub(r"\$(?:\{(\w+)\}|(\d+))", part, text)
