"""What people put on the status page in their own words, and take off again."""

from bot.core.answers import announcements as announcement_answers
from bot.core.answers.answer import Answer
from bot.core.model.announcement import Announcement
from bot.core.model.ids import short_id
from bot.core.text.quoting import clean
from bot.desk.ports import DeskServices, Query
from bot.store.codec import ANNOUNCEMENT

MOST = 20
"""Announcements that stand at a time: more is a page nobody reads."""
LONGEST = 300


async def announce(behind: DeskServices, question: Query) -> Answer:
    """Answer `announce`: put a sentence on the page, or take one or all off."""
    if behind.announces is None:
        return announcement_answers.no_page(question.now)
    request, now = question.request, question.now
    standing = await behind.reads.announcements(now)
    if request.length_s is None:
        wanted = request.text.strip().lstrip("#").upper()
        ended = [one for one in standing if not wanted or one.id == wanted]
        await behind.announces.drop(*(one.id for one in ended))
        return announcement_answers.ended(ended, wanted, now)
    text = clean(request.text, LONGEST)
    if not text:
        return announcement_answers.no_words(now)
    if len(standing) >= MOST:
        return announcement_answers.too_many(MOST, now)
    name = short_id("announcement", question.asker.id, text)
    one = Announcement(name, now, now + request.length_s, question.asker.person, text)
    await behind.announces.put(name, ANNOUNCEMENT.dump(one))
    return announcement_answers.announced(one, now)
