"""The one redactor: secrets in a text found, taken out and named by kind. Pure, linear in the text's length.

Whatever is stored, logged or shown goes through it. Rather too much is taken out than too little; what is only long
and random goes without a name, so that nobody is told to revoke a trace id. What merely stands for a secret
(`$API_KEY`, `<redacted>`, `****`, `YOUR_API_KEY`) stays as it is and is never called one.
"""

import re
from typing import Final, NamedTuple

MASK: Final = "[hidden]"
RANDOM: Final = "long random value"
PASSWORD: Final = "password"  # noqa: S105  # the name of a kind
HEADER: Final = "authorization header"

_END: Final = r"(?![A-Za-z0-9])"
_HEX: Final = "[0-9a-fA-F]"


class Form(NamedTuple):
    """How secrets of a kind are written. Only the group `value` is taken out where a rule has one.

    `signs` are pieces in lower case without one of which the rule cannot match: most texts hold none of them.
    """

    kind: str
    rule: re.Pattern[str]
    signs: tuple[str, ...] = ()


def _form(kind: str, rule: str, signs: str = "") -> Form:
    return Form(kind, re.compile(rule, re.DOTALL), tuple(signs.split("|")) if signs else ())


_PRIVATE_KEY: Final = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.{0,20000}?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
)
_STRONG: Final = (
    "gsk|xai|pplx|nvapi|tgp_v1|csk|pcsk|npm|pypi|dckr_pat|dckr_oat|shpat|shpss|shpca|figd|ntn|lin_api|PMAK|dop_v1|doo_v1"
    "|NRAK|sntrys|phc|phx|sbp|tvly|jina|hf|r8|fw|fc-lv|sk_car"
)
_WEAK: Final = "sk|pk|secret|pul|rnd|vercel|fc|exa|ck|pa|co|el|api_org|ops|bw|pat|together|key|tok"
"""Prefixes of vendors' keys: those that nothing else begins with, and those that need a digit and their own place."""
_BARE: Final = (
    _form("private key", _PRIVATE_KEY, "private key"),
    _form("private key", r"AGE-SECRET-KEY-1[A-Z0-9]{20,}", "age-secret-key-1"),
    _form("Anthropic key", r"sk-ant-[\w-]{3,}", "sk-ant-"),
    _form("OpenRouter key", r"sk-or-(?:v\d-)?[\w-]{8,}", "sk-or-"),
    _form("OpenAI key", r"sk-(?:proj|svcacct|admin|None|service)-[\w-]{4,}|sk-[A-Za-z0-9]{20,}", "sk-"),
    _form("OpenAI key", r"sess-[A-Za-z0-9]{30,}", "sess-"),
    _form("LangSmith key", r"lsv2_[a-z]{2}_[\w]{16,}", "lsv2_"),
    _form("Google key", r"AIza[\w-]{20,}", "aiza"),
    _form("Google key", r"GOCSPX-[\w-]{8,}", "gocspx-"),
    _form("Google key", r"ya29\.[\w-]{8,}", "ya29."),
    _form("Google key", r"1//0[\w-]{20,}", "1//0"),
    _form("AWS key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}|ABSK[\w+/=]{20,}", "akia|asia|abia|acca|absk"),
    _form("AWS key", r"bedrock-api-key-[\w+/=]{8,}", "bedrock-api-key-"),
    _form("GitHub token", r"gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}", "gho_|ghp_|ghs_|ghu_|ghr_|github_pat_"),
    _form(
        "GitLab token",
        r"gl(?:pat|ptt|rt|dt|cbt|ft|soat|agent|imt|oas)-[\w.-]{16,}",
        "glpat-|glptt-|glrt-|gldt-|glcbt-|glft-|glsoat-|glagent-|glimt-|gloas-",
    ),
    _form("Grafana token", r"gl(?:sa|c)_[\w+/=]{20,}", "glsa_|glc_"),
    _form("Slack token", r"xox[a-z](?:\.xox[a-z])?-[\w-]{8,}", "xox"),
    _form("Slack token", r"xapp-\d-[\w-]{8,}", "xapp-"),
    _form(
        "Slack webhook",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<value>[\w/-]{8,})",
        "hooks.slack",
    ),
    _form("Discord token", r"[\w-]{22,40}\.[\w-]{6,7}\.[\w-]{27,}|mfa\.[\w-]{40,}", "."),
    _form("Discord webhook", r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(?P<value>\d+/[\w-]{8,})", "/webhooks/"),
    _form(
        "Teams webhook",
        r"(?:webhook\.office\.com/webhookb2|logic\.azure\.com[^\s?]{0,200}\?)/?(?P<value>[^\s\"'<>]{8,})",
        ".",
    ),
    _form("Telegram token", r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])", ":"),
    _form("SendGrid key", r"SG\.[\w-]{16,}\.[\w-]{16,}", "sg."),
    _form("Twilio key", rf"(?<![A-Za-z0-9])SK{_HEX}{{32}}{_END}", "sk"),
    _form("Stripe key", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[\w+/=]{16,}", "_live_|_test_|whsec_"),
    _form("Cursor key", rf"(?:crsr|key)_{_HEX}{{32,}}", "crsr_|key_"),
    _form("Azure key", r"(?<![A-Za-z0-9])[A-Za-z0-9]{20,80}JQQJ99[A-Za-z0-9]{8,60}", "jqqj99"),
    _form("Azure key", r"(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{31,34}", "q~"),
    _form("Databricks token", rf"dapi{_HEX}{{32}}(?:-\d)?", "dapi"),
    _form("Vault token", r"hv[sbr]\.[\w-]{20,}", "hvs.|hvb.|hvr."),
    _form("Atlassian token", r"AT(?:ATT|CTT|BB)3x[\w=+/-]{20,}", "3x"),
    _form("Opsgenie key", rf"(?i:geniekey)\s+(?P<value>{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})", "geniekey"),
    _form("vendor key", rf"(?:{_STRONG})[-_](?P<value>[A-Za-z0-9][\w-]{{15,}})", _STRONG.lower()),
    _form(
        "vendor key",
        rf"(?<![A-Za-z0-9])(?:{_WEAK})[-_](?P<value>(?=[\w-]{{0,60}}\d)[A-Za-z0-9][\w-]{{19,}})",
        "|".join(f"{name}{mark}" for name in _WEAK.split("|") for mark in "-_"),
    ),
    _form("Mailgun key", rf"(?<![A-Za-z0-9])key-{_HEX}{{32}}{_END}", "key-"),
    _form("Mailchimp key", rf"(?<![A-Za-z0-9]){_HEX}{{32}}-us\d{{1,2}}{_END}", "-us"),
    _form("JSON web token", r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}", "eyj"),
)
"""Secrets that are known by their own form."""

