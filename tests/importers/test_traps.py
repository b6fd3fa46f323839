"""What real configurations hold that a careful reader of the manuals would not expect. Retyped, shortened."""

import json

import pytest
import yaml

from bot.cli.import_from import read, told
from bot.cli.main import main
from bot.config.load import from_text
from bot.core.routing.matchers import KEYS
from bot.errors import UserError
from bot.importers.imported import RESERVED
from bot.importers.source_table import Skipped

PROBED = """\
scrape_configs:
  - job_name: sites
    metrics_path: /probe
    params: {module: [web], hostname: [x.example]}
    static_configs: [{targets: ["https://x.example/"], labels: {instance: shop, service: web}}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__address__], target_label: url}
"""


def made(tmp_path, source, *texts, environ=None):
    """What comes of files of these texts: the document that our reader takes, and the sentences of what is left."""
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(text)
    found = read(source, files, environ or {})
    text = yaml.safe_dump(found.document())
    if found.components:
        from_text(text, "imported", {name: value or "0" * 32 for name, value in found.secrets.items()})
    return found.document(), "\n".join(told(found.left)), found


def checks(document):
    """Each check by component and name."""
    return {
        (component, name): check
        for service in document["services"]
        for component, values in service["components"].items()
        for name, check in values["checks"].items()
    }


def endpoint(**values):
    return yaml.safe_dump({"endpoints": [{"name": "a", "url": "https://a.example/", **values}]})


def test_a_placeholder_in_an_address_is_not_taken_for_one(tmp_path):
    """A shell's, a template's, or one by hand; nobody asks https://<host>/."""
    for address in ("https://${HOST}/", "https://{{ host }}/", "https://<host>/", "https://##HOST##/"):
        document, left, _ = made(tmp_path, "gatus", endpoint(url=address, conditions=["[STATUS] == 200"]))
        assert document["services"] == []
        assert "stands for a value that is not in the file" in left


def test_a_variable_is_filled_in_from_the_environment_unless_it_is_a_secret(tmp_path):
    """As Gatus does; the value of a secret never comes into the YAML."""
    text = endpoint(
        url="https://${HOST}/$PATH_OF_IT",
        headers={"X-Api-Key": "a-${API_KEY}", "Accept": "$KIND"},
        conditions=["[STATUS] == 200"],
    )
    environ = {"HOST": "x.example", "PATH_OF_IT": "health", "API_KEY": "hush", "KIND": "text/html"}
    document, _, found = made(tmp_path, "gatus", text, environ=environ)
    check = checks(document)["a", "http"]
    assert check["target"] == "https://x.example/health"
    assert check["options"]["headers"] == {"X-Api-Key": "a-${API_KEY}", "Accept": "${KIND}"}
    assert found.secrets == {"API_KEY": "", "KIND": ""}
    text = endpoint(url="https://x.example/", body="k=${API_KEY}", conditions=["[STATUS] == 200"])
    assert made(tmp_path, "gatus", text, environ=environ)[0]["services"] == []


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        (["[CONNECTED] == true"], ["100-599"]),
        (["[BODY].ok == true"], ["100-599"]),
        (["[STATUS] != any(500, 502)"], ["100-499", 501, "503-599"]),
    ],
)
def test_any_status_is_fine_where_no_condition_of_gatus_says_which(tmp_path, conditions, status):
    """Its default is none, ours is 200-299."""
    document, _, _ = made(tmp_path, "gatus", endpoint(conditions=conditions))
    assert checks(document)["a", "http"]["options"]["expect_status"] == status


def test_an_endpoint_of_which_no_condition_is_left_is_not_checked_for_something_else(tmp_path):
    """Only the end of a domain's registration was asked."""
    document, left, _ = made(tmp_path, "gatus", endpoint(conditions=["[DOMAIN_EXPIRATION] > 168h"]))
    assert document["services"] == []
    assert "a: none of its conditions can be checked" in left


def test_conditions_that_the_kind_of_check_cannot_have_are_listed(tmp_path):
    """A response time of a port, a second text, an interval nobody can read."""
    conditions = ["[CONNECTED] == true", "[RESPONSE_TIME] < 80"]
    text = endpoint(url="tcp://db.example:5432", conditions=conditions, interval="often")
    document, left, _ = made(tmp_path, "gatus", text)
    assert checks(document)["a", "tcp"]["interval"] == "1m"
    assert "a: [RESPONSE_TIME] < 80: no option of a `tcp` check says this" in left
    assert "a: interval often: expected a duration; 1m is written" in left
    two = endpoint(conditions=["[BODY] == pat(*one*)", "[BODY] == pat(*two*)"])
    document, left, _ = made(tmp_path, "gatus", two)
    assert checks(document)["a", "http"]["options"]["expect_text"] == "one"
    assert "pat(*two*): one text can be expected" in left


