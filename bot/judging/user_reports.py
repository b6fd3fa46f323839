"""What people say of a component, on its way to the judge: hashed, appended once, and answered from the store.

Nobody's name or id is kept: the store's own salt makes a hash of them, which is enough to know one person from another.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from bot.core.model import report as report_model
from bot.core.model.person import Person
from bot.core.model.report import Report
from bot.core.reports.outcomes import voice
from bot.core.reports.surge import SurgeDetector
from bot.core.text.reports import thanks
from bot.judging.salvage import parts
from bot.store.codec import VOICES
from bot.store.row_fields import TEXT, cut
from bot.store.store import Store
from bot.store.stream_rows import encode

HASH = 16
"""Hexadecimal digits of a hash: two of a million people share one with a chance of one in 37 million."""

LONGEST = 64
"""Characters of an idempotency id that becomes part of a key as it is."""

AFFECTED, WORKS = "affected", "works"


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """A report that is noted, and what others have said: `text` is the whole answer, one sentence.

    `others` report trouble and `works` say it works, the one who asks left out, within `window_s` seconds; `usual` are
    normal in that time; `repeated` when this person had said the same within it.
    """

    others: int
    works: int
    window_s: float
    usual: float
    repeated: bool
    text: str


class UserReports:
    """The one way in which people and apps report. `wake` tells the judge of a service, if it is in this process."""

    def __init__(self, store: Store, wake: Callable[[str], None], now: Callable[[], float]) -> None:
        self._store = store
        self._wake = wake
        self._now = now
        self._salt = b""

    async def report(  # noqa: PLR0913, PLR0917 - who said what of what, and under which name it is known
        self,
        service: str,
        component: str,
        person: Person,
        works: bool,
        text: str = "",
        id: str = "",  # noqa: A002
    ) -> ReportReceipt:
        """Note what a person says, once for each `id` ("": this is a new one), and answer what others say.

        Raises:
            StoreError: the store is away; nothing is known to be noted, and the same id may be tried again.
        """
        salt = await self._secret()
        place = f"{person.platform}\0{person.place}"
        who = _hash(salt, f"{place}\0{person.user}")
        apart = person.platform == report_model.AGENT
        where = report_model.APPS if apart else _hash(salt, place)
        row = Report(self._now(), component, who, works, cut(text, TEXT), place=where)
        # Read before it is noted: a judge at hand counts this very report within milliseconds.
        name, others = await self._others(service, component, who)
        await self._store.append(service, f"act.{_bounded(id)}", 1, [encode(row)])
        self._wake(service)
        word = WORKS if works else AFFECTED
        repeated = await self._store.people.spoke(service, f"{component}:{who}", word) == word
        answer = thanks(name, others, works=works, repeated=repeated)
        return ReportReceipt(others.affected, others.works, others.window_s, others.usual, repeated, answer)

    async def outcome(self, service: str, component: str, app: str, failed: int, total: int) -> None:
        """Note an app's counts: they are weighed as one voice beside those of people. Raises StoreError."""
        who = _hash(await self._secret(), f"{report_model.APPS}\0{app}")
        works = voice(failed, total) is not False
        row = Report(self._now(), component, who, works, place=report_model.APPS, failed=failed, total=total)
        await self._store.append(service, f"act.{uuid4().hex}", 1, [encode(row)])
        self._wake(service)

    async def _others(self, service: str, component: str, who: str) -> tuple[str, report_model.Reports]:
        """The component's name, and what the judge has counted of everybody but one person.

        By the judge's own list of who said what: its sum alone does not tell whether this person is in it.
        """
        raw = (await self._store.views.assessed(service, (component,))).get(component)
        status = VOICES.load(raw)
        crowd = parts((await self._store.load(service)).state, ("crowd",)).crowd
        others = SurgeDetector((component,), crowd).others(component, who, self._now())
        return (status.measured.name if status else component), others

    async def _secret(self) -> bytes:
        if not self._salt:
            self._salt = await self._store.people.salt()
        return self._salt


def _hash(salt: bytes, text: str) -> str:
    return hmac.new(salt, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:HASH]


def _bounded(key: str) -> str:
    """An idempotency id as part of a key of the store: as it is where it is short, else its digest."""
    if not key:
        return uuid4().hex
    return key if len(key) <= LONGEST and key.isascii() else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