_WORD: Final = r"(?:[^\s\"'`,;&)\]}<>]|<[^<>\s]{1,60}>)"
_NAME: Final = (
    r"(?:api[ _.-]?key|apikey|(?:client|app|shared|webhook|signing)[ _.-]?secret"
    r"|secret(?:[ _.-]?(?:access[ _.-]?)?key)?"
    r"|(?:access|auth|refresh|bearer|session|bot|app|id|personal|security|service)[ _.-]?token|token|passwd|password"
    r"|passphrase|passwort|pwd|pass|credentials?|signature|sig|(?:access|auth|account|shared|storage|subscription"
    r"|routing"
    r"|integration|session|private|encryption|master|signing|license)[ _.-]?key|connection[ _.-]?string)"
)
_NAMED: Final = "key|token|secret|pass|pwd|credential|sig|string"
_QUOTED: Final = r"\\{0,2}[\"']"
_HEADERS: Final = (
    r"authorization|proxy-authorization|x-api-key|x-goog-api-key|api-key|ocp-apim-subscription-key|x-auth-token"
    r"|x-access-token|x-vault-token|private-token|dd-api-key|dd-application-key|x-amz-security-token|x-amz-signature"
    r"|x-goog-signature|x-functions-key|x-routing-key|x-gitlab-token|x-slack-signature|x-hub-signature(?:-256)?"
)
_CARRIED: Final = (
    _form(
        "password in an address",
        r"://(?![^\s/@]{0,100}:(?:[$<*%{]))(?P<value>[^\s/?#\"'<>]{1,300})@(?=[\w\[.-])",
        "://",
    ),
    _form(
        "password in an address",
        r"://[^\s:/@\"'<>]{1,60}:(?![$<*%{])(?P<value>(?!\d{1,5}[/?#])[^\s\"'<>:]{1,200})@(?=[\w.-]{1,100}(?:[:/\s\"'?]"
        r"|$))",
        "://",
    ),
    _form("cookie", r"(?i:cookie)(?:\\?[\"'])?\s{0,3}[:=]\s{0,3}(?:\\?[\"'])?(?P<value>[^\r\n\"']{3,4000})", "cookie"),
    _form(
        HEADER,
        rf"(?i:{_HEADERS})(?:{_QUOTED})?\s{{0,4}}[:=]\s{{0,4}}[\[\"'\\]{{0,3}}"
        rf"(?:(?i:bearer|basic|digest|token|bot|key|apikey|geniekey"
        rf"|negotiate)\s{{1,4}}(?i:token=)?)?(?P<value>{_WORD}{{3,}})",
    ),
    _form(
        HEADER, rf"(?i:bearer)\s{{1,4}}(?P<value>(?={_WORD}{{0,80}}[\d._=~+/-]|{_WORD}{{20}}){_WORD}{{6,}})", "bearer"
    ),
    _form(HEADER, r"(?i:basic)\s{1,4}(?P<value>(?=[\w+/-]{0,80}(?:[\d=]|[a-z][A-Z]))[\w+/=-]{6,})", "basic"),
    _form(HEADER, r"(?i:signature)=(?P<value>[\w+/=-]{16,})", "signature="),
    _form(
        PASSWORD,
        r"(?:^|(?<=[\s>\"'`(\[]))(?:-u|--user|--proxy-user)(?:\s{1,3}"
        r"|=)[\"']?[^\s:\"']{1,100}:(?P<value>[^\s\"']{2,})",
        "-u |-u=|-user",
    ),
    _form(
        PASSWORD,
        rf"(?:^|(?<=[\s>\"'`(\[]))--?(?:[a-z]{{1,20}}-){{0,3}}(?i:{_NAME})(?:\s{{1,3}}"
        rf"|=)(?P<value>(?:\"[^\"]{{3,200}}\"|'[^']{{3,200}}'"
        rf"|(?!-){_WORD}{{3,}}))",
        _NAMED,
    ),
    _form(
        PASSWORD,
        rf"(?i:{_NAME})(?:{_QUOTED})?\s{{0,4}}(?:=|%3[dD]|:=)\s{{0,4}}(?:{_QUOTED})?(?P<value>(?!=){_WORD}{{4,}})",
        _NAMED,
    ),
    _form(
        PASSWORD,
        rf"(?i:(?<![A-Za-z]){_NAME})(?:{_QUOTED})?\s{{0,4}}:\s{{0,4}}(?:{_QUOTED})?"
        rf"(?P<value>(?={_WORD}{{0,80}}[\d_+/=!@#$%^~*-]|{_WORD}{{12}}){_WORD}{{4,}})",
        _NAMED,
    ),
    _form(PASSWORD, r"(?i:key provided):\s{0,3}(?P<value>[^\s\"',;]{4,})", "key provided"),
    _form(
        "AWS key",
        r"(?i:secret[ _-]?access[ _-]?key|session[ _-]?token)[^A-Za-z0-9+/$<{%*]{1,12}(?P<value>[A-Za-z0-9+/=]{16,})",
        "secret|session",
    ),
)
"""Secrets that are known by what stands before them."""
_LONG: Final = _form(
    RANDOM,
    r"(?<![\w+=/-])(?=[\w+=-]{0,200}[A-Z])(?=[\w+=-]{0,200}[a-z])(?=[\w+=-]{0,200}\d)[\w+=-]{40,}(?![\w+=/-])"
    r"|(?<![\w+=/-])(?=[\w+/]{0,200}[A-Z])(?=[\w+/]{0,200}[a-z])(?=[\w+/]{0,200}\d)[\w+/]{40,}={1,2}",
)
_RUN: Final = re.compile(r"[\w+=/-]{40}")
FORMS: Final = (*_BARE, *_CARRIED)
KINDS: Final = tuple(dict.fromkeys(form.kind for form in FORMS))