def test_addresses_that_a_name_must_have_and_the_port_of_a_resolver(tmp_path):
    """The body of a DNS answer."""
    text = endpoint(
        url="9.9.9.9:5353",
        dns={"query-name": "x.example", "query-type": "A"},
        conditions=["[BODY] == any(192.0.2.1, 192.0.2.2)"],
    )
    document, _, _ = made(tmp_path, "gatus", text)
    options = checks(document)["a", "dns"]["options"]
    assert options == {"type": "A", "resolvers": ["9.9.9.9:5353"], "expect": ["192.0.2.1", "192.0.2.2"]}


def test_a_file_that_sops_encrypted_is_one_sentence(tmp_path, capsys):
    """Names and addresses are cipher text."""
    file = tmp_path / "config.yaml"
    file.write_text("endpoints: [{name: 'ENC[AES256_GCM,data:vM4=,iv:6pO=,type:str]'}]\n")
    assert main(["import", "gatus", str(file)]) == 2
    assert "its values are encrypted: decrypt it first" in capsys.readouterr().err


def test_a_job_without_relabelling_says_that_nothing_is_its_target(tmp_path):
    """Prometheus would ask the target itself for /probe."""
    text = PROBED.split("    relabel_configs:", maxsplit=1)[0]
    document, left, _ = made(tmp_path, "blackbox", "modules: {web: {prober: http}}\n", text)
    assert document["services"] == []
    assert "no relabelling makes it what is probed (__param_target)" in left


def test_labels_are_those_after_relabelling_and_none_is_a_word_of_ours(tmp_path):
    """`service` means something else here; `instance` is the name."""
    document, left, _ = made(tmp_path, "blackbox", "modules: {web: {prober: http}}\n", PROBED)
    (component,) = document["services"][0]["components"].values()
    assert component["name"] == "shop"
    assert component["labels"] == {"label_service": "web", "url": "https://x.example/"}
    assert "job sites: params.hostname" in left
    assert set(KEYS) == RESERVED


def test_options_of_a_module(tmp_path):
    """Only over TLS; any status; headers with a plain text; what its false means."""
    module = {
        "fail_if_not_ssl": True,
        "accept_any_response": True,
        "ip_protocol_fallback": False,
        "valid_status_codes": [],
        "fail_if_header_not_matches": [
            {"header": "X-Up", "regexp": "yes"},
            {"header": "X-Any", "regexp": "a|b"},
        ],
        "fail_if_header_matches": [{"header": "Set-Cookie", "regexp": ".*"}],
        "basic_auth": {"username": "u", "password_file": "/run/p"},
    }
    text = yaml.safe_dump({"modules": {"web": {"prober": "http", "http": module}}})
    document, left, _ = made(tmp_path, "blackbox", text, PROBED)
    assert checks(document)["shop", "http"]["options"] == {
        "expect_status": ["100-599"], "expect_url": "https://*", "expect_header": {"X-Up": "yes"},
    }  # fmt: skip
    for said in (
        "http.ip_protocol_fallback",
        "http.fail_if_header_not_matches X-Any",
        "http.fail_if_header_matches Set-Cookie",
        "http.basic_auth.username",
        "http.basic_auth.password_file",
    ):
        assert f"module web: {said}" in left


@pytest.mark.parametrize(
    ("rcodes", "taken"), [(["NOERROR"], True), (["NXDOMAIN"], False), (["NOERROR", "NXDOMAIN"], False)]
)
def test_an_answer_that_must_be_an_error_is_no_check_of_ours(tmp_path, rcodes, taken):
    """A check that wants the opposite would alert for ever."""
    dns = {"query_name": "x.example", "query_type": "A", "valid_rcodes": rcodes}
    text = yaml.safe_dump({"modules": {"web": {"prober": "dns", "dns": dns}}})
    document, left, _ = made(tmp_path, "blackbox", text, PROBED.replace("https://x.example/", "9.9.9.9"))
    assert bool(document["services"]) is taken
    assert ("valid_rcodes" in left) is not taken


def test_targets_in_files_of_their_own(tmp_path):
    """They are given too, by the name that the job reads."""
    job = {"job_name": "j", "metrics_path": "/probe", "file_sd_configs": [{"files": ["/etc/sd/2.*", "gone.yml"]}]}
    rules = [{"source_labels": ["__address__"], "target_label": "__param_target"}]
    prometheus = yaml.safe_dump({"scrape_configs": [job | {"relabel_configs": rules}]})
    targets = yaml.safe_dump([{"targets": ["http://x.example/"], "labels": {"name": "x"}}])
    document, left, _ = made(tmp_path, "blackbox", "modules: {}\n", prometheus, targets)
    assert checks(document)["http-x-example", "http"]["target"] == "http://x.example/"
    assert "job j: file_sd_configs gone.yml: give the files of targets too" in left


