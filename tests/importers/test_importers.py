"""Other monitors' configurations: what is taken, what is not and why, and that our own reader takes the result."""

import json
import sqlite3
from contextlib import closing

import pytest
import yaml

from bot.cli.import_from import read
from bot.cli.main import main
from bot.config.load import from_text
from bot.importers.gatus_conditions import Conditions
from bot.importers.relabelling import relabelled
from tests.support.monitors import BLACKBOX, CSV, GATUS, MONITORS, NOTIFICATIONS, PROMETHEUS, UPPTIME


@pytest.fixture
def written(tmp_path):
    """Writes files and gives their paths."""

    def write(**files):
        paths = []
        for name, text in files.items():
            path = tmp_path / name
            path.write_text(text)
            paths.append(path)
        return paths

    return write


@pytest.fixture
def database(tmp_path):
    """Uptime Kuma's file of version 2, with the columns that matter here."""
    path = tmp_path / "kuma.db"
    with closing(sqlite3.connect(path)) as made, made:
        for table, rows in (("monitor", MONITORS), ("notification", NOTIFICATIONS)):
            columns = list(dict.fromkeys(key for row in rows for key in row))
            made.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            for row in rows:
                marks = ", ".join("?" * len(columns))
                made.execute(f"INSERT INTO {table} VALUES ({marks})", [row.get(column) for column in columns])
    return path


def settings(found):
    """What our own reader makes of it, with the secrets that were found."""
    environ = {name: value or "0" * 32 for name, value in found.secrets.items()}
    return from_text(yaml.safe_dump(found.document()), "imported", environ)


def checks(found):
    """Every check by its id: kind, target, interval, options."""
    made = settings(found)
    return {c.id: (c.kind, c.target, c.interval_s, dict(c.options)) for x in made.components() for c in x.checks}


def left(found):
    return {f"{where}: {what}" if where else what: why for where, what, why in found.left}


def test_gatus(written):
    """Conditions, groups, merged anchors, certificates, alerting with its defaults."""
    found = read("gatus", written(g=GATUS))
    every = checks(found)
    assert every["front-page/http"][:3] == ("http", "https://www.x.example/health", 300.0)
    assert every["front-page/http"][3] == {
        "expect_status": ["200-299"], "slow_ms": 500, "json_path": "data.0.state", "json_equals": "up", "redirects": 0,
        "method": "POST", "headers": {"Authorization": "Bearer ${FRONT_PAGE_AUTHORIZATION}", "Accept": "text/html"},
    }  # fmt: skip
    assert every["front-page/certificate"] == ("tls", "www.x.example:443", 3600.0, {"fail_days": 7.0})
    assert every["database/tcp"][:2] == ("tcp", "db.x.example:5432")
    assert every["names/dns"] == ("dns", "x.example", 60.0, {"type": "A", "resolvers": ["1.1.1.1"]})
    assert found.secrets["FRONT_PAGE_AUTHORIZATION"] == "abc"
    made = settings(found)
    assert [service.name for service in made.services] == ["Public sites", "services"]
    assert made.component("front-page").rules["front-page/http"][0].failures == 4
    assert {c.name: c.kind for c in made.channels} == {"console": "console", "pagerduty": "pagerduty", "email": "email"}
    assert left(found).keys() >= {
        "pushed", "Ping", "Hidden", "alerting.slack", "Front page: [DOMAIN_EXPIRATION] > 720h",
        "Front page: len([BODY].x) == 3", "Front page: client.insecure", "Front page: [RESPONSE_TIME]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("conditions", "options"),
    [
        (["[STATUS] == any(200, 429)"], {"expect_status": [200, 429]}),
        (["[STATUS] != 404", "[STATUS] < 405"], {"expect_status": ["100-403"]}),
        (["[BODY] == pat(*ready*)"], {"expect_text": "ready"}),
        (["has([BODY].user.id) == true"], {"json_path": "user.id"}),
        (["[BODY].n == 5"], {"json_path": "n", "json_equals": 5}),
        (["[BODY].ok == true"], {"json_path": "ok", "json_equals": True}),
        (["[BODY].name == pat(j*n)"], {}),
        (["nonsense"], {}),
    ],
)
def test_conditions_of_gatus(conditions, options):
    """What cannot be said is left with its reason."""
    found = Conditions(conditions)
    assert found.http == options
    assert bool(found.left) is (not options)


