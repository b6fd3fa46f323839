"""The vendors' sentences to people, as data, where their words are missing or say too little.

Tried in order on what the JSON says to people, and only under the statuses where they mean it.
"""

from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.rules import ANY, Row

_REFUSING: Final = (200, 400, 401, 402, 403, 404, 412, 429, 451)
_TIRED: Final = (200, 408, 424, 429, 498, *range(500, 600))
_NO_KEY: Final = (
    r"x-api-key header is required|api[ _-]?key header is required|(?:didn't|did not|must) (?:provide|pass"
    r"|supply|include|specify) (?:an? |your )?"
    r"(?:api[ _-]?key|authentication token|authorization)|missing (?:bearer|authentication|authorization"
    r"|api|subscription|required auth|credential|x-api-key|token)"
    r"|no (?:api[ _-]?key|auth\w*|cookie auth|credentials?|token|bearer)\b.{0,30}(?:found|supplied"
    r"|provided|passed|in request|header|present|set|sent|given|$)"
    r"|authentication (?:is )?required|not authenticated|without established identity|unregistered callers"
    r"|(?:api[ _-]?key|authorization|token|credentials?)(?: header)? (?:is |was |were )?(?:missing"
    r"|required|not provided|absent)"
    r"|authentication fails \(governor\)|requires? (?:an? )?(?:api[ _-]?key|authentication|authorization)"
    r"|no auth credentials|missing x-api-key|authentication credentials were not provided"
    r"|please (?:provide|pass|include|set) (?:an? |your )?(?:api[ _-]?key|token)"
    r"|missing authentication token|unauthenticated request"
)
_BAD_KEY: Final = (
    r"(?:invalid|incorrect|expired|revoked|wrong|bad|unknown|malformed|disabled|unrecognized"
    r"|illegal).{0,40}(?:api[ _-]?key|x-api-key|bearer|token|credential|signature|key|authorization"
    r"|authentication|username|password)"
    r"|(?:api[ _-]?key|x-api-key|token|credentials?|key|signature)\b.{0,60}(?:not valid|invalid|incorrect"
    r"|expired|revoked|disabled|leaked|deactivated|does not match|not found|is not active|has been deleted"
    r"|unrecognized)"
    r"|(?:make sure|check|verify).{0,30}(?:api[ _-]?key|credentials)|authentication fails"
    r"|valid (?:authentication token|api[ _-]?key)|user not found|oauth (?:token"
    r"|authentication|access token)|security token|not authorized to (?:access|use) this api"
    r"|invalid_api_key"
)
_BILLING: Final = (
    r"credit balance|insufficient (?:balance|credit|fund|quota)|out of credits?|used all (?:available"
    r"|of your|your).{0,20}credits?|more credits|payment (?:method|required)|add (?:a )?payment"
    r"|billing (?:is |has |hard|account|not|details? (?:is|are) required|to be enabled)|enable billing"
    r"|spend(?:ing)?[ -](?:limit|cap)|usage limits?\b|monthly (?:included credits|spend|limit|budget)"
    r"|budget has been exceeded|account (?:is |has been )?(?:suspended|deactivated|disabled|on hold)"
    r"|your organization has been disabled|unpaid|overdue|arrears|purchase|prepay|top up|recharge"
    r"|never purchased credits|subscription (?:has )?(?:expired|required)"
)
_FULL: Final = (
    r"overloaded|bedrock is unable to process|over capacity|at capacity|out of capacity|no capacity"
    r"|capacity (?:is |has been |was "
    r"|limit |temporarily )?(?:exceeded|reached|exhausted|constraint|issue)|insufficient capacity|not enough capacity"
    r"|exceed\w* (?:the )?capacity|(?:lack of|without) capacity"
    r"|high (?:demand|load|traffic|volume)|temporarily limiting|too busy|is busy|heavy load|peak load"
    r"|currently loading|is loading|loading model|not ready (?:yet|for inference)|is (?:warming|starting"
    r"|booting) up|temporarily rate-limited upstream"
    r"|no (?:available|healthy|allowed|instances?|workers?|replicas?)\b.{0,40}(?:provider|instance|worker"
    r"|replica|gpu|server|available|deployment|backend)|(?:model|service|server|engine) is (?:temporarily "
    r"|currently )?unavailable|exhausted (?:its )?(?:compute|gpu)|scal(?:ing|ed) (?:up|from zero)"
)