def test_monitors_as_a_list_by_number_and_with_tags(tmp_path):
    """Scripts around Uptime Kuma write lists; its own API a table by id. Tags are words, or names with values."""
    monitor = {"name": "a", "type": "http", "url": "http://a.example/", "tags": ["infra"]}
    tagged = {"id": 2, "name": "b", "type": "port", "hostname": "b.example", "port": 1, "url": "https://",
              "tags": [{"name": "Team", "value": "ops", "color": "#fff"}], "maxRetries": 3}  # fmt: skip
    document, left, _ = made(tmp_path, "kuma", json.dumps([monitor, tagged]))
    components = document["services"][0]["components"]
    assert (components["a"]["labels"], components["b"]["labels"]) == ({"infra": "yes"}, {"Team": "ops"})
    assert "b: max_retries: no option of ours says this" in left
    document, _, _ = made(tmp_path, "kuma", json.dumps({"monitorList": {"1": monitor, "2": tagged}}))
    assert document["services"][0]["components"].keys() == components.keys()


def test_one_line_for_one_reason():
    """Forty endpoints with the same key are one line."""
    left = [Skipped(name, "ui", "its page") for name in ("a", "b")] + [
        Skipped("", "Ping", "no"),
        Skipped("", "Pong", "no"),
    ]
    assert told(left) == ["a, b: ui: its page", "Ping, Pong: no"]


KUMA = {"name": "a", "type": "http", "url": "https://a.example/"}
SITE = {"name": "a", "url": "https://a.example/"}
SMTP = {"type": "smtp", "smtpHost": "m.example", "smtpPort": "", "smtpFrom": "a@m.example", "smtpTo": "b@m.example"}
MAIL = {"name": "m", "config": json.dumps(SMTP)}


@pytest.mark.parametrize(
    ("source", "values", "said"),
    [
        ("kuma", {**KUMA, "maxredirects": "x"}, "a: maxredirects x: expected a number; the default counts"),
        ("kuma", {**KUMA, "maxretries": "many"}, "a: maxretries many: expected a number; 0 is written"),
        ("kuma", {**KUMA, "maxredirects": 99}, "a: maxredirects 99: expected 0 to 20; 20 is written"),
        ("kuma", {**KUMA, "url": "http://[::1"}, "a: http://[::1 is no http address"),
        ("kuma", {**KUMA, "type": "json-query", "json_path": "a", "expected_value": ["x"]}, ""),
        ("kuma", {**KUMA, "parent": [1], "id": [1]}, ""),
        ("upptime", {**SITE, "maxResponseTime": "5s"}, "a: maxResponseTime 5s: expected a number"),
        ("upptime", {**SITE, "expectedStatusCodes": ["2xx"]}, "a: expectedStatusCodes: expected numbers"),
        ("upptime", {**SITE, "url": "http://[::1"}, "a: an address that no check of ours takes"),
        ("gatus", {**SITE, "conditions": [f"[STATUS] == {'9' * 5_000}"]}, "expected numbers"),
    ],
)
def test_what_is_no_number_or_no_address_is_listed(tmp_path, source, values, said):
    """The rest of the file is taken, or the check is left with its reason; never a traceback."""
    key = {"kuma": "monitorList", "upptime": "sites", "gatus": "endpoints"}[source]
    left = made(tmp_path, source, yaml.safe_dump({key: [values]}))[1]
    assert said in left


def test_a_mail_server_without_a_port_has_the_usual_one(tmp_path):
    """Uptime Kuma writes "" for it."""
    document, _, _ = made(tmp_path, "kuma", json.dumps({"monitorList": [KUMA], "notificationList": [MAIL]}))
    assert document["channels"]["m"]["port"] == 587


def test_a_target_with_a_word_for_a_port(tmp_path):
    """It is left with what was expected."""
    text = "modules: {web: {prober: tcp}}"
    left = made(tmp_path, "blackbox", text, PROBED.replace("https://x.example/", "db:postgres"))[1]
    assert "shop: expected a host with a port" in left


def test_two_rules_for_one_header(tmp_path):
    """One is taken, the other is listed; so is a parameter of the probe that is not read, with its reason."""
    rules = [{"header": "X-Up", "regexp": "yes"}, {"header": "x-up", "regexp": "sure"}]
    text = yaml.safe_dump({"modules": {"web": {"prober": "http", "http": {"fail_if_header_not_matches": rules}}}})
    document, left, _ = made(tmp_path, "blackbox", text, PROBED)
    assert checks(document)["shop", "http"]["options"]["expect_header"] == {"X-Up": "yes"}
    assert "http.fail_if_header_not_matches x-up: one text can be required of a header: the first is" in left
    assert "params.hostname: only the module and the target of a probe are read" in left


def test_a_file_larger_than_any_honest_one(tmp_path):
    """Through its aliases, by its levels, or with a number that nobody can write out."""
    aliases = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(12))
    for text in (aliases, "a: &a [*a]", "[" * 60 + "]" * 60, f"a: 0x{'f' * 5_000}"):
        with pytest.raises(UserError, match=r"expected (at most|numbers)"):
            made(tmp_path, "gatus", text)