@pytest.mark.parametrize("version", [1, 2])
def test_kuma(version, database, written):
    """The database of version 2 and the JSON of version 1 come to the same."""
    backup = json.dumps({"version": "1.23.0", "monitorList": MONITORS, "notificationList": NOTIFICATIONS})
    found = read("kuma", [database] if version == 2 else written(k=backup))
    every = checks(found)
    kind, target, interval, options = every["api/http"]
    assert (kind, target, interval) == ("http", "https://api.x.example/", 45.0)
    assert options["headers"] == {"X-Api-Key": "${API_X_API_KEY}", "authorization": "Basic ${API_BASIC_AUTH}"}
    assert (options["json_path"], options["json_equals"]) == ("status", "ok")
    assert (options["expect_status"], options["redirects"]) == (["200-299", "401"], 3)
    assert every["api/certificate"][:2] == ("tls", "api.x.example:443")
    assert every["text/http"][3] == {"expect_text": "hello"}
    assert every["port/tcp"][1] == "db.x.example:5432"
    assert every["dns/dns"][3] == {"type": "A", "resolvers": ["1.1.1.1"]}
    assert settings(found).component("api").service == "shop"
    assert settings(found).component("api").rules["api/http"][0].failures == 3
    assert [c.kind for c in settings(found).channels] == ["console", "ntfy"]
    kind, target, _, options = every["cron/ping"]
    assert (kind, options) == ("heartbeat", {"every": 60.0})
    assert left(found)["Cron: push address"] == f"its job reports to /ping/{target} from now on"
    assert left(found).keys() >= {"where pings come in", "Old", "notification Chat", "API: ignore_tls"}


def test_what_pushes_its_results_reports_in(written):
    """Of Kuma with its retries as grace, of Gatus with its heartbeat; each import gives the same address."""
    push = {"id": 1, "name": "Cron", "type": "push", "interval": 300, "maxretries": 2, "retryInterval": 60}
    kuma = json.dumps({"monitorList": [{**push, "pushToken": "s3cr3t"}]})
    once, again = (read("kuma", written(k=kuma)) for _ in range(2))
    assert checks(once) == checks(again)
    assert checks(once)["cron/ping"][3] == {"every": 300.0, "grace": 120.0}
    gatus = "external-endpoints: [{name: Backup, group: Jobs, token: x, heartbeat: {interval: 24h}}]"
    found = read("gatus", written(g=gatus))
    assert checks(found)["backup/ping"][3] == {"every": 86_400.0}
    assert settings(found).component("backup").rules["backup/ping"][0].failures == 1
    assert settings(found).web.listen == "127.0.0.1:8080"


def test_a_group_of_kuma_says_nothing_of_its_members(written):
    """How often Kuma looks at them is no setting of ours; its tags are listed, with what to do."""
    group = {"id": 1, "name": "Shop", "type": "group", "interval": 30, "retryInterval": 60, "tags": [{"name": "x"}]}
    member = {"id": 2, "name": "API", "type": "http", "url": "https://x.example", "parent": 1}
    found = read("kuma", written(k=json.dumps({"monitorList": [group, member]})))
    assert settings(found).component("api").service == "shop"
    assert left(found) == {"Shop: tags": "labels belong to components: tag the monitors of a group"}


def test_blackbox(written):
    """Modules with the jobs that use them; relabelling says what, how and whether."""
    found = read("blackbox", written(b=BLACKBOX, p=PROMETHEUS))
    every = checks(found)
    assert every["https-a-example/http"] == (
        "http", "https://a.example/", 20.0,
        {"method": "HEAD", "expect_status": [200, 301], "redirects": 0,
         "headers": {"authorization": "Basic ${WEB_BASIC_AUTH}"}},
    )  # fmt: skip
    assert every["b-example-22/tcp"][:2] == ("tcp", "b.example:22")
    assert every["c-example-443/tcp"][:2] == ("tls", "c.example:443")
    assert len(every) == 3
    assert left(found).keys() == {
        "d.example", "job found: kubernetes_sd_configs", "module web: http.fail_if_body_not_matches_regexp", "job node",
        "job probes: target https://gone.example/;web;xx",
    }  # fmt: skip