_STANDS_FOR: Final = re.compile(
    r"\\?[\"'\[(]*(?:\$\{?\(?\w|\$env:|%[A-Za-z_]\w*%|\{\{|<[^<>]*>?|\[?hidden\]?|\[?(?:redacted|removed|masked"
    r"|filtered|secret)\b"
    r"|\*{2,}|x{3,}\b|X{3,}\b|\.{2,}|…|•{2,}|-{3,}$|_{3,}|process\.env|os\.(?:environ|getenv)|env[.(\[]|getenv"
    r"|secrets?\.|vault:"
    r"|(?:your|insert|enter|replace|paste|example|dummy|placeholder|change)[A-Za-z_ .<>-]{0,40}"
    r"(?:key|token|secret|password|pass|here|value|me)[A-Za-z_ .<>-]{0,20}(?![\w=+/@#$%^~*-])"
    r"|(?:header|is|was|not|missing|required|invalid|expired|failed|null|none|nil|undefined|true|false|unauthorized"
    r"|incorrect"
    r"|bearer|basic|digest|token|string|empty|optional|unset|wrong|revoked|denied|error|authentication|and|or|must"
    r"|should|has"
    r"|have|for|in|of|to|does|did|could|cannot|can|with|from|provided|found|set|valid|unknown|disabled|count|limit"
    r"|usage|expected|needs|takes|write|only|no)"
    r"(?![\w=+/@#$%^~*-]))",
    re.IGNORECASE,
)
_REPEATED: Final = re.compile(r"([xX*.•_-])\1{5,}")


