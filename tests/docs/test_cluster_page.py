"""The templates for clusters: in the right form, as far as that can be seen without such a cluster."""

from __future__ import annotations

import re
from pathlib import Path

import yaml


def block(repository: Path, title: str) -> str:
    """A titled block of the page."""
    page = (repository / "docs" / "cluster.md").read_text()
    found = re.search(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_kubernetes(repository: Path) -> None:
    """Protects who applies it from a selector that selects nothing, and from workers that look for another scheduler."""
    service, scheduler, worker = yaml.safe_load_all(block(repository, "grader-cluster.yaml"))
    for one in (scheduler, worker):
        assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == scheduler["spec"]["selector"]["matchLabels"]
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    assert f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}" in container["args"]
    # The three that a kubelet needs for the wall, and the one without which the API refuses the last of them.
    context = container["securityContext"]
    assert (context["seccompProfile"], context["appArmorProfile"]) == ({"type": "Unconfined"}, {"type": "Unconfined"})
    assert (context["procMount"], worker["spec"]["template"]["spec"]["hostUsers"]) == ("Unmasked", False)
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in worker["spec"]["template"]["spec"]["volumes"]}


def test_slurm(repository: Path) -> None:
    """Protects who copies it from a script that does not compile."""
    compile(block(repository, "slurm_cluster.py"), "slurm_cluster.py", "exec")
