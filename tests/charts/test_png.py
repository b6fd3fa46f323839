"""Charts as PNG: drawn by the real renderer in a process of its own, once each, and never a reason to fail."""

import asyncio
import logging
import os
import struct
import sys
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from bot.core.answers.charts import Chart, Series, charts
from bot.core.drawing import PANEL, WIDTH, axis_end, in_words, svg
from bot.pictures import drawn
from bot.pictures.drawn import Pictures
from tests.support.pasts import PAIRS, pasts

SEEN = [(50, 0), (40, 10), (30, 22), (60, 2)]
TWO = charts(pasts(SEEN), "Claude")
HOSTILE = Chart(
    "</text><image href='file:///etc/passwd'/>", "% & <b>", ("00:00", "01:00"), (Series("<x>", (1.0, 2.0)),)
)


async def test_a_picture_has_both_charts_and_is_drawn_once():
    """Two panels at twice the size, as PNG; the same charts again cost nothing, others are drawn."""
    pictures = Pictures()
    first, again = await asyncio.gather(pictures.of(TWO), pictures.of(TWO))
    assert first == again
    assert first.startswith(b"\x89PNG")
    assert struct.unpack(">II", first[16:24]) == (2 * WIDTH, 2 * 2 * PANEL)
    assert pictures.drawn == 1
    assert await pictures.of(TWO[:1]) != first
    assert pictures.drawn == 2


async def test_letters_are_drawn():
    """With a font that is not found all text is silently missing: words make a difference of many bytes."""
    bare = Chart(" ", " ", (" ", "  "), (Series(" ", (1.0, 2.0)),))
    pictures = Pictures()
    said = await pictures.of([Chart("Claude API: failures", "% of checks failed", ("10:00", "11:00"), bare.series)])
    assert len(said) > len(await pictures.of([bare])) + 3_000


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_every_drawing_is_xml_with_all_of_its_lines(seen):
    """Whatever was measured: well formed, a path a line within its panel, and the axis holds every value."""
    found = charts(pasts(seen), "Claude")
    root = ET.fromstring(svg(found))
    lines = [one for one in root.iter("{http://www.w3.org/2000/svg}path") if one.get("stroke-linejoin")]
    assert len(lines) == sum(len(one.series) for one in found)
    for one in found:
        most = max(value for line in one.series for value in line.values)
        assert most <= axis_end(most, 1.0) * (1 + 1e-9)
        assert one.title in in_words(found)


def test_hostile_names_are_only_letters():
    """What could be markup is text in the drawing."""
    root = ET.fromstring(svg([HOSTILE]))
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))
    assert HOSTILE.title in [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]


async def test_without_the_extra_there_is_no_picture_and_no_word_of_it(monkeypatch, caplog):
    """Nothing is started, nothing is logged."""
    monkeypatch.setattr(drawn, "EXTRA", "not_installed_here")
    assert await Pictures().of(TWO) == b""
    assert not caplog.records


async def test_a_worker_that_fails_is_one_line_in_the_log(monkeypatch, caplog, tmp_path):
    """No picture, and the next try is a new one."""
    pictures = Pictures()
    with caplog.at_level(logging.WARNING), monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/bin/false")
        assert await pictures.of(TWO) == b""
        broken.setattr(sys, "executable", str(tmp_path / "nothing"))
        assert await pictures.of(TWO) == b""
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert (await pictures.of(TWO)).startswith(b"\x89PNG")


async def test_a_worker_that_hangs_is_ended(monkeypatch, tmp_path):
    """After its time it is killed, not left behind."""
    hangs, pid = tmp_path / "hangs", tmp_path / "pid"
    hangs.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep 60\n")
    hangs.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(hangs))
    monkeypatch.setattr(drawn, "DRAW_S", 1.0)
    assert await Pictures().of(TWO) == b""
    try:
        os.kill(int(pid.read_text()), 0)
    except ProcessLookupError:
        return
    raise AssertionError("the worker is still there")