SENTENCES: Final = (
    Row(
        "vendor_throttling",
        v.CAPACITY,
        page=r"temporarily limiting requests|temporarily rate-limited upstream",
        status=ANY,
        loose=True,
    ),
    Row("overloaded", v.CAPACITY, page=_FULL, status=_TIRED, loose=True),
    # Vertex sells from one pool to all: its 429 with this link is not a quota of one's own.
    Row("shared_capacity", v.CAPACITY, page=r"/error-code-429\b", status=(429,), loose=True),
    Row(
        "region",
        v.REGION,
        page=r"(?:country|region|location|territory|user location)\b.{0,40}(?:not (?:yet )?supported"
        r"|unsupported|restricted|not available|not allowed)|unsupported (?:country|region|location)",
        status=(400, 403, 451),
        loose=True,
    ),
    Row("region", v.REGION, page=r"^request not allowed", status=(403,), loose=True),
    Row(
        "network_rule",
        v.NETWORK,
        page=r"check your network settings|(?:virtual network|firewall|vnet|ip) (?:/ ?firewall )?(?:rules?"
        r"|address)?.{0,30}(?:not allowed|denied|rules|blocked|not authorized)"
        r"|public (?:network )?access is disabled",
        status=(401, 403),
        loose=True,
    ),
    Row("moderation", v.REQUEST, page=r"flagged|moderation|content policy", status=(400, 403), loose=True),
    Row("no_key", v.NEEDS_AUTH, page=_NO_KEY, status=(200, 401, 403), loose=True),
    Row(
        "no_key",
        v.NEEDS_AUTH,
        page=r"missing (?:bearer|authentication|authorization|api[ _-]?key)|no api[ _-]?key"
        r"|api[ _-]?key (?:is )?(?:missing|required)",
        status=(400,),
        loose=True,
    ),
    # A rate first: free tiers end "rate limit reached" with an offer to pay.
    Row("quota", v.QUOTA, page=r"rate limit (?:reached|exceeded)", status=(429,), loose=True),
    Row("billing", v.BILLING, page=_BILLING, status=_REFUSING, loose=True),
    Row("invalid_key", v.KEY, page=_BAD_KEY, status=(401, 403, 498), loose=True),
    Row(
        "invalid_key",
        v.KEY,
        page=r"(?:invalid|incorrect|expired|revoked) .{0,20}\b(?:api[ _-]?key|x-api-key|bearer|credentials?)"
        r"|api[ _-]?key (?:not (?:valid|found)|expired|is invalid|invalid)|(?:security token"
        r"|signature).{0,60}(?:invalid|expired|match)",
        status=(400,),
        loose=True,
    ),
    Row(
        "rights",
        v.RIGHTS,
        page=r"don't have access to the model|does not have access to|not authorized to perform"
        r"|permission '.{1,200}' denied"
        r"|(?:has not been used in project|is disabled)|missing (?:the )?(?:scopes?|permissions?)"
        r"|insufficient (?:permissions|scopes?)",
        status=(401, 403),
        loose=True,
    ),
    Row(
        "quota",
        v.QUOTA,
        page=r"rate limit|too many (?:requests|tokens)|quota|throttl|limit (?:reached|exceeded)"
        r"|requests? per (?:second|minute|hour|day)|slow down",
        status=(403, 420, 429),
        loose=True,
    ),
    Row(
        "upstream_timeout",
        v.APP_TIMEOUT,
        page=r"^(?!.{0,400}(?:endpoint request timed|upstream|gateway time)).{0,2000}(?:\btimed?[ -]?out\b|deadline)",
        status=(408, 504),
        loose=True,
    ),
)
