"""How secrets are written: more than a hundred forms, with what each carries.

In a template `{a40}` is forty letters and digits, `{h32}` hex digits, `{u16}` capitals and digits, `{d10}` digits,
`{w24}` letters, digits, `_` and `-`, `{p12}` a password with `@`, `:` and `!` in it. What stands between « and » is
the secret; without them it is the whole.
"""

import random
import re
import string
from typing import Final

TEMPLATES: Final = (
    "sk-ant-api03-{w93}AA", "sk-ant-admin01-{w80}", "sk-ant-oat01-{w86}", "sk-ant-sid01-{w86}", "sk-{a48}",
    "sk-proj-{w120}", "sk-svcacct-{w80}", "sk-admin-{w80}", "sk-None-{a40}", "sess-{a40}", "sk-or-v1-{h64}",
    "AIza{w35}", "GOCSPX-{w28}", "ya29.{w80}", "1//0{w60}", "AKIA{u16}", "ASIA{u16}", "ABSK{a100}",
    "bedrock-api-key-{a80}", "aws_secret_access_key = «{a40}»", "AWS_SECRET_ACCESS_KEY=«{a40}»",
    '"SecretAccessKey": "«{a40}»"', "aws_session_token=«{a120}»", "ghp_{a36}", "gho_{a36}", "ghu_{a36}", "ghs_{a36}",
    "ghr_{a76}", "github_pat_{a22}_{a59}", "glpat-{w20}", "glrt-{w20}", "xoxb-{d11}-{d12}-{a24}",
    "xoxp-{d11}-{d11}-{a32}",
    "xoxe.xoxp-1-{a80}", "xapp-1-A{u10}-{d13}-{h64}", "https://hooks.slack.com/services/«T{u8}/B{u8}/{a24}»",
    "https://hooks.slack.com/workflows/«T{u8}/A{u8}/{d18}/{a24}»", "M{a23}.{a6}.{w27}", "mfa.{w84}",
    "https://discord.com/api/webhooks/«{d18}/{w68}»", "https://discordapp.com/api/v10/webhooks/«{d18}/{w68}»",
    "https://x.webhook.office.com/webhookb2/«{h32}/IncomingWebhook/{h32}»", "{d10}:{w35}",
    "https://api.telegram.org/bot«{d10}:{w35}»/sendMessage", "SG.{w22}.{w43}", "SK{h32}", "sk_live_{a24}",
    "rk_live_{a24}",
    "sk_test_{a24}", "whsec_{a32}", "gsk_{a52}", "xai-{a80}", "pplx-{a48}", "nvapi-{w64}", "tgp_v1_{w43}", "csk-{a48}",
    "pcsk_{a60}", "hf_{a34}", "r8_{a37}", "fw_{a24}", "fw-{a24}", "tvly-{a32}", "jina_{a60}", "lsv2_pt_{h32}_{h10}",
    "lsv2_sk_{h32}_{h10}", "sk_{h48}", "pa-{a43}", "npm_{a36}", "pypi-AgEI{w80}", "dckr_pat_{w27}", "shpat_{h32}",
    "figd_{w40}", "ntn_{a46}", "lin_api_{a40}", "PMAK-{h24}-{h34}", "dop_v1_{h64}", "NRAK-{u27}", "sntrys_{a60}",
    "phc_{a43}", "sbp_{h40}", "dapi{h32}", "hvs.{w90}", "ATATT3x{a180}", "glsa_{a32}_{h8}", "glc_{a60}", "key-{h32}",
    "{h32}-us12", "key_{h64}", "crsr_{h64}", "{a52}JQQJ99BA{a20}", "abc8Q~{a34}", "eyJ{w20}.eyJ{w60}.{w43}",
    "AGE-SECRET-KEY-1{u58}", "-----BEGIN RSA PRIVATE KEY-----\n«{a64}\n{a64}»\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n«{a64}»\\n-----END PRIVATE KEY-----\\n",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n«{a64}»", "postgresql://app:«{p16}»@db.internal:5432/app",
    "postgres://app:«{a20}»@db/app", "mysql://root:«{p16}»@10.0.0.3/x", "redis://:«{a24}»@cache:6379/0",
    "rediss://default:«{p16}»@cache.example:6380", "mongodb+srv://u:«{p16}»@c0.example.mongodb.net/x",
    "amqp://guest:«{a16}»@mq:5672/%2f", "https://user:«{p16}»@proxy.example:3128", "https://«{a40}»@github.com/x/y.git",
    "http://u:«pa/{a12}»@host/x", "--password «{a14}»", "--password=«{a14}»", "--api-key «{a24}»", "--api-key=«{a24}»",
    "--token '«{a24}»'", "--client-secret «{a24}»", "curl -u admin:«{p16}» https://x.example", "--user admin:«{a14}»",
    "Authorization: Bearer «{w40}»", "authorization: Basic «{a24}=»", "Authorization: Token «{h40}»",
    "Authorization: Bot «M{a23}.{a6}.{w27}»", "Authorization: GenieKey «{h8}-{h4}-{h4}-{h4}-{h12}»",
    "Proxy-Authorization: Basic «{a24}»", '"Authorization": "Bearer «{w40}»"', "x-api-key: «{a32}»",
    '{"x-api-key": "«{a32}»"}', "api-key: «{h32}»", "Ocp-Apim-Subscription-Key: «{h32}»", "x-goog-api-key: «{w39}»",
    "PRIVATE-TOKEN: «{w20}»", "X-Vault-Token: «{w26}»", "DD-API-KEY: «{h32}»", "X-Amz-Security-Token: «{a120}»",
    "https://x.blob.core.windows.net/c?sv=2024-11-04&se=2026-12-01&sr=c&sig=«{a43}%3D»",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«{a86}==»;EndpointSuffix=core.windows.net",
    "SharedAccessKey=«{a43}=»", "X-Amz-Signature=«{h64}»", "Signature=«{h64}»", "?key=AIza«{w35}»",
    "&access_token=«{w40}»",
    "?api_key=«{a32}»&x=1", "Cookie: sessionKey=«{w60}»", "Set-Cookie: sid=«{a40}»; Path=/; HttpOnly",
    "ANTHROPIC_API_KEY=«{a40}»", "export OPENAI_API_KEY='«{a40}»'", "MISTRAL_API_KEY: «{a32}»", "password=«{a12}»",
    "password: «{a14}»", '"password":"«{a12}»"', "client_secret=«{w34}»", "refresh_token: «{w60}»",
    "routing_key: «{h32}»",
    '{\\"api_key\\": \\"«{a32}»\\"}', "apiKey: '«{a32}»'", "DATABASE_PASSWORD=«{a16}»",
    "Incorrect API key provided: «{a32}»",
)  # fmt: skip
_LETTERS: Final = {
    "a": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "u": string.ascii_uppercase + string.digits,
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "_-",
    "p": string.ascii_letters + string.digits + "@!~^",
}
PLACEHOLDERS: Final = (
    "$ANTHROPIC_API_KEY", "${API_KEY}", "$env:OPENAI_API_KEY", "%API_KEY%", "<redacted>", "<your-key>", "[REDACTED]",
    "****", "********", "xxxxxxxxxxxxxxxx", "XXXX-XXXX", "...", "sk-...", "sk-ant-...", "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "YOUR_API_KEY", "your-api-key-here", "your_api_key", "YOUR_TOKEN", "insert-your-key-here", "process.env.API_KEY",
    "os.environ[API_KEY]", "{{ api_key }}", "null", "None", "undefined", "REDACTED", "sk-ant-***",
)  # fmt: skip


def made(template: str, seed: int) -> tuple[str, str]:
    """(the text, the secret in it) with characters drawn by the seed."""
    draw = random.Random(seed)

    def piece(found: re.Match[str]) -> str:
        letters = _LETTERS[found[1]]
        drawn = "".join(draw.choice(letters) for _ in range(int(found[2]) - 3))
        fixed = {"d": "471", "h": "a4f", "u": "K7Q"}.get(found[1], "aK7")  # of every class, so that it is no word
        return fixed[:1] + drawn + fixed[1:] if int(found[2]) > 3 else fixed[: int(found[2])]

    text = re.sub(r"\{([ahudwp])(\d+)\}", piece, template)
    secret = re.search("«(.*)»", text, re.DOTALL)
    return text.replace("«", "").replace("»", ""), secret[1] if secret else text
