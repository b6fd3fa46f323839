"""Configurations of other monitors, for what reads them."""

import json

GATUS = """\
base: &base {interval: 5m, client: {timeout: 8s, ignore-redirect: true, insecure: true}, alerts: [{type: pagerduty}]}
alerting:
  slack: {webhook-url: "https://hooks.slack.example/x"}
  pagerduty: {integration-key: "0123456789abcdef0123456789abcdef", default-alert: {failure-threshold: 4}}
  email: {from: a@x.example, to: "b@x.example, c@x.example", host: mail.x.example, port: 587, password: "${MAIL_PW}"}
external-endpoints: [{name: pushed, token: x}]
endpoints:
  - <<: *base
    name: Front page
    group: Public sites
    url: https://www.x.example/health
    method: post
    headers: {Authorization: Bearer abc, Accept: text/html}
    conditions: ["[STATUS] >= 200", "[STATUS] < 300", "[RESPONSE_TIME] < 500", "[BODY].data[0].state == up",
                 "[CERTIFICATE_EXPIRATION] > 168h", "[DOMAIN_EXPIRATION] > 720h", "len([BODY].x) == 3"]
  - {name: Database, group: Public sites, url: "tcp://db.x.example:5432", conditions: ["[CONNECTED] == true"]}
  - {name: Names, url: 1.1.1.1, dns: {query-name: x.example, query-type: A}, conditions: ["[DNS_RCODE] == NOERROR"]}
  - {name: Ping, url: "icmp://x.example", conditions: ["[CONNECTED] == true"]}
  - {name: Hidden, url: "https://${HOST}/", conditions: ["[STATUS] == any(200, 401)"]}
"""
BLACKBOX = """\
modules:
  web: {prober: http, timeout: 5s, http: {method: HEAD, valid_status_codes: [200, 301], no_follow_redirects: true,
        basic_auth: {username: u, password: p}, fail_if_body_not_matches_regexp: ["^a|b$"]}}
  port: {prober: tcp}
  secure: {prober: tcp, tcp: {tls: true}}
  ping: {prober: icmp}
"""
PROMETHEUS = """\
global: {scrape_interval: 20s}
scrape_configs:
  - {job_name: node, static_configs: [{targets: ["localhost:9100"]}]}
  - job_name: probes
    metrics_path: /probe
    params: {module: [web]}
    static_configs:
      - {targets: ["https://a.example/;web;eu", "b.example:22;port;us", "c.example:443;secure;eu", "d.example;ping;eu"]}
      - {targets: ["https://gone.example/;web;xx"], labels: {team: ops}}
    relabel_configs:
      - {source_labels: [__address__], regex: "(.*);.*;.*", target_label: __param_target}
      - {source_labels: [__address__], regex: ".*;(.*);.*", target_label: __param_module}
      - {source_labels: [__address__], regex: ".*;.*;xx", action: drop}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: "localhost:9115"}
  - {job_name: found, metrics_path: /probe, params: {module: [web]}, kubernetes_sd_configs: [{role: service}]}
"""
MONITORS = [
    {"id": 1, "name": "Shop", "type": "group", "active": 1},
    {
        "id": 2, "name": "API", "type": "json-query", "active": 1, "parent": 1, "url": "https://api.x.example/",
        "interval": 45, "maxretries": 2, "timeout": 20, "json_path": "$.status", "expected_value": "ok",
        "headers": '{"X-Api-Key": "k"}', "accepted_statuscodes_json": '["200-299", "401"]', "expiry_notification": 1,
        "basic_auth_user": "u", "basic_auth_pass": "p", "ignore_tls": 1, "maxredirects": 3,
    },
    {"id": 3, "name": "Text", "type": "keyword", "active": 1, "url": "https://x.example/", "keyword": "hello"},
    {"id": 4, "name": "Port", "type": "port", "active": 1, "hostname": "db.x.example", "port": 5432},
    {"id": 5, "name": "DNS", "type": "dns", "active": 1, "hostname": "x.example", "dns_resolve_type": "A",
     "dns_resolve_server": "1.1.1.1"},
    {"id": 6, "name": "Cron", "type": "push", "active": 1},
    {"id": 7, "name": "Old", "type": "http", "active": 0, "url": "https://old.x.example/"},
]  # fmt: skip
NOTIFICATIONS = [
    {"id": 1, "name": "Phone", "config": json.dumps({"type": "ntfy", "ntfytopic": "alerts-of-x"})},
    {"id": 2, "name": "Chat", "config": json.dumps({"type": "slack", "slackwebhookURL": "https://x"})},
]
UPPTIME = """\
sites:
  - {name: Home, url: "https://x.example", expectedStatusCodes: [200, 404], maxResponseTime: 800,
     headers: ["Authorization: $TOKEN", "Accept: text/html"]}
  - {name: Port, url: x.example, check: tcp-ping, port: 22}
  - {name: Hidden, url: $SECRET_SITE}
  - {name: Socket, url: "wss://x.example", check: ws}
assignees: [ann]
"""
CSV = """\
Website Name,Website URL,Test Type,Check Rate,Paused,Find String
Home,https://x.example/,HTTP,60,0,welcome
Off,https://off.example/,HTTP,300,1,
Ping,x.example,PING,60,0,
"""
