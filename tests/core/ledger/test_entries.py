"""From the first sign of trouble to the last, ours and the page's: one row."""

from bot.core.ledger.entries import AFTERWARDS_S, UNHEARD_S, LedgerTracker
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import Source
from bot.core.model.measurement import Measurement
from bot.core.model.statuspage import PageMention, PageStatus
from bot.core.statuspage.discrepancy import Case
from probes.model import State

OPEN = Incident("4F7K", "claude", "failures", IncidentStatus.OPEN, ("api",), State.PARTIAL, 31.0, 34.0, active=("api",))
GREEN = PageStatus(State.OPERATIONAL, "fine", 10.0, 5.0)
RED = PageStatus(State.PARTIAL, "Elevated errors", 600.0, 600.0, posted_at=590.0, started_at=40.0)


class Books:
    """Steps one component's bookkeeping and collects the rows."""

    def __init__(self):
        self.books, self.rows = LedgerTracker({}), []

    def step(self, now, heard, *, trouble=False, measured=State.OPERATIONAL, last=None):
        state = State.PARTIAL if trouble else measured
        case = Case("api", Measurement("api", "API", state), heard, OPEN if trouble else None, 5, last_failure_at=last)
        self.books, finished = self.books.step("claude", [case], now)
        self.rows += finished
        return self


def test_quiet_times_keep_nothing():
    """No trouble on either side is no entry."""
    assert Books().step(10.0, GREEN).step(20.0, GREEN).books.pending == {}


def test_a_row_has_the_times_of_both_sides():
    """First failure, alert, first sight of red with its posted time, last failure, our resolve, green again."""
    books = Books().step(40.0, GREEN, trouble=True).step(600.0, RED, trouble=True)
    books.step(2000.0, RED, last=1500.0)
    assert books.rows == []
    green = PageStatus(State.OPERATIONAL, "fine", 3000.0, 2990.0)
    [row] = books.step(3000.0, green).rows

    assert (row.source, row.incident, row.components) == (Source.MEASURED, "4F7K", ("api",))
    assert (row.began_at, row.alerted_at, row.ended_at, row.resolved_at) == (31.0, 34.0, 1500.0, 2000.0)
    assert (row.page_seen_at, row.page_posted_at, row.page_started_at, row.page_ended_at) == (
        600.0,
        590.0,
        40.0,
        2990.0,
    )
    assert (row.ack_s, row.closing_s) == (569.0, 1490.0)
    assert books.books.pending == {}


def test_never_is_written_only_after_the_page_had_time_to_speak():
    """A page that speaks after the end has spoken; one that has not after two hours never will."""
    books = Books().step(40.0, GREEN, trouble=True).step(900.0, GREEN).step(900.0 + AFTERWARDS_S - 1, GREEN)
    assert books.rows == []
    [row] = books.step(900.0 + AFTERWARDS_S, GREEN).rows
    assert (row.told_at, row.page_ended_at) == (None, None)

    late = Books().step(40.0, GREEN, trouble=True).step(500.0, GREEN, last=450.0).step(600.0, RED)
    [row] = late.step(900.0, PageStatus(State.OPERATIONAL, "", 890.0, 890.0)).rows
    assert (row.page_seen_at, row.late) == (600.0, True)


def test_trouble_we_did_not_measure_is_on_record_as_the_page_s():
    """It has no beginning of ours and counts in no lag."""
    [row] = Books().step(600.0, RED).step(900.0, PageStatus(State.OPERATIONAL, "", 890.0, 890.0)).rows

    assert (row.began_at, row.page_seen_at, row.page_ended_at, row.ack_s) == (None, 600.0, 890.0, None)


def test_the_page_was_first():
    """Red before our alert: one row, joined."""
    books = Books().step(20.0, PageStatus(State.PARTIAL, "x", 20.0, 20.0)).step(40.0, RED, trouble=True)

    assert books.books.pending["api"].page_first


def test_trouble_again_is_another_row_unless_the_page_stayed_red():
    """Between two troubles under one red page the vendor's incident is one."""
    apart = Books().step(40.0, GREEN, trouble=True).step(900.0, GREEN).step(1200.0, GREEN, trouble=True)
    assert (len(apart.rows), apart.rows[0].resolved_at) == (1, 900.0)
    one = Books().step(40.0, GREEN, trouble=True).step(600.0, RED, trouble=True).step(900.0, RED)
    one.step(1200.0, RED, trouble=True)
    assert (one.rows, one.books.pending["api"].resolved_at) == ([], None)


def test_what_is_not_known_ends_nothing():
    """Our own blindness is no end of trouble, an unreadable page no green; but a day later the row is written."""
    unread = PageStatus(State.PARTIAL, "x", 600.0, 600.0, unreadable="HTTP 403")
    books = Books().step(40.0, RED, trouble=True).step(900.0, RED, measured=State.UNKNOWN)
    assert books.books.pending["api"].resolved_at is None
    books.step(1000.0, unread).step(1000.0 + UNHEARD_S - 1, unread)
    assert books.rows == []
    assert len(books.step(1000.0 + UNHEARD_S, unread).rows) == 1


def test_an_incident_that_marks_nothing_is_a_word():
    """It counts as spoken from our first sight of it."""
    said = PageStatus(State.OPERATIONAL, "fine", 300.0, 5.0, mention=PageMention("Elevated errors", 300.0, 295.0))
    entry = Books().step(40.0, GREEN, trouble=True).step(300.0, said, trouble=True).books.pending["api"]

    assert (entry.mention_at, entry.told_at, entry.page_posted_at) == (300.0, 300.0, 295.0)
