"""The catalogue's checks: valid without any key, and what keys switch on is cheap, rare and known."""

import pytest

from bot.cli import main
from bot.config import catalogue
from bot.config.load import from_text
from probes.inference.prices import price_of
from probes.options import with_defaults
from probes.registry import KIND_OPTIONS, secrets_wanted

EVERYTHING = f"services: [{', '.join(catalogue.names())}]"
KEYS = (
    "OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "AWS_BEARER_TOKEN_BEDROCK",
    "GOOGLE_SERVICE_ACCOUNT",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "GROQ_API_KEY",
    "COHERE_API_KEY",
    "XAI_API_KEY",
    "DEEPSEEK_API_KEY",
    "TOGETHER_API_KEY",
    "FIREWORKS_API_KEY",
    "MOONSHOT_API_KEY",
    "CEREBRAS_API_KEY",
    "SAMBANOVA_API_KEY",
    "BASETEN_API_KEY",
)
PAID = ("chat", "generate", "converse", "invoke")


def test_everything_is_valid_without_an_environment(tmp_path, monkeypatch, capsys):
    """`groundtruth config check` accepts a configuration that names every service, with no key set."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "groundtruth.yaml"
    file.write_text(EVERYTHING)
    assert main.main(["config", "check", "--config", str(file)]) == 0, capsys.readouterr().err


def test_without_keys_nothing_costs():
    """What is left needs no secret, and the notes say what is off and why."""
    found = from_text(EVERYTHING, environ={})
    assert not any(secrets_wanted(check) for check in found.checks())
    for name in KEYS:
        assert any(name in note for note in found.notes)


def test_keys_switch_inference_on():
    """At least a dozen vendors are measured by a token of theirs, each rarely enough to cost next to nothing."""
    found = from_text(EVERYTHING, environ=dict.fromkeys(KEYS, "{}"))
    assert not any(name in note for note in found.notes for name in KEYS)
    paid = [check for check in found.checks() if secrets_wanted(check) and check.options.get("mode") in PAID]
    assert len({check.service for check in paid}) >= 12
    for check in paid:
        options = with_defaults(KIND_OPTIONS[check.kind], check.options)
        price = price_of(options["model"].partition("anthropic.")[2] or options["model"], options["price"])
        assert check.interval_s >= 300
        assert price.cost(22, 1) * 86_400 / check.interval_s < 0.02, check.id


@pytest.mark.parametrize("kind", ["openai", "gemini", "bedrock", "vertex"])
def test_a_key_is_never_written_down(kind):
    """Where a secret belongs, a value in the file is refused."""
    options = KIND_OPTIONS[kind]
    secret = next(name for name in ("api_key", "credentials") if name in options)
    assert options[secret].complaint("sk-0123456789") == "the name of a secret, as ${NAME}"
    assert options[secret].complaint("${KEY?}") == ""
