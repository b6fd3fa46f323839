"""The chart: linted, rendered for each set of values in ci/, and validated strictly against each Kubernetes version."""

import tempfile
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from parts import DEPLOY, FailedError, accepted

CHART = DEPLOY / "helm" / "groundtruth"
MANIFESTS = DEPLOY / "kubernetes.yaml"
VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")
OTHERS = ("monitoring.coreos.com/v1", "keda.sh/v1alpha1")
"""Kinds of operators, of which Kubernetes itself has no schema."""
BROKEN = {
    "replicaCout: 3": "replicaCout",
    "replicaCount: two": "replicaCount",
    "terminationGracePeriodSeconds: 5": "terminationGracePeriodSeconds",
    "role: prober": "role",
    "redis: {url: 'http://valkey'}": "redis",
    "{}": "redis.url is required",
    "{redis: {url: 'redis://v'}, role: judge}": "role: judge needs probers",
    "{redis: {url: 'redis://v'}, existingSecret: {name: s}}": "existingSecret.keys is required",
    "{redis: {url: 'redis://v'}, keda: {enabled: true}}": "keda.prometheus is required",
    "{redis: {url: 'redis://v'}, web: {enabled: false}, serviceMonitor: {enabled: true}}": "need web.enabled",
}
"""Values that must be refused -> a word of the reason."""


def check() -> list[str]:
    """What was rendered and validated. Raises FailedError."""
    import helm_python

    helm = helm_python.Chart.load(CHART)
    sets = sorted((CHART / "ci").glob("*.yaml"))
    complaints: list[str] = []
    documents = validated = 0
    for file in sets:
        values = yaml.safe_load(file.read_text())
        report = helm_python.lint(CHART, values, strict=True, namespace="monitoring")
        complaints += [f"{file.name}: {error}" for error in report["errors"]]
        rendered = list(_documents(helm, values))
        documents += len(rendered)
        complaints += [f"{file.name}: {one}" for document in rendered for one in _wrong(document)]
        validated += sum(document["apiVersion"] not in OTHERS for document in rendered)
        complaints += [f"{file.name}: {one}" for one in _configured(rendered, values)]
    complaints += list(_refused(helm, helm_python.HelmError))
    complaints += list(_written(helm))
    if complaints:
        raise FailedError("\n".join(complaints))
    return [
        f"{len(sets)} sets of values, {documents} documents",
        f"{validated} of Kubernetes's own kinds validated strictly against {VERSIONS[0]} to {VERSIONS[-1]}",
        f"{len(BROKEN)} broken sets are refused; every rendered groundtruth.yaml passes `config check`",
        "deploy/kubernetes.yaml is what the chart renders",
        f"not validated, because Kubernetes has no schema of them: {', '.join(OTHERS)}. No cluster was asked.",
    ]


def _documents(helm: Any, values: dict[str, Any], name: str = "groundtruth") -> Iterator[dict[str, Any]]:
    rendered = helm.render(values, name=name, namespace="monitoring")
    texts = (text for file, text in sorted(rendered.items()) if file.endswith(".yaml"))
    return (document for document in chain.from_iterable(map(yaml.safe_load_all, texts)) if document)


def _wrong(document: dict[str, Any]) -> Iterator[str]:
    """What a Kubernetes version would not take, and what no pod of ours may lack."""
    import kubernetes_validate

    name = f"{document['kind']} {document['metadata']['name']}"
    if document["apiVersion"] not in OTHERS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    yield f"{name}: {version}: {str(error).splitlines()[0]}"
    if document["kind"] != "Deployment":
        return
    pod = document["spec"]["template"]["spec"]
    box = pod["containers"][0]
    hardened = {
        "no token": pod["automountServiceAccountToken"] is False,
        "not root": pod["securityContext"]["runAsNonRoot"] is True,
        "root file system read-only": box["securityContext"]["readOnlyRootFilesystem"] is True,
        "no capabilities": box["securityContext"]["capabilities"] == {"drop": ["ALL"]},
        "seccomp": pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"},
        "grace": pod["terminationGracePeriodSeconds"] >= 20,
        "readiness is not /readyz": box.get("readinessProbe", {}).get("httpGet", {}).get("path") != "/readyz",
    }
    yield from (f"{name}: {what} is missing" for what, is_so in hardened.items() if not is_so)


def _configured(rendered: list[dict[str, Any]], values: dict[str, Any]) -> Iterator[str]:
    """Whether Groundtruth takes the configuration that was rendered."""
    names = values.get("existingSecret", {}).get("keys", [])
    for document in rendered:
        if document["kind"] == "ConfigMap":
            with tempfile.TemporaryDirectory() as folder:
                try:
                    accepted(document["data"]["groundtruth.yaml"], names, Path(folder))
                except FailedError as error:
                    yield str(error)


def _refused(helm: Any, error: type[Exception]) -> Iterator[str]:
    """Values that do not make sense are refused with the reason."""
    for text, word in BROKEN.items():
        values = yaml.safe_load(text)
        try:
            helm.validate_schema(values)
            helm.render(values)
        except error as refusal:
            if word not in str(refusal):
                yield f"{text} is refused without the word {word}: {refusal}"
        else:
            yield f"{text} is not refused"


def plain(helm: Any) -> str:
    """The manifests for those who do without Helm."""
    values = yaml.safe_load((CHART / "ci" / "02-slack.yaml").read_text())
    values["redis"] = {"url": "redis://valkey:6379/0"}
    head = (
        "# Groundtruth without Helm: kubectl -n monitoring apply -f kubernetes.yaml\n"
        "# Written by `make manifests` from the chart with ci/02-slack.yaml. Set the image, and make the Secret\n"
        "# `groundtruth` and a Valkey named `valkey`.\n"
    )
    return head + "".join(f"---\n{yaml.safe_dump(one, sort_keys=False, width=120)}" for one in _documents(helm, values))


def _written(helm: Any) -> Iterator[str]:
    if not MANIFESTS.exists() or MANIFESTS.read_text() != plain(helm):
        yield "deploy/kubernetes.yaml is not what the chart renders: make manifests"


if __name__ == "__main__":
    import helm_python

    MANIFESTS.write_text(plain(helm_python.Chart.load(CHART)))