def redact(text: str, *, random: bool = True) -> tuple[str, tuple[str, ...]]:
    """The text with `MASK` for every secret, and the kinds found, each once and in the order of the table.

    `random`: whether what is only long and random goes too. A line of a log without a sign of a secret takes some
    hundred microseconds.
    """
    found: list[str] = []
    low = text.lower()
    for form in FORMS:
        if form.signs and not any(sign in low for sign in form.signs):
            continue
        text, hidden = _taken_out(form, text)
        if hidden:
            low = text.lower()
            found.append(form.kind)
    if random and _RUN.search(text):
        text, _ = _taken_out(_LONG, text)
    return text, tuple(dict.fromkeys(found))


def without_secrets(text: str) -> str:
    """Only the text."""
    return redact(text)[0]


def _taken_out(form: Form, text: str) -> tuple[str, bool]:
    pieces: list[str] = []
    last = 0
    group = "value" if "value" in form.rule.groupindex else 0
    for match in form.rule.finditer(text):
        value = match.group(group)
        if stands_for(value):
            continue
        pieces += [text[last : match.start(group)], MASK]
        last = match.end(group)
    if not pieces:
        return text, False
    return "".join([*pieces, text[last:]]), True


def stands_for(value: str) -> bool:
    """Whether a value only stands for a secret: a variable, a mask, a gap to fill in, or a word of a sentence."""
    bare = re.sub(r"^[A-Za-z]{1,8}[-_](?:[A-Za-z0-9]{1,8}[-_]){0,2}", "", value)
    return bool(
        _STANDS_FOR.match(value)
        or "***" in value
        or "..." in value
        or "…" in value
        or MASK in value
        or _REPEATED.match(bare)
        or bare.strip("xX*.-_") == ""
    )
