"""The platforms behind the HTTP channels, as tests look at them: root messages, lines of the trail, headlines."""

from bot.channels import paging
from tests.fakes.alertmanager import BASIC, PASSWORD, USER, Alertmanager
from tests.fakes.jira_service_management import API_KEY, JiraServiceManagement
from tests.fakes.pagerduty import ROUTING_KEY, PagerDuty
from tests.fakes.pushed import ACCESS, SOURCE, TOPIC, WAY_IN, GrafanaIrm, IncidentIo, Ntfy
from tests.fakes.pushed import TOKEN as INCIDENT_IO_TOKEN
from tests.fakes.webhook import SECRET, TOKEN, Webhook
from tests.support.outlets import Outlet


class OnAlertmanager(Outlet):
    kind = "alertmanager"
    world = Alertmanager
    secrets = (PASSWORD, BASIC)

    def options(self, url):
        return {"urls": [url], "user": USER, "password": PASSWORD, "labels": {"team": "platform"}}

    def roots(self, key):
        return len(self.fake_world.of(key))

    def trail(self, key):
        return [
            row.partition(": ")[2]
            for row in self.fake_world.of(key)[0]["annotations"]["description"].splitlines()
            if "changed: " in row
        ]

    def headline(self, key):
        return self.fake_world.of(key)[-1]["annotations"]["summary"]

    def shown(self, key):
        return str(self.fake_world.of(key)[-1]["annotations"])


class OnJira(Outlet):
    kind = "jira_service_management"
    world = JiraServiceManagement
    secrets = (API_KEY,)

    def options(self, url):
        return {"api_key": API_KEY, "url": url, "tags": ["ai"]}

    def roots(self, key):
        return len(self.fake_world.of(key))

    def trail(self, key):
        return self.fake_world.of(key)[-1].notes

    def headline(self, key):
        return self.fake_world.of(key)[-1].words["message"]

    def shown(self, key):
        return str(self.fake_world.of(key)[-1].words)


class OnPagerDuty(Outlet):
    kind = "pagerduty"
    world = PagerDuty
    secrets = (ROUTING_KEY,)

    def options(self, url):
        return {"routing_key": ROUTING_KEY, "url": url}

    def roots(self, key):
        return len(self.fake_world.of(key)) or len(self.fake_world.changes)

    def trail(self, key):
        return [c["payload"]["summary"] for c in self.fake_world.changes]

    def headline(self, key):
        return self.fake_world.of(key)[-1].summary

    def shown(self, key):
        return str(self.fake_world.of(key)[-1].events[-1])


class OnWebhook(Outlet):
    kind = "webhook"
    world = Webhook
    secrets = (SECRET, TOKEN, "t0pic-in-the-path")

    own_answer = False

    def options(self, url):
        return {"url": f"{url}/in/t0pic-in-the-path", "secret": SECRET, "token": TOKEN}

    def roots(self, key):
        return int(key in self.fake_world.roots)

    def trail(self, key):
        return [m.line.text for m in self.fake_world.lines.values() if m.key == key]

    def headline(self, key):
        return self.fake_world.roots[key].message.headline

    def shown(self, key):
        return str(self.fake_world.roots[key].message)


class Replaced(Outlet):
    """A platform that shows one message a key, with the newest lines of the trail in its text."""

    title = "title"
    text = "message"

    def named(self, key):
        return key

    def roots(self, key):
        return int(self.named(key) in self.fake_world.standing)

    def trail(self, key):
        rows = self.fake_world.standing[self.named(key)][self.text].splitlines()
        return [row.partition("changed: ")[2] for row in rows if "changed: " in row]

    def headline(self, key):
        return self.fake_world.standing[self.named(key)][self.title]

    def shown(self, key):
        return str(self.fake_world.standing[self.named(key)])


class OnIncidentIo(Replaced):
    kind = "incident_io"
    world = IncidentIo
    secrets = (INCIDENT_IO_TOKEN,)
    text = "description"

    def options(self, url):
        return {"url": url, "source": SOURCE, "token": INCIDENT_IO_TOKEN}


class OnNtfy(Replaced):
    kind = "ntfy"
    world = Ntfy
    secrets = (TOPIC, ACCESS)

    def named(self, key):
        return paging.digest(key)[:32]

    def options(self, url):
        return {"url": url, "topic": TOPIC, "token": ACCESS}


class OnGrafanaIrm(Replaced):
    kind = "grafana_irm"
    world = GrafanaIrm
    secrets = (WAY_IN,)

    def options(self, url):
        return {"url": f"{url}/integrations/v1/formatted_webhook/{WAY_IN}/"}
