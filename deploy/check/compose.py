"""The compose files, read by Compose itself; their configurations and mounted files are there and accepted."""

import json
import tempfile
from pathlib import Path

import yaml
from parts import DEPLOY, TOOLS, FailedError, accepted, run

FOLDER = DEPLOY / "compose"
FILES = ("embedded.yaml", "valkey.yaml", "monitoring.yaml")
SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REDIS_PASSWORD")


def check() -> list[str]:
    """What was read. Raises FailedError."""
    counted = []
    for file in FILES:
        whole = json.loads(run(TOOLS / "docker-compose", "-f", FOLDER / file, "config", "--format", "json"))
        services = whole["services"]
        for name, service in services.items():
            for mount in service.get("volumes", []):
                if mount["type"] == "bind" and not Path(mount["source"]).exists():
                    raise FailedError(f"{file}: {name}: {mount['source']} is not there")
        bot = services["bot"]
        if not bot["read_only"] or bot["cap_drop"] != ["ALL"]:
            raise FailedError(f"{file}: the bot may write to its root, or has capabilities")
        counted.append(f"{file} ({', '.join(sorted(services))})")
    for path in sorted((FOLDER / "config").glob("*.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            accepted(path.read_text(), SECRETS, Path(folder))
    datasource = yaml.safe_load((FOLDER / "grafana/datasources/prometheus.yaml").read_text())["datasources"][0]
    if datasource["type"] != "prometheus":
        raise FailedError("the dashboard's data source is not Prometheus")
    return [f"`docker compose config` reads {', '.join(counted)}", "No Docker daemon was asked: nothing was started."]
