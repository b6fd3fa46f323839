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
_STRICT: Final = re.compile(r'\{\s{0,40}"')
_PIECE: Final = re.compile(
    r'"(?:[^"\\]|\\.){0,8000}"|\'((?:[^\'\\]|\\.){0,8000})\''  # strings of either kind
    r"|(?<=[{,\s\[])([A-Za-z_$][\w$]{0,40})\s{0,3}:(?!//)"  # JavaScript: {type: 'error'}
    r"|(?<=[{,\s])([A-Za-z_]\w{0,40})=(?=[{\[])"  # Java: {error={type=api_error}}
    r"|(?<=[{,\s])([A-Za-z_]\w{0,40})=([^{}\[\],\n]{0,400})",
    re.DOTALL,
)


def object_in(text: str) -> tuple[str, str]:
    """What stands before the first object that tells of an error, and that as JSON as far as it goes ("": none)."""
    for number, found in enumerate(_BEGINS.finditer(text)):
        if number >= _CANDIDATES:
            break
        begin = found.start()
        if _TELLING.search(text, begin, begin + _AHEAD):
            body = text[begin:]
            return text[:begin], body if _STRICT.match(body) else _PIECE.sub(_as_json, body)
    return text, ""


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
