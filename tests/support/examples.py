"""The examples in deploy/, with secrets to load them."""

from pathlib import Path

ON_CALL = Path(__file__).parents[2] / "deploy" / "examples" / "on-call.yaml"
SECRETS = {
    "PAGERDUTY_ROUTING_KEY": "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00",
    "JSM_API_KEY": "1b2c3d4e",
    "INCIDENT_IO_TOKEN": "token",
    "GRAFANA_IRM_URL": "https://irm.example.com/integrations/v1/formatted_webhook/abc/",
    "WEBHOOK_SECRET": "0123456789abcdef",
    "FLAG_SECRET": "0123456789abcdef",
    "NTFY_TOPIC": "topic",
    "SMTP_PASSWORD": "password",
    "TEAMS_URL": "json://localhost/room",
}