def test_modules_alone_say_what_is_missing(written):
    """Nothing is probed by a module."""
    assert left(read("blackbox", written(b=BLACKBOX))).keys() == {"every module"}


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ({"source_labels": ["a", "b"], "separator": "-", "target_label": "c"}, {"a": "1", "b": "2", "c": "1-2"}),
        ({"action": "keep", "source_labels": ["a"], "regex": "2"}, None),
        ({"action": "drop", "source_labels": ["a"], "regex": "1"}, None),
        ({"action": "labelmap", "regex": "(a)", "replacement": "x_$1"}, {"a": "1", "b": "2", "x_a": "1"}),
        ({"action": "labeldrop", "regex": "a"}, {"b": "2"}),
        ({"action": "labelkeep", "regex": "a"}, {"a": "1"}),
        ({"target_label": "d", "replacement": "${0}x"}, {"a": "1", "b": "2", "d": "x"}),
        ({"regex": "(", "target_label": "d"}, {"a": "1", "b": "2"}),
    ],
)
def test_relabelling(rule, labels):
    """As Prometheus does it."""
    assert relabelled({"a": "1", "b": "2"}, [rule], []) == labels


def test_upptime(written):
    """Sites, ports and headers with secrets of the repository."""
    found = read("upptime", written(u=UPPTIME))
    every = checks(found)
    assert every["home/http"][3]["headers"] == {"Authorization": "${TOKEN}", "Accept": "text/html"}
    assert (every["home/http"][3]["expect_status"], every["home/http"][3]["slow_ms"]) == ([200, 404], 800)
    assert every["port/tcp"][1] == "x.example:22"
    assert left(found).keys() == {"Hidden", "Socket", "assignees"}


def test_statuscake(written):
    """By the names of the columns."""
    found = read("statuscake-csv", written(s=CSV))
    assert checks(found) == {"home/http": ("http", "https://x.example/", 60.0, {"expect_text": "welcome"})}
    assert left(found).keys() == {"Off", "Ping"}


def test_the_command_writes_yaml_and_secrets_apart(written, tmp_path, capsys):
    """YAML on stdout, the rest on stderr, secrets in a file of their own that is never overwritten."""
    (file,) = written(g=GATUS)
    env = tmp_path / "found.env"
    assert main(["import", "gatus", str(file), "--env", str(env)]) == 0
    out, err = capsys.readouterr()
    assert "abc" not in out
    assert "0123456789abcdef" not in out + err
    assert "not taken: Ping: ICMP is not checked" in err
    assert "FRONT_PAGE_AUTHORIZATION=abc\n" in env.read_text()
    assert env.stat().st_mode & 0o777 == 0o600
    assert main(["import", "gatus", str(file), "--env", str(env)]) == 2


def test_targets_of_the_same_name_are_told_apart(written, tmp_path, capsys):
    """What is written is a configuration that is accepted. YAML may begin with a brace."""
    one, two = '{name: Front, url: "https://x.example/"}', '{name: front, group: b, url: "https://x.example/b"}'
    text = f"{{endpoints: [{one}, {two}]}}"
    (file,) = written(g=text)
    assert main(["import", "gatus", str(file)]) == 0
    found = capsys.readouterr().out
    assert "name: Front" in found
    assert "name: front (2)" in found
    taken = tmp_path / "taken.yaml"
    taken.write_text(found)
    assert main(["--config", str(taken), "config", "check"]) == 0


@pytest.mark.parametrize("text", ["- a\n", "a: [", "\x00", "x: &a [*a]"])
@pytest.mark.parametrize("source", ["gatus", "kuma", "blackbox", "upptime"])
def test_what_is_none_is_one_sentence(source, text, written, capsys):
    """Never a traceback; nothing taken is 1."""
    assert main(["import", source, *map(str, written(f=text))]) in {1, 2}
    assert "Traceback" not in capsys.readouterr().err
