"""Prometheus's relabelling of one target, as far as it decides what is probed and how. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.importers.imported import listed

KEYS = frozenset({"action", "source_labels", "separator", "regex", "target_label", "replacement", "modulus"})


def relabelled(labels: Mapping[str, str], rules: Any, faults: list[str]) -> dict[str, str] | None:
    """The labels of a target after the rules, None where it is dropped. A rule that cannot be followed is a fault."""
    found: dict[str, str] | None = dict(labels)
    for rule in listed(rules):
        faults.extend(f"key {key}" for key in (rule if isinstance(rule, dict) else ()) if key not in KEYS)
        try:
            found = _after(found or {}, rule)
        except (re.error, TypeError, ValueError, AttributeError):
            faults.append(str(rule)[:80])
        if found is None:
            return None
    return found


def _after(labels: dict[str, str], rule: Mapping[str, Any]) -> dict[str, str] | None:
    """The labels after one rule, None where the target is dropped. Raises where the rule is none that is known."""
    action, target = str(rule.get("action", "replace")).lower(), str(rule.get("target_label", ""))
    pattern = re.compile(str(rule.get("regex", "(.*)")))
    names = [str(name) for name in listed(rule.get("source_labels"))]
    value = str(rule.get("separator", ";")).join(labels.get(name, "") for name in names)
    replacement = str(rule.get("replacement", "$1"))
    match action:
        case "keep" | "drop":
            return labels if (pattern.fullmatch(value) is None) is (action == "drop") else None
        case "keepequal" | "dropequal":
            return labels if (value == labels.get(target, "")) is (action == "keepequal") else None
        case "replace":
            found = pattern.fullmatch(value)
            return labels | {_filled(found, target): _filled(found, replacement)} if found else labels
        case "lowercase" | "uppercase":
            return labels | {target: value.lower() if action == "lowercase" else value.upper()}
        case "labelmap" | "labeldrop" | "labelkeep":
            return _labels(labels, action, pattern, replacement)
    raise ValueError(action)


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
