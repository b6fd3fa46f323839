"""What `groundtruth run` refuses before anything starts."""

import argparse

import pytest

from bot.app import Role
from bot.cli import run
from bot.errors import UserError
from bot.settings import Settings
from probes.secret import Secret


def test_a_judge_alone_needs_a_redis_that_probers_share():
    """Nobody else can write to the embedded store, so nothing would ever be judged."""
    with pytest.raises(UserError, match="--no-checks needs a Redis that is shared"):
        run.judging(Settings(()))
    assert run.judging(Settings((), redis=Secret("redis://h"))) is Role.JUDGE


def test_it_checks_unless_told_otherwise():
    """By default one process does everything."""
    parser = argparse.ArgumentParser()
    run.arguments(parser)
    assert not parser.parse_args([]).no_checks
    assert parser.parse_args(["--no-checks"]).no_checks
