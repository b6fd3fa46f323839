"""The JSON in a pasted text: as it is, or as Python, JavaScript and Java print their objects."""

import re
from typing import Final

_BEGINS: Final = re.compile(r"\{\s{0,40}[\"']?[A-Za-z_$][\w$]{0,40}[\"']?\s{0,4}[:=]")
_TELLING: Final = re.compile(
    r"[\"']?\b(?:error|errors|__type|message|code|status|reason|detail|cloudflare_error|fault)[\"']?\s{0,4}[:=]",
    re.IGNORECASE,
)
_AHEAD: Final = 400
_CANDIDATES: Final = 40
_BRACKETS: Final = re.compile(r'[{}]|"(?:[^"\\\n]|\\.){0,8000}"')
_STRICT: Final = re.compile(r'\{\s{0,40}"')
_PIECE: Final = re.compile(
    r'"(?:[^"\\]|\\.){0,8000}"|\'((?:[^\'\\]|\\.){0,8000})\''  # strings of either kind
    r"|(?<=[{,\s\[])([A-Za-z_$][\w$]{0,40})\s{0,3}:(?!//)"  # JavaScript: {type: 'error'}
    r"|(?<=[{,\s])([A-Za-z_]\w{0,40})=(?=[{\[])"  # Java: {error={type=api_error}}
    r"|(?<=[{,\s])([A-Za-z_]\w{0,40})=([^{}\[\],\n]{0,400})",
    re.DOTALL,
)


def objects_in(text: str) -> list[tuple[str, str]]:
    """(what stands before it, it as JSON as far as it goes) for each object that tells of an error, in order.

    What stands before begins where the object before it ended, so that each error keeps its own line.
    """
    told: list[tuple[str, str]] = []
    ended = 0
    for number, found in enumerate(_BEGINS.finditer(text)):
        if number >= _CANDIDATES:
            break
        begin = found.start()
        if begin >= ended and _TELLING.search(text, begin, begin + _AHEAD):
            before, ended = text[ended:begin], _end(text, begin)
            body = text[begin:ended]
            told.append((before, body if _STRICT.match(body) else _PIECE.sub(_as_json, body)))
    return told


def _end(text: str, begin: int) -> int:
    """Where the object that begins there ends: the end of the text if it is cut."""
    depth = 0
    for found in _BRACKETS.finditer(text, begin):
        mark = found.group()
        depth += (mark == "{") - (mark == "}")
        if depth == 0 and mark == "}":
            return found.end()
    return len(text)


def _as_json(found: re.Match[str]) -> str:
    single, name, holder, key, value = found.groups()
    if single is not None:
        return '"' + single.replace("\\'", "'").replace('"', '\\"') + '"'
    if name is not None:
        return f'"{name}":'
    if holder is not None:
        return f'"{holder}":'
    if key is not None:
        return f'"{key}":"{value.strip()}"'.replace("\\", "")
    return found.group()
