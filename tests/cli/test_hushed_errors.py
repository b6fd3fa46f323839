"""Nothing that is written to standard error has a secret in it, whoever writes it."""

import logging
import sys
import traceback

from bot.cli import main
from bot.cli.log_redaction import hushed_errors
from bot.errors import UserError

TOKEN = "xoxb-1234567890-abcdefghijkl"


def test_every_outlet_goes_through_the_redactor(capsys):
    """A proxy echoes our request: a library's own handler, a traceback and a print show no token of it."""
    with hushed_errors():
        sys.stderr.write(f"Authorization: Bearer {TOKEN}\n")
        sys.stderr.writelines([f"the proxy said {TOKEN}\n"])
        logging.StreamHandler(sys.stderr).emit(logging.makeLogRecord({"msg": f"got {TOKEN}"}))
        traceback.print_exception(ValueError(TOKEN))
    said = capsys.readouterr().err
    assert TOKEN not in said
    assert said.count("[hidden]") >= 4
    assert "the proxy said" in said


def test_the_sentence_of_a_command_has_no_secret(capsys, monkeypatch):
    """What ends a command is printed without what somebody else put into it."""

    def refused(_argv):
        raise UserError(f"Slack answers: {TOKEN}")

    monkeypatch.setattr(main, "_main", refused)
    before = sys.stderr
    assert main.main(["run"]) == main.BAD_INPUT
    assert capsys.readouterr().err == "Slack answers: [hidden]\n"
    assert sys.stderr is before
